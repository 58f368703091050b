import { nodeCrypto, signature } from '../../base/crypto.ts'
import { Problem } from '../../base/problem.ts'
import type { HashVerifier } from '../../declare/auth/password.ts'
import { verifyImported } from './imported.ts'
import { isWithinLimits, mostCharacters, tooShortOrLong } from './rules.ts'
import { inTurn } from './turn.ts'

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
  if (!isWithinLimits(normal)) throw tooShortOrLong()
  const salt = crypto.getRandomValues(new Uint8Array(saltBytes))
  return encode(salt, await derive(normal, salt, cost))
}

/**
 * Whether the password is the one of the hash. `null` stands for nobody's hash: it takes the same time and is never
 * equal, so that the time does not tell who exists. A hash that another program made takes the time that it takes, so
 * until its owner has signed in once, that time tells of a user from elsewhere; one that cannot be verified takes
 * nobody's.
 */
export async function verifyPassword(
  password: string,
  hash: string | null,
  imported?: HashVerifier,
): Promise<boolean> {
  if (!password.isWellFormed() || password.length > mostCharacters * 2) return false
  const known = hash === null ? null : decode(hash)
  if (hash !== null && known === null) {
    const told = await verifyImported(password, hash, imported)
    if (told !== null) return told
  }
  const { salt, key, ...rest } = known ?? nobody
  const derived = await derive(normalise(password), salt, rest)
  return nodeCrypto().timingSafeEqual(derived, key) && known !== null
}

/**
 * The hash that takes the place of one that another program made, of the password that was just verified: however short
 * that is, it was good enough there. Its salt comes of the old hash, so that any number of sign-ins at once agree on it.
 */
export async function replaceHash(password: string, old: string, secret: string): Promise<string | null> {
  if (decode(old) !== null) return null
  const salt = Buffer.from(signature(secret, 'salt', old), 'base64url').subarray(0, saltBytes)
  return encode(salt, await derive(normalise(password), salt, cost))
}

/** NFKC, so that a password typed on another keyboard is the same one (SP 800-63B §5.1.1.2). */
function normalise(password: string): string {
  if (password.isWellFormed()) return password.normalize('NFKC')
  // Every lone surrogate becomes U+FFFD in UTF-8: different passwords would be equal.
  throw new Problem('validation_failed', { message: 'password must be well-formed Unicode.' })
}

function derive(password: string, salt: Uint8Array, { ln, r, p }: Cost): Promise<Uint8Array> {
  const options = { N: 2 ** ln, r, p, maxmem: 64 * 1_024 * 1_024 }
  return inTurn(
    () =>
      new Promise((resolve, reject) => {
        nodeCrypto().scrypt(password, salt, keyBytes, options, (error, key) =>
          error === null ? resolve(key) : reject(error),
        )
      }),
  )
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

/** Null of a hash that this server did not make. */
function decode(hash: string): Decoded | null {
  const [, ln, r, p, salt, text] = pattern.exec(hash) ?? []
  const key = Buffer.from(text ?? '', 'base64')
  const isOurs = Number(ln) === cost.ln && Number(r) === cost.r && Number(p) === cost.p
  return isOurs && key.length === keyBytes ? { ...cost, salt: Buffer.from(salt ?? '', 'base64'), key } : null
}
