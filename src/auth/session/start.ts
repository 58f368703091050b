import { uuidv7 } from '../../base/id.ts'
import {
  integerValue,
  nullValue,
  type Result,
  type Statement,
  textOf,
  textValue,
} from '../../base/statement.ts'
import { type Account, accountColumns, accountOf, isNotBannedSql } from '../account/account.ts'
import type { Condition } from '../condition.ts'
import type { AuthContext } from '../context.ts'
import { securityEvent } from '../event/event.ts'
import { type SessionBody, sessionBody } from './answer.ts'
import { deviceOf } from './device.ts'
import { newSecretToken, type SecretToken } from './token.ts'

/** How somebody signed in: `amr` of the token, with the names that GoTrue gives them (RFC 8176). */
export type Method =
  | 'anonymous'
  | 'email/signup'
  | 'email_change'
  | 'invite'
  | 'magiclink'
  | 'oauth'
  | 'oauth_provider/authorization_code'
  | 'otp'
  | 'passkey'
  | 'password'
  | 'recovery'
  | 'totp'
  | 'mfa/recovery_code'
  | 'mfa/webauthn'

export interface SessionStart {
  readonly id: string
  readonly refreshToken: SecretToken
  /**
   * For the transaction that signs in: they make a session only if `whose` holds of a user who is not banned, so that
   * whatever races with it decides. The last one tells how it went: nothing may follow.
   */
  readonly statements: readonly Statement[]
  /** What the last statement told: null when there is no session. */
  outcomeOf(results: readonly Result[]): SignedIn | null
  /** What that answer says: a redirect has it in its fragment. */
  bodyOf(signedIn: SignedIn): Promise<SessionBody>
  /** The answer of GoTrue to everything that signs in. */
  respond(signedIn: SignedIn, more?: Readonly<Record<string, unknown>>): Promise<Response>
}

export interface SignedIn {
  readonly account: Account
  /** Not the first session of the user, and none before was of this kind of device in this place. */
  readonly isNewDevice: boolean
}

export interface SessionOptions {
  /** Which user: a condition over `auth_users` that is true of one. */
  readonly whose: Condition
  readonly method: Method
  readonly nowMilliseconds: number
  /** Default: 1. A passkey with user verification is two factors in one. */
  readonly aal?: 1 | 2
  /** Default: the event is told as a sign-in. */
  readonly event?: string
}

/** A new session. */
export function startSession(context: AuthContext, options: SessionOptions): SessionStart {
  const { nowMilliseconds, whose, method, aal = 1, event = 'signed_in' } = options
  const id = uuidv7(nowMilliseconds)
  const refreshToken = newSecretToken()
  const { expires, ends } = context.get('server').sessionLimits.of(nowMilliseconds)
  const device = deviceOf(context.req.raw)
  const now = integerValue(nowMilliseconds)
  const amr = textValue(amrOf(method, nowMilliseconds))
  const made: Condition = {
    sql: 'auth_users.id = (select user_id from auth_sessions where id = ?)',
    args: [textValue(id)],
  }
  const bodyOf = ({ account }: SignedIn): Promise<SessionBody> =>
    sessionBody(context, account, {
      id,
      aal,
      amr: [{ method, timestamp: Math.floor(nowMilliseconds / 1_000) }],
      refreshToken: refreshToken.token,
      nowMilliseconds,
    })
  return {
    id,
    refreshToken,
    statements: [
      {
        sql: forgetEnded(whose),
        args: [...whose.args, integerValue(nowMilliseconds - endedKeptMilliseconds)],
      },
      {
        sql: `${insertSession} where ${whose.sql} and ${isNotBannedSql}`,
        args: [
          ...[textValue(id), integerValue(aal), amr, device.userAgent, device.ip, device.place],
          ...[now, now, integerValue(expires), ends === null ? nullValue : integerValue(ends)],
          ...[...whose.args, now],
        ],
      },
      { sql: insertRefreshToken, args: [textValue(refreshToken.hash), now, textValue(id)] },
      { sql: `update auth_users set last_sign_in_at = ? where ${made.sql}`, args: [now, ...made.args] },
      ...securityEvent(context, { event, whose: made, nowMilliseconds, details: { session_id: id, method } }),
      {
        sql: `select ${accountColumns}, ${newDevice} from auth_users where ${made.sql}`,
        args: [textValue(id), textValue(id), ...made.args],
      },
    ],
    outcomeOf(results) {
      const result = results.at(-1)
      const account = accountOf(result)
      return account && { account, isNewDevice: textOf(result?.rows[0]?.[1]) === '1' }
    },
    bodyOf,
    async respond(signedIn, more) {
      const body = await bodyOf(signedIn)
      return context.json({ ...body, ...more }, 200, { 'cache-control': 'no-store' })
    },
  }
}

/** As `auth_sessions.amr` has it. */
function amrOf(method: Method, nowMilliseconds: number): string {
  return JSON.stringify([{ method, timestamp: Math.floor(nowMilliseconds / 1_000) }])
}

/** How long a session that is over is remembered: by it a device is known when it comes again. */
const endedKeptMilliseconds = 180 * 24 * 3_600_000

/** A few at each sign-in, so that what a user leaves behind is bounded. */
function forgetEnded(whose: Condition): string {
  return `delete from auth_sessions where id in (
  select old.id from auth_sessions old where old.user_id = (select auth_users.id from auth_users where ${whose.sql})
    and min(old.expires_at, coalesce(old.revoked_at, old.expires_at)) <= ? limit 5)`
}

const insertSession = `insert into auth_sessions
  (id, user_id, aal, amr, user_agent, ip, place, created_at, refreshed_at, expires_at, ends_at)
select ?, auth_users.id, ?, ?, ?, ?, ?, ?, ?, ?, ? from auth_users`

const insertRefreshToken = `insert into auth_refresh_tokens (hash, session_id, created_at)
select ?, id, ? from auth_sessions where id = ?`

const newDevice = `(exists (select 1 from auth_sessions old where old.user_id = auth_users.id and old.id <> ?)
  and not exists (select 1 from auth_sessions old join auth_sessions made on made.id = ?
    where old.user_id = auth_users.id and old.id <> made.id
      and old.user_agent is made.user_agent and old.place is made.place))`
