import { nodeCrypto, seal, unseal } from '../../../base/crypto.ts'

/**
 * Sealed with a key derived from the server's secret (HKDF, RFC 5869): who reads the database alone has no codes. The factor's
 * id is part of what is authenticated: a secret cannot be moved to another factor.
 */
export function sealSecret(secret: string, factorId: string, serverSecret: string): string {
  return seal(keyOf(serverSecret), secret, factorId)
}

/** @throws TypeError where it was sealed by another server secret, or for another factor */
export function openSecret(sealed: string, factorId: string, serverSecret: string): string {
  const secret = unseal(keyOf(serverSecret), sealed, factorId)
  if (secret === null)
    throw new TypeError('the secret of a factor was sealed by another server, or for another factor')
  return secret
}

function keyOf(serverSecret: string): Uint8Array {
  return new Uint8Array(nodeCrypto().hkdfSync('sha256', serverSecret, '', 'totp secret', 32))
}
