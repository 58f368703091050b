import { nullish, string } from 'valibot'
import { Problem } from '../../base/problem.ts'

/** What `auth-js` puts into bodies that begin something which ends in a redirect (RFC 7636 §4.3). */
export const challengeEntries = {
  code_challenge: nullish(string()),
  code_challenge_method: nullish(string()),
}

/**
 * The challenge, base64url of a SHA-256; null of a flow without PKCE. `plain` is no protection once the request is
 * seen, and would let a client be talked down to it (RFC 9700 §2.1.1): it is refused.
 * @throws Problem validation_failed
 */
export function challengeOf(body: {
  readonly code_challenge?: string | null | undefined
  readonly code_challenge_method?: string | null | undefined
}): string | null {
  const { code_challenge: challenge, code_challenge_method: method } = body
  if ((challenge ?? '') === '' && (method ?? '') === '') return null
  if (method?.toLowerCase() !== 's256') throw refused('code_challenge_method must be s256.')
  if (!/^[\w-]{43}$/.test(challenge ?? ''))
    throw refused('code_challenge must be the base64url of a SHA-256.')
  return challenge ?? null
}

function refused(message: string): Problem {
  return new Problem('validation_failed', { message })
}
