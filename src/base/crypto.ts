import { once } from './memory/once.ts'

type NodeCrypto = typeof import('node:crypto')

/**
 * `node:crypto`, loaded when it is first used: evaluating it takes longer than all of the rest at start-up, and an
 * import at the top of a module would do so.
 */
export const nodeCrypto: () => NodeCrypto = once(() => process.getBuiltinModule('node:crypto'))

/** HMAC-SHA-256 (RFC 2104) over a purpose and a text, base64url: a key of one purpose is none for another. */
export function signature(secret: string, purpose: string, text: string): string {
  return nodeCrypto().createHmac('sha256', secret).update(`${purpose}\0${text}`).digest('base64url')
}

/** SHA-256 (FIPS 180-4) of bytes, or of a text as UTF-8; base64url. */
export function sha256(data: string | Uint8Array): string {
  return nodeCrypto().hash('sha256', data, 'base64url')
}

/** So many random bytes, base64url: what nobody guesses has at least 16. */
export function randomText(bytes: number): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('base64url')
}

/** The first 128 bits of SHA-256, base64url: to tell texts apart, also those that somebody made to collide. */
export function digest(data: string | Uint8Array): string {
  return sha256(data).slice(0, 22)
}

const ivBytes = 12
const tagBytes = 16

/**
 * AES-256-GCM (SP 800-38D): initialisation vector, ciphertext and tag, base64url. Who carries it, or reads it in the
 * database, can neither read nor change it.
 * @param key 256 bits, of this purpose alone
 * @param about what it belongs to: it opens for nothing else
 */
export function seal(key: Uint8Array, text: string, about = ''): string {
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes))
  const cipher = nodeCrypto().createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(about))
  const sealed = [cipher.update(text, 'utf8'), cipher.final()]
  return Buffer.concat([iv, ...sealed, cipher.getAuthTag()]).toString('base64url')
}

/** Null of what was not sealed with this key, about this. */
export function unseal(key: Uint8Array, sealed: string, about = ''): string | null {
  const bytes = Buffer.from(sealed, 'base64url')
  if (bytes.length < ivBytes + tagBytes || bytes.toString('base64url') !== sealed) return null
  const decipher = nodeCrypto()
    .createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes))
    .setAAD(Buffer.from(about))
    .setAuthTag(bytes.subarray(-tagBytes))
  const start = decipher.update(bytes.subarray(ivBytes, -tagBytes), undefined, 'utf8')
  try {
    return start + decipher.final('utf8')
  } catch {
    // The platform has one error for all that is forged.
    return null
  }
}

/** Whether two texts are equal, in a time that depends on the length of `given` only. */
export function equalInConstantTime(given: string, expected: string): boolean {
  let difference = given.length ^ expected.length
  for (let index = 0; index < given.length; index += 1) {
    difference |= given.charCodeAt(index) ^ expected.charCodeAt(index % expected.length)
  }
  return difference === 0
}
