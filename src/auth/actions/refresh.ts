import { Problem } from '../../base/problem.ts'
import { integerValue, type Result, type Statement, textOf, textValue } from '../../base/statement.ts'
import {
  accountColumnCount,
  accountColumns,
  accountOf,
  isBanned,
  isNotBannedSql,
} from '../account/account.ts'
import type { AuthContext } from '../context.ts'
import { readBody, refreshBody } from '../credentials.ts'
import { sessionResponse } from '../session/answer.ts'
import { hashed, successorOf } from '../session/token.ts'
import type { Amr } from '../token/tokens.ts'

/** How long a used token still gives its successor: for two tabs at once, and for an answer that was lost. */
const reuseGraceMilliseconds = 10_000

/**
 * `POST /token?grant_type=refresh_token`: rotation in one transaction, decided by the database, so that any
 * number of uses at once agree. A used token gives its successor again for a short while and only as long as
 * the successor is unused itself; otherwise somebody has a copy, and the session ends (RFC 9700 §4.14.2).
 */
export async function refresh(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const { settings, clock, sessionLimits } = context.get('server')
  const body = await readBody(context.req.raw, refreshBody)
  const used = hashed(body.refresh_token)
  const successor = successorOf(body.refresh_token, settings.serverSecret)
  const now = clock.nowMilliseconds()
  timing.mark('parse')

  const expires = now + sessionLimits.inactivityMilliseconds
  const statements = rotation(used.hash, successor.hash, now, expires)
  const results = await context.get('database').transact(statements, timing)
  timing.mark('db')
  const { account, ...session } = outcomeOf(results, now)
  return sessionResponse(context, account, {
    ...session,
    refreshToken: successor.token,
    nowMilliseconds: now,
  })
}

function rotation(
  used: string,
  successor: string,
  nowMilliseconds: number,
  expiresMilliseconds: number,
): readonly Statement[] {
  const now = integerValue(nowMilliseconds)
  const hash = textValue(used)
  const graceSince = integerValue(nowMilliseconds - reuseGraceMilliseconds)
  const expires = integerValue(expiresMilliseconds)
  return [
    { sql: endStolenSession, args: [now, hash, graceSince] },
    { sql: insertSuccessor, args: [textValue(successor), now, hash, now, now] },
    { sql: markUsed, args: [now, hash, textValue(successor)] },
    { sql: prolongSession, args: [now, expires, expires, textValue(successor)] },
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

const prolongSession = `update auth_sessions set refreshed_at = ?, expires_at = min(?, coalesce(ends_at, ?))
where revoked_at is null and id = (select session_id from auth_refresh_tokens where hash = ?)`

const readOutcome = `select ${accountColumns}, json_object(
  'id', auth_sessions.id, 'aal', auth_sessions.aal, 'amr', json(auth_sessions.amr),
  'revokedAt', auth_sessions.revoked_at, 'expiresAt', auth_sessions.expires_at, 'usedAt', used.used_at)
from auth_refresh_tokens used
join auth_sessions on auth_sessions.id = used.session_id
join auth_users on auth_users.id = auth_sessions.user_id
where used.hash = ?`

interface Rotated {
  readonly id: string
  readonly aal: 1 | 2
  readonly amr: readonly Amr[]
  readonly revokedAt: number | null
  readonly expiresAt: number
  readonly usedAt: number | null
}

function outcomeOf(results: readonly Result[], now: number) {
  const result = results.at(-1)
  const account = accountOf(result)
  const json = textOf(result?.rows[0]?.[accountColumnCount])
  if (account === null || json === null) throw new Problem('refresh_token_not_found')
  if (isBanned(account, now)) throw new Problem('user_banned')
  const { id, aal, amr, revokedAt, expiresAt, usedAt }: Rotated = JSON.parse(json)
  if (revokedAt === null && expiresAt > now) return { account, id, aal, amr }
  // A successor was only made for a session that stood: `usedAt` before now is a reuse.
  if (revokedAt !== null && usedAt !== null) throw new Problem('refresh_token_already_used')
  throw new Problem('session_not_found')
}
