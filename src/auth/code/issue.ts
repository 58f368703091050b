import { integerValue, type Statement, textOrNull, textValue } from '../../base/statement.ts'
import type { Condition } from '../condition.ts'
import type { Method } from '../session/start.ts'
import { hashed, newSecretToken, type SecretToken } from '../session/token.ts'
import { type ProviderTokens, sealProviderTokens } from './seal.ts'

/** A code waits for a redirect only (RFC 6749 §4.1.2: at most ten minutes; RFC 9700 §2.1.1: short). */
export const codeMilliseconds = 5 * 60_000

export interface CodeToIssue {
  /** For whom: a condition over `auth_users` that is true of one, and decides whether there is a code at all. */
  readonly whose: Condition
  readonly method: Method
  /** An expression over that row: base64url of the SHA-256 of the verifier. */
  readonly challenge: Condition
  readonly nowMilliseconds: number
  readonly providerTokens?: ProviderTokens
}

/**
 * A code for the end of a redirect, and the statement that keeps its hash. It names the way of signing in, so that its
 * exchange needs no look-up before the session is begun; nobody can change that name, for the hash is of all of it.
 */
export function issueCode(issued: CodeToIssue): {
  readonly code: string
  readonly statements: readonly Statement[]
} {
  const { whose, method, challenge, nowMilliseconds, providerTokens } = issued
  const { token, hash } = codeOf(method, newSecretToken().token)
  const sealed = providerTokens === undefined ? null : sealProviderTokens(token, providerTokens)
  const insert = {
    sql: `insert into auth_codes
  (hash, user_id, method, code_challenge, code_challenge_method, provider_tokens, created_at, expires_at)
select ?, auth_users.id, ?, ${challenge.sql}, 's256', ?, ?, ? from auth_users where ${whose.sql}`,
    args: [
      ...[textValue(hash), textValue(method), ...challenge.args],
      ...[textOrNull(sealed), integerValue(nowMilliseconds)],
      ...[integerValue(nowMilliseconds + codeMilliseconds), ...whose.args],
    ],
  }
  return { code: token, statements: [insert] }
}

/** By which way of signing in a code was issued; null of what is no code. */
export function methodOfCode(code: string): Method | null {
  const [name, ...rest] = code.split('.')
  return rest.length === 1 ? (methods.find((method) => shortOf(method) === name) ?? null) : null
}

function codeOf(method: Method, secret: string): SecretToken {
  return hashed(`${shortOf(method)}.${secret}`)
}

/** A slash in a query is escaped: `email/signup` would be harder to read. */
function shortOf(method: Method): string {
  return method.replace('/', '_')
}

/** Ways that can end in a redirect. */
const methods: readonly Method[] = [
  'email/signup',
  'email_change',
  'invite',
  'magiclink',
  'oauth',
  'recovery',
]
