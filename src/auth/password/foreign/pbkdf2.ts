import { nodeCrypto } from '../../../base/crypto.ts'
import { bytesOf } from './base64.ts'
import type { ForeignHash } from './hash.ts'

/** The platform derives no more natively. */
const mostNativeRounds = 100_000
/** Two seconds, in JavaScript. */
const mostRounds = 1_000_000

/**
 * PBKDF2 (RFC 8018 §5.2) with HMAC-SHA-256: Django's `pbkdf2_sha256$rounds$salt$key`, whose salt is a text, passlib's
 * `$pbkdf2-sha256$rounds$salt$key`, and the PHC string format's `$pbkdf2-sha256$i=rounds,l=length$salt$key`.
 */
export function pbkdf2(hash: string): ForeignHash | null {
  const [, djangoRounds, text, djangoKey] = /^pbkdf2_sha256\$(\d{1,9})\$([^$]+)\$([^$]+)$/.exec(hash) ?? []
  if (djangoRounds !== undefined) {
    return derived(Number(djangoRounds), new TextEncoder().encode(text), bytesOf(djangoKey ?? ''))
  }
  const [, rounds, salt, key] =
    /^\$pbkdf2-sha256\$(?:i=)?(\d{1,9})(?:,l=\d+)?\$([^$]+)\$([^$]+)$/.exec(hash) ?? []
  return rounds === undefined ? null : derived(Number(rounds), bytesOf(salt ?? ''), bytesOf(key ?? ''))
}

function derived(rounds: number, salt: Uint8Array | null, key: Uint8Array | null): ForeignHash | null {
  if (salt === null || key === null || key.length > 64 || rounds < 1 || rounds > mostRounds) return null
  return {
    key,
    derive: (password) =>
      rounds <= mostNativeRounds
        ? native(password, salt, rounds, key.length)
        : slow(password, salt, rounds, key.length),
  }
}

async function slow(password: string, salt: Uint8Array, rounds: number, length: number): Promise<Uint8Array> {
  const { pbkdf2Async } = await import('@noble/hashes/pbkdf2.js')
  const { sha256 } = await import('@noble/hashes/sha2.js')
  return pbkdf2Async(sha256, new TextEncoder().encode(password), salt, { c: rounds, dkLen: length })
}

function native(password: string, salt: Uint8Array, rounds: number, length: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    nodeCrypto().pbkdf2(password, salt, rounds, length, 'sha256', (error, key) =>
      error === null ? resolve(key) : reject(error),
    )
  })
}
