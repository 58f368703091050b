import { nodeCrypto } from '../../base/crypto.ts'
import { Problem } from '../../base/problem.ts'

/** Characters (code points), after normalisation. SP 800-63B §5.1.1.2 asks for at least 8, and for 64 or more to be allowed. */
const minCharacters = 8
/** Nothing is cut off: what is longer is refused. */
const maxCharacters = 1_024

/** OWASP Password Storage Cheat Sheet, within the memory of a Worker: 16 MiB, about 0.1 s. */
const cost: Cost = { ln: 14, r: 8, p: 5 }
const keyBytes = 32
const saltBytes = 16

interface Cost {
  /** log2 of N. */
  readonly ln: number
  readonly r: number
  readonly p: number
}

/**
 * `$scrypt$ln=14,r=8,p=5$<salt>$<key>`, both base64 without padding (PHC string format): a hash says how it
 * was made, so that the cost can rise later.
 * @throws Problem weak_password, validation_failed
 */
export async function hashPassword(password: string): Promise<string> {
  const normal = normalise(password)
  const characters = [...normal].length
  if (characters < minCharacters || characters > maxCharacters) {
    throw new Problem('weak_password', {
      message: `Password should be at least ${minCharacters} and at most ${maxCharacters} characters.`,
    })
  }
  const salt = crypto.getRandomValues(new Uint8Array(saltBytes))
  return encode(salt, await derive(normal, salt, cost))
}

/**
 * Whether the password is the one of the hash. `null` stands for nobody's hash: it takes the same time and is
 * never equal, so that the time does not tell who exists.
 * @throws TypeError on a hash that `hashPassword` did not make
 */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  if (!password.isWellFormed() || password.length > maxCharacters * 2) return false
  const { salt, key, ...rest } = hash === null ? nobody : decode(hash)
  const derived = await derive(normalise(password), salt, rest)
  return nodeCrypto().timingSafeEqual(derived, key) && hash !== null
}

/** NFKC, so that a password typed on another keyboard is the same one (SP 800-63B §5.1.1.2). */
function normalise(password: string): string {
  if (password.isWellFormed()) return password.normalize('NFKC')
  // Every lone surrogate becomes U+FFFD in UTF-8: different passwords would be equal.
  throw new Problem('validation_failed', { message: 'password must be well-formed Unicode.' })
}

function derive(password: string, salt: Uint8Array, { ln, r, p }: Cost): Promise<Uint8Array> {
  const options = { N: 2 ** ln, r, p, maxmem: 64 * 1_024 * 1_024 }
  return new Promise((resolve, reject) => {
    nodeCrypto().scrypt(password, salt, keyBytes, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    )
  })
}

interface Decoded extends Cost {
  readonly salt: Uint8Array
  readonly key: Uint8Array
}

const nobody: Decoded = { ...cost, salt: new Uint8Array(saltBytes), key: new Uint8Array(keyBytes) }

const pattern = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

function encode(salt: Uint8Array, key: Uint8Array): string {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replace(/=+$/, '')
  return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${text(salt)}$${text(key)}`
}

function decode(hash: string): Decoded {
  const [, ln, r, p, salt, key] = pattern.exec(hash) ?? []
  const decoded = {
    ln: Number(ln),
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt ?? '', 'base64'),
    key: Buffer.from(key ?? '', 'base64'),
  }
  if (decoded.key.length !== keyBytes)
    throw new TypeError('password_hash is not an scrypt hash of this server')
  return decoded
}
