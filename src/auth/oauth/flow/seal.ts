import { nodeCrypto, signature } from '../../../base/crypto.ts'

const ivBytes = 12
const tagBytes = 16

/** AES-256-GCM (SP 800-38D) under a key of the server for one purpose: who carries it can neither read nor change it. */
export function seal(secret: string, purpose: string, text: string): string {
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes))
  const cipher = nodeCrypto().createCipheriv('aes-256-gcm', keyOf(secret, purpose), iv)
  const sealed = [cipher.update(text, 'utf8'), cipher.final()]
  return Buffer.concat([iv, ...sealed, cipher.getAuthTag()]).toString('base64url')
}

/** Null of what was not sealed here, for this purpose. */
export function unseal(secret: string, purpose: string, sealed: string): string | null {
  const bytes = Buffer.from(sealed, 'base64url')
  if (bytes.length < ivBytes + tagBytes || bytes.toString('base64url') !== sealed) return null
  const decipher = nodeCrypto().createDecipheriv(
    'aes-256-gcm',
    keyOf(secret, purpose),
    bytes.subarray(0, ivBytes),
  )
  decipher.setAuthTag(bytes.subarray(-tagBytes))
  const start = decipher.update(bytes.subarray(ivBytes, -tagBytes), undefined, 'utf8')
  try {
    return start + decipher.final('utf8')
  } catch {
    // The platform has one error for all that is forged.
    return null
  }
}

function keyOf(secret: string, purpose: string): Uint8Array {
  return Buffer.from(signature(secret, purpose, 'key'), 'base64url')
}
