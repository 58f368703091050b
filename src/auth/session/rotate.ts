import { Problem } from '../../base/problem.ts'
import { integerValue, type Result, type Statement, textOf, textValue } from '../../base/statement.ts'
import {
  type Account,
  accountColumnCount,
  accountColumns,
  accountOf,
  isBanned,
  isNotBannedSql,
} from '../account/account.ts'
import type { Condition } from '../condition.ts'
import type { AuthContext } from '../context.ts'
import type { Amr } from '../token/tokens.ts'
import { hashed, type SecretToken, successorOf } from './token.ts'

/** How long a used token still gives its successor: for two tabs at once, and for an answer that was lost. */
const reuseGraceMilliseconds = 10_000

/**
 * How long a used token is remembered, so that one that turns up again ends the session. One that is forgotten is good for
 * nothing, and tells nobody.
 */
const usedKeptMilliseconds = 30 * 24 * 3_600_000

export interface Rotation {
  readonly successor: SecretToken
  /** For one transaction. The last one tells how it went: nothing may follow. */
  readonly statements: readonly Statement[]
  /** @throws Problem refresh_token_not_found, refresh_token_already_used, session_not_found or user_banned */
  outcomeOf(results: readonly Result[]): Rotated
}

/** A session that goes on. */
export interface Rotated {
  readonly account: Account
  readonly id: string
  readonly aal: 1 | 2
  readonly amr: readonly Amr[]
  /** What an app may ask for; null of the user's own sessions. */
  readonly scopes: string | null
}

/**
 * Rotation of a refresh token, decided by the database, so that any number of uses at once agree. A used token gives
 * its successor again for a short while and only as long as the successor is unused itself; otherwise somebody has a
 * copy, and the session ends (RFC 9700 §4.14.2).
 * @param of whose sessions: a condition over `auth_sessions`. The token of another one is as none, and does nothing.
 */
export function rotate(
  context: AuthContext,
  token: string,
  of: Condition,
  nowMilliseconds: number,
): Rotation {
  const { settings, sessionLimits } = context.get('server')
  const successor = successorOf(token, settings.serverSecret)
  const now = integerValue(nowMilliseconds)
  const used = textValue(hashed(token).hash)
  const next = textValue(successor.hash)
  const graceSince = integerValue(nowMilliseconds - reuseGraceMilliseconds)
  const expires = integerValue(nowMilliseconds + sessionLimits.inactivityMilliseconds)
  return {
    successor,
    statements: [
      { sql: `${endStolenSession} and ${of.sql}`, args: [now, used, graceSince, ...of.args] },
      { sql: `${insertSuccessor} and ${of.sql}`, args: [next, now, used, now, now, ...of.args] },
      { sql: markUsed, args: [now, used, next] },
      { sql: `${prolongSession} and ${of.sql}`, args: [now, expires, expires, next, now, ...of.args] },
      { sql: forgetUsed, args: [next, integerValue(nowMilliseconds - usedKeptMilliseconds)] },
      { sql: `${readOutcome} and ${of.sql}`, args: [used, ...of.args] },
    ],
    outcomeOf: (results) => outcomeOf(results, nowMilliseconds),
  }
}

const endStolenSession = `update auth_sessions set revoked_at = ?
where revoked_at is null and id = (
  select used.session_id from auth_refresh_tokens used where used.hash = ? and used.used_at is not null and (
    used.used_at <= ? or exists (
      select 1 from auth_refresh_tokens child where child.parent_hash = used.hash and child.used_at is not null)))`

/** `or ignore`: the successor may be there already. */
const insertSuccessor = `insert or ignore into auth_refresh_tokens (hash, session_id, parent_hash, created_at)
select ?, used.session_id, used.hash, ? from auth_refresh_tokens used
join auth_sessions on auth_sessions.id = used.session_id
join auth_users on auth_users.id = auth_sessions.user_id
where used.hash = ? and auth_sessions.revoked_at is null and auth_sessions.expires_at > ?
  and ${isNotBannedSql}`

/** The time of the first use stays: grace does not grow by asking again. */
const markUsed = `update auth_refresh_tokens set used_at = ?
where hash = ? and used_at is null and exists (select 1 from auth_refresh_tokens child where child.hash = ?)`

const prolongSession = `update auth_sessions set refreshed_at = ?, expires_at = min(?, coalesce(ends_at, ?))
where revoked_at is null and id = (select session_id from auth_refresh_tokens where hash = ?) and expires_at > ?`

/** At an hourly refresh one is made and up to twenty go, so what a session keeps is bounded. */
const forgetUsed = `delete from auth_refresh_tokens where hash in (
  select old.hash from auth_refresh_tokens old
  where old.session_id = (select session_id from auth_refresh_tokens where hash = ?) and old.used_at <= ?
  order by old.used_at limit 20)`

const readOutcome = `select ${accountColumns}, json_object(
  'id', auth_sessions.id, 'aal', auth_sessions.aal, 'amr', json(auth_sessions.amr), 'scopes', auth_sessions.scopes,
  'revokedAt', auth_sessions.revoked_at, 'expiresAt', auth_sessions.expires_at, 'usedAt', used.used_at)
from auth_refresh_tokens used
join auth_sessions on auth_sessions.id = used.session_id
join auth_users on auth_users.id = auth_sessions.user_id
where used.hash = ?`

interface Outcome extends Omit<Rotated, 'account'> {
  readonly revokedAt: number | null
  readonly expiresAt: number
  readonly usedAt: number | null
}

function outcomeOf(results: readonly Result[], now: number): Rotated {
  const result = results.at(-1)
  const account = accountOf(result)
  const json = textOf(result?.rows[0]?.[accountColumnCount])
  if (account === null || json === null) throw new Problem('refresh_token_not_found')
  if (isBanned(account, now)) throw new Problem('user_banned')
  const { id, aal, amr, scopes, revokedAt, expiresAt, usedAt }: Outcome = JSON.parse(json)
  if (revokedAt === null && expiresAt > now) return { account, id, aal, amr, scopes }
  // A successor was only made for a session that stood: `usedAt` before now is a reuse.
  if (revokedAt !== null && usedAt !== null) throw new Problem('refresh_token_already_used')
  throw new Problem('session_not_found')
}
