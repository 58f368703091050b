import { signature } from '../../../base/crypto.ts'

/** Crockford's base 32: no letter that is taken for a digit. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const characters = 10

/** 50 random bits, to be written down: `7K3QD-9XW0P`. */
export function newRecoveryCode(): string {
  // 256 is a multiple of 32: every letter is as likely.
  const letters = Array.from(
    crypto.getRandomValues(new Uint8Array(characters)),
    (byte) => alphabet[byte % alphabet.length],
  ).join('')
  return `${letters.slice(0, characters / 2)}-${letters.slice(characters / 2)}`
}

/** As it is kept: of no use without the server's secret, nor for another user. However somebody types it. */
export function recoveryCodeHash(code: string, userId: string, serverSecret: string): string {
  const normal = code.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
  return signature(serverSecret, 'recovery-code', `${userId}\0${normal}`)
}
