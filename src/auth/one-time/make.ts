import { signature } from '../../base/crypto.ts'
import { integerValue, type Statement, textOrNull, textValue } from '../../base/statement.ts'
import type { Condition } from '../condition.ts'
import type { AuthContext } from '../context.ts'
import { hashed, newSecretToken } from '../session/token.ts'
import { tenantQuery } from '../url/tenant.ts'
import { type Kind, linkMilliseconds, typeOfKind } from './kind.ts'

export interface OneTimeToMake {
  readonly kind: Kind
  /** Where it is sent, as `normaliseEmail` writes it. */
  readonly email: string
  /** For whom: a condition over `auth_users` that is true of one, or none. */
  readonly whose: Condition
  readonly nowMilliseconds: number
  /** The password that holds when this very token is used, as a hash; of a sign-up. */
  readonly passwordHash?: string | null
  /** What the user says of themselves with it. */
  readonly data?: Readonly<Record<string, unknown>> | null
  /** RFC 7636, S256: the link then ends in a code. */
  readonly challenge?: string | null
}

export interface OneTime {
  /** For the link: 256 random bits, `pkce_` before those whose link ends in a code. */
  readonly token: string
  /** Six digits. */
  readonly code: string
  readonly statements: readonly Statement[]
}

/**
 * A link and a code, of which only hashes are kept. There is one of each kind for a user: an older one is good for
 * nothing any more. Of a sign-up there may be a few, for each brings its own password.
 */
export function makeOneTime(context: AuthContext, made: OneTimeToMake): OneTime {
  const { kind, email, whose, nowMilliseconds, passwordHash = null, data = null, challenge = null } = made
  const { serverSecret } = context.get('server').settings
  const secret = newSecretToken().token
  const token = challenge === null ? secret : `${pkcePrefix}${secret}`
  const code = newCode()
  const expires = nowMilliseconds + linkMilliseconds[kind]
  const values = [
    ...[textValue(crypto.randomUUID()), textValue(kind), textValue(email)],
    ...[textValue(hashed(token).hash), textValue(codeHash(serverSecret, kind, email, code))],
    ...[textOrNull(passwordHash), textOrNull(data && JSON.stringify(data)), textOrNull(challenge)],
    ...[textOrNull(challenge && 's256'), integerValue(nowMilliseconds), integerValue(expires)],
  ]
  const older: Statement = {
    sql: `delete from auth_one_time_tokens where kind = ? and user_id in (select auth_users.id from auth_users where ${whose.sql})
  and id not in (select newest.id from auth_one_time_tokens newest where newest.user_id = auth_one_time_tokens.user_id
    and newest.kind = auth_one_time_tokens.kind order by newest.created_at desc, newest.id limit ?)`,
    args: [textValue(kind), ...whose.args, integerValue(kind === 'signup' ? mostSignUps - 1 : 0)],
  }
  const insert = { sql: `${insertOneTime} where ${whose.sql}`, args: [...values, ...whose.args] }
  return { token, code, statements: [older, insert] }
}

/** The link of a mail: made of settings alone, never of the request's `Host`. */
export function linkOf(
  context: AuthContext,
  kind: Exclude<Kind, 'reauthentication'>,
  token: string,
  redirectTo: string,
): string {
  const server = context.get('server')
  const named = { ...tenantQuery(server), token, type: typeOfKind[kind], redirect_to: redirectTo }
  return `${server.settings.apiUrl}/auth/v1/verify?${new URLSearchParams(named)}`
}

/** As GoTrue has it: who gets an error by a redirect is told where to look for it. */
export const pkcePrefix = 'pkce_'

/** HMAC of kind, address and code: without the secret, a table of a million hashes would tell every code. */
export function codeHash(serverSecret: string, kind: Kind, email: string, code: string): string {
  return signature(serverSecret, 'one-time-code', JSON.stringify([kind, email, code]))
}

/** Of one address that somebody signs up again and again. */
const mostSignUps = 3

const insertOneTime = `insert into auth_one_time_tokens (id, user_id, kind, email, link_hash, code_hash,
  password_hash, user_metadata, code_challenge, code_challenge_method, created_at, expires_at)
select ?, auth_users.id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? from auth_users`

/** Every code is as likely: what would make some likelier is drawn again. */
function newCode(): string {
  const [drawn = 0] = crypto.getRandomValues(new Uint32Array(1))
  return drawn < 4_294_000_000 ? String(drawn % 1_000_000).padStart(6, '0') : newCode()
}
