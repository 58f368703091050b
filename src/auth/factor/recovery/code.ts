import { sha256, signature } from '../../../base/crypto.ts'

/** Crockford's base 32: no letter that is taken for a digit. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const characters = 16

/** 80 random bits, in the form that auth-js shows: without separators, in lower case. */
export function newRecoveryCode(): string {
  // 256 is a multiple of 32: every letter is as likely.
  return Array.from(
    crypto.getRandomValues(new Uint8Array(characters)),
    (byte) => alphabet[byte % alphabet.length],
  ).join('')
}

/** As it is kept: of no use without the server's secret, nor for another user. However somebody types it. */
export function recoveryCodeHash(code: string, userId: string, serverSecret: string): string {
  const normal = code.toLowerCase().replace(/[\s-]/g, '').replaceAll('o', '0').replace(/[il]/g, '1')
  return signature(serverSecret, 'recovery-code', `${userId}\0${normal}`)
}

/** The row of `auth_factors` that stands for a user's codes: there is one at most, and its id says whose (UUIDv8, RFC 9562 §5.8). */
export function recoveryFactorId(userId: string): string {
  const hex = Buffer.from(sha256(`recovery codes of ${userId}`), 'base64url').toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
