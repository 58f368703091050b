/**
 * AES-256-GCM (SP 800-38D) with a key derived from the server's secret (HKDF, RFC 5869): who reads the database alone has no codes.
 * The factor's id is part of what is authenticated: a secret cannot be moved to another factor.
 * @returns initialisation vector and ciphertext, base64url
 */
export async function sealSecret(secret: string, factorId: string, serverSecret: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes))
  const key = await keyOf(serverSecret)
  const sealed = await crypto.subtle.encrypt(algorithm(iv, factorId), key, encoder.encode(secret))
  return Buffer.concat([iv, new Uint8Array(sealed)]).toString('base64url')
}

/** @throws DOMException where it was sealed by another server secret, or for another factor */
export async function openSecret(sealed: string, factorId: string, serverSecret: string): Promise<string> {
  const bytes = Buffer.from(sealed, 'base64url')
  const key = await keyOf(serverSecret)
  const iv = Uint8Array.from(bytes.subarray(0, ivBytes))
  const secret = await crypto.subtle.decrypt(
    algorithm(iv, factorId),
    key,
    Uint8Array.from(bytes.subarray(ivBytes)),
  )
  return new TextDecoder().decode(secret)
}

const ivBytes = 12
const encoder = new TextEncoder()

const algorithm = (iv: Uint8Array<ArrayBuffer>, factorId: string) => ({
  name: 'AES-GCM',
  iv,
  additionalData: encoder.encode(factorId),
})

async function keyOf(serverSecret: string) {
  const material = await crypto.subtle.importKey('raw', encoder.encode(serverSecret), 'HKDF', false, [
    'deriveKey',
  ])
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: encoder.encode('totp secret') },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  )
}
