import { nodeCrypto } from '../../../base/crypto.ts'
import { bytesOf } from './base64.ts'
import type { ForeignHash } from './hash.ts'

interface Cost {
  readonly ln: number
  readonly r: number
  readonly p: number
}

/** What scrypt works in: 128 · N · r bytes (RFC 7914 §2). */
const mostBytes = 64 * 1_024 * 1_024
/** N · r · p of a second. */
const mostWork = 2 ** 22

/** `$scrypt$ln=16,r=8,p=1$salt$key` (PHC string format), with another cost than this server's. */
export function phcScrypt(hash: string): ForeignHash | null {
  const [, ln, r, p, saltText, keyText] =
    /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([^$]+)\$([^$]+)$/.exec(hash) ?? []
  const [salt, key] = [bytesOf(saltText ?? ''), bytesOf(keyText ?? '')]
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) }
  if (salt === null || key === null || key.length > 64 || !isBearable(cost)) return null
  return { key, derive: (password) => scrypt(password, salt, key.length, cost) }
}

/**
 * Firebase's (https://github.com/firebase/scrypt), as GoTrue writes it:
 * `$fbscrypt$v=1,n=14,r=8,p=1,ss=<separator>,sk=<signer key>$salt$hash`. The signer's key is encrypted with what scrypt
 * makes of the password, with AES-256 in counter mode.
 */
export function firebaseScrypt(hash: string): ForeignHash | null {
  const [, ln, r, p, separatorText, signerText, saltText, keyText] =
    /^\$fbscrypt\$v=1,n=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3}),ss=([^,$]*),sk=([^$]+)\$([^$]+)\$([^$]+)$/.exec(
      hash,
    ) ?? []
  const [salt, key, signer] = [bytesOf(saltText ?? ''), bytesOf(keyText ?? ''), bytesOf(signerText ?? '')]
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) }
  if (salt === null || key === null || signer === null || !isBearable(cost)) return null
  const salted = Buffer.concat([salt, bytesOf(separatorText ?? '') ?? new Uint8Array()])
  return {
    key,
    async derive(password) {
      const cipherKey = await scrypt(password, salted, 32, cost)
      const cipher = nodeCrypto().createCipheriv('aes-256-ctr', cipherKey, new Uint8Array(16))
      return Buffer.concat([cipher.update(signer), cipher.final()])
    },
  }
}

function isBearable({ ln, r, p }: Cost): boolean {
  const n = 2 ** ln
  return ln >= 1 && r >= 1 && p >= 1 && 128 * n * r <= mostBytes && n * r * p <= mostWork
}

function scrypt(password: string, salt: Uint8Array, length: number, { ln, r, p }: Cost): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const options = { N: 2 ** ln, r, p, maxmem: mostBytes * 2 }
    nodeCrypto().scrypt(password, salt, length, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    )
  })
}
