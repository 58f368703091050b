import { Problem } from '../../base/problem.ts'
import { integerValue, type Result, type Statement, textOf, textValue } from '../../base/statement.ts'
import {
  accountColumnCount,
  accountColumns,
  accountOf,
  isBanned,
  isNotBannedSql,
} from '../account/account.ts'
import { hashed, sessionLifetimeMilliseconds, sessionResponse, successorOf } from '../account/session.ts'
import type { AuthContext } from '../context.ts'
import { readBody, refreshBody } from '../credentials.ts'

/** How long a used token still gives its successor: for two tabs at once, and for an answer that was lost. */
const reuseGraceMilliseconds = 10_000

/**
 * `POST /token?grant_type=refresh_token`: rotation in one transaction, decided by the database, so that any
 * number of uses at once agree. A used token gives its successor again for a short while and only as long as
 * the successor is unused itself; otherwise somebody has a copy, and the session ends (RFC 9700 §4.14.2).
 */
export async function refresh(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const { settings, clock } = context.get('server')
  const body = await readBody(context.req.raw, refreshBody)
  const used = hashed(body.refresh_token)
  const successor = successorOf(body.refresh_token, settings.serverSecret)
  const now = clock.nowMilliseconds()
  timing.mark('parse')

  const results = await context.get('database').transact(rotation(used.hash, successor.hash, now), timing)
  timing.mark('db')
  const { account, sessionId } = outcomeOf(results, now)
  return sessionResponse(context, account, {
    id: sessionId,
    refreshToken: successor.token,
    nowMilliseconds: now,
  })
}

function rotation(used: string, successor: string, nowMilliseconds: number): readonly Statement[] {
  const now = integerValue(nowMilliseconds)
  const hash = textValue(used)
  const graceSince = integerValue(nowMilliseconds - reuseGraceMilliseconds)
  const expires = integerValue(nowMilliseconds + sessionLifetimeMilliseconds)
  return [
    { sql: endStolenSession, args: [now, hash, graceSince] },
    { sql: insertSuccessor, args: [textValue(successor), now, hash, now, now] },
    { sql: markUsed, args: [now, hash, textValue(successor)] },
    { sql: prolongSession, args: [now, expires, textValue(successor)] },
    { sql: readOutcome, args: [hash] },
  ]
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

const prolongSession = `update auth_sessions set refreshed_at = ?, expires_at = ?
where revoked_at is null and id = (select session_id from auth_refresh_tokens where hash = ?)`

const readOutcome = `select ${accountColumns}, auth_sessions.id, auth_sessions.revoked_at, auth_sessions.expires_at, used.used_at
from auth_refresh_tokens used
join auth_sessions on auth_sessions.id = used.session_id
join auth_users on auth_users.id = auth_sessions.user_id
where used.hash = ?`

function outcomeOf(results: readonly Result[], now: number) {
  const account = accountOf(results.at(-1))
  if (account === null) throw new Problem('refresh_token_not_found')
  if (isBanned(account, now)) throw new Problem('user_banned')
  const rest = results.at(-1)?.rows[0]?.slice(accountColumnCount).map(textOf)
  const [sessionId, revokedAt, expiresAt, usedAt] = rest ?? []
  const standing = revokedAt === null && Number(expiresAt) > now
  if (typeof sessionId === 'string' && standing) return { account, sessionId }
  // A successor was only made for a session that stood: `usedAt` before now is a reuse.
  if (revokedAt !== null && usedAt !== null) throw new Problem('refresh_token_already_used')
  throw new Problem('session_not_found')
}
