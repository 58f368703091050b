import { Problem } from '../../base/problem.ts'
import { integerValue, type Statement, textValue } from '../../base/statement.ts'
import { userOfPath } from '../admin/read.ts'
import { askerOf } from '../asker/asker.ts'
import { admittedUser } from '../asker/known.ts'
import type { Condition } from '../condition.ts'
import type { AuthContext } from '../context.ts'
import { securityEvent } from '../event/event.ts'

/**
 * `DELETE /user/sessions/:id`: one of the user's own, also this one. Its tokens are refused from then on. One trip.
 * @throws Problem what `Asker.require` throws; NOT_FOUND for what is none of theirs, or over already
 */
export async function endOwnSession(context: AuthContext): Promise<Response> {
  const asker = askerOf(context)
  const { caller, nowMilliseconds } = asker
  const id = context.req.param('session') ?? ''
  const end = endOf(context, admittedUser(caller, nowMilliseconds), id, nowMilliseconds)
  const timing = context.get('timing')
  timing.mark('parse')
  const [told, ended] = await context.get('database').transact([asker.read, ...end], timing)
  timing.mark('db')
  asker.require('admitted', told)
  if (ended?.rows.length !== 1) throw new Problem('NOT_FOUND')
  return context.body(null, 204)
}

/**
 * `DELETE /admin/users/:id/sessions`: all of them; `DELETE /admin/users/:id/sessions/:session`: one. One trip.
 * @throws Problem user_not_found; NOT_FOUND for a session that is none of theirs, or over already
 */
export async function endSessionsOfUser(context: AuthContext): Promise<Response> {
  const now = context.get('server').clock.nowMilliseconds()
  const id = context.req.param('session') ?? null
  const whose = userOfPath(context)
  const timing = context.get('timing')
  timing.mark('parse')
  const exists = { sql: `select 1 from auth_users where ${whose.sql}`, args: whose.args }
  const [user, ended] = await context
    .get('database')
    .transact([exists, ...endOf(context, whose, id, now)], timing)
  timing.mark('db')
  if (user?.rows.length !== 1) throw new Problem('user_not_found')
  if (id !== null && ended?.rows.length !== 1) throw new Problem('NOT_FOUND')
  return context.body(null, 204)
}

/**
 * The first statement tells which end, and they are told of before they do: who may end sessions may be somebody whose own
 * is among them.
 * @param id null: all
 */
function endOf(context: AuthContext, whose: Condition, id: string | null, now: number): readonly Statement[] {
  const which = `revoked_at is null and expires_at > ? and user_id = (select auth_users.id from auth_users where ${whose.sql})
  ${id === null ? '' : 'and id = ?'}`
  const args = [integerValue(now), ...whose.args, ...(id === null ? [] : [textValue(id)])]
  const owner: Condition = {
    sql: `auth_users.id in (select user_id from auth_sessions where ${which})`,
    args,
  }
  const event = id === null ? 'sessions_ended' : 'session_ended'
  return [
    { sql: `select id from auth_sessions where ${which}`, args },
    ...securityEvent(context, {
      event,
      whose: owner,
      nowMilliseconds: now,
      ...(id !== null && { details: { session_id: id } }),
    }),
    { sql: `update auth_sessions set revoked_at = ? where ${which}`, args: [integerValue(now), ...args] },
  ]
}
