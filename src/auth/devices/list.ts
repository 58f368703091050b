import { Problem } from '../../base/problem.ts'
import { integerValue, type Result, type Statement, textOf } from '../../base/statement.ts'
import { isoOf } from '../account/user.ts'
import { userOfPath } from '../admin/read.ts'
import { askerOf } from '../asker/asker.ts'
import { admittedUser } from '../asker/known.ts'
import type { Condition } from '../condition.ts'
import type { AuthContext } from '../context.ts'

/**
 * `GET /user/sessions`: where the user is signed in, the one of this token is told apart by `current`. Who has yet to
 * show a second factor is told nothing. One trip.
 * @throws Problem what `Asker.require` throws
 */
export async function listOwnSessions(context: AuthContext): Promise<Response> {
  const asker = askerOf(context)
  const { caller, nowMilliseconds } = asker
  const own = listOf(admittedUser(caller, nowMilliseconds), nowMilliseconds)
  const [told, found] = await ask(context, [asker.read, own])
  asker.require('admitted', told)
  return context.json({ sessions: sessionsIn(found, caller.sessionId) }, 200, noStore)
}

/** `GET /admin/users/:id/sessions`. One trip. @throws Problem user_not_found */
export async function listSessionsOfUser(context: AuthContext): Promise<Response> {
  const now = context.get('server').clock.nowMilliseconds()
  const whose = userOfPath(context)
  const [user, found] = await ask(context, [
    { sql: `select 1 from auth_users where ${whose.sql}`, args: whose.args },
    listOf(whose, now),
  ])
  if (user?.rows.length !== 1) throw new Problem('user_not_found')
  return context.json({ sessions: sessionsIn(found, null) }, 200, noStore)
}

const noStore = { 'cache-control': 'no-store' }

async function ask(context: AuthContext, statements: readonly Statement[]): Promise<readonly Result[]> {
  const timing = context.get('timing')
  timing.mark('parse')
  const results = await context.get('database').snapshot(statements, timing)
  timing.mark('db')
  return results
}

/** Those that stand, the last one in use first. */
function listOf(whose: Condition, nowMilliseconds: number): Statement {
  return {
    sql: `select json_object('id', id, 'aal', aal, 'amr', json(amr), 'app_id', app_id, 'user_agent', user_agent, 'ip', ip,
  'place', place, 'created', created_at, 'refreshed', refreshed_at, 'expires', expires_at)
from auth_sessions where user_id = (select auth_users.id from auth_users where ${whose.sql})
  and revoked_at is null and expires_at > ? order by refreshed_at desc, id desc limit 1000`,
    args: [...whose.args, integerValue(nowMilliseconds)],
  }
}

function sessionsIn(found: Result | undefined, current: string | null) {
  return (found?.rows ?? []).map(([value]) => {
    const { aal, created, refreshed, expires, ...session } = JSON.parse(textOf(value) ?? '{}')
    return {
      ...session,
      aal: `aal${aal}`,
      created_at: isoOf(created),
      refreshed_at: isoOf(refreshed),
      expires_at: isoOf(expires),
      ...(current !== null && { current: session.id === current }),
    }
  })
}
