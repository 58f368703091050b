import { randomText, sha256, signature } from '../../base/crypto.ts'

/** A session that nobody refreshes for so long is over, unless the backend says otherwise (RFC 9700 §4.14.2). */
export const inactivityMilliseconds = 90 * 24 * 3_600_000

/** Something secret, as its holder has it and as it is kept. */
export interface SecretToken {
  readonly token: string
  /** SHA-256, base64url. */
  readonly hash: string
}

/** 256 random bits. */
export function newSecretToken(): SecretToken {
  return hashed(randomText(32))
}

/**
 * The one token that may follow a refresh token. It is derived, not drawn: whoever uses one token twice at once, or
 * lost the answer and asks again, is given the same successor, and the family stays one chain; yet only hashes
 * are kept.
 */
export function successorOf(token: string, serverSecret: string): SecretToken {
  return hashed(signature(serverSecret, 'refresh-token', token))
}

export function hashed(token: string): SecretToken {
  return { token, hash: sha256(token) }
}
