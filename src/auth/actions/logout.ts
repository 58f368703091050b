import { Problem } from '../../base/problem.ts'
import { integerValue, type Statement, textValue } from '../../base/statement.ts'
import { callerValues, type UserCaller } from '../../model/caller/caller.ts'
import { toStatement } from '../../model/expression.ts'
import { readStanding } from '../admission.ts'
import { standingUser } from '../asker/known.ts'
import { userCaller } from '../caller.ts'
import type { Condition } from '../condition.ts'
import type { AuthContext } from '../context.ts'
import { securityEvent } from '../event/event.ts'

/** Which sessions end. The default is GoTrue's. */
const scopes = ['global', 'local', 'others'] as const
type Scope = (typeof scopes)[number]

/**
 * `POST /logout?scope=global|local|others`: from now on every statement refuses the tokens of these sessions. One trip.
 * A sign-in elsewhere that is half done, whose code nobody has exchanged yet, ends with the sessions that it is not of.
 * A token whose own session is over ends nothing.
 * @throws Problem validation_failed, session_not_found
 */
export async function logout(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const caller = userCaller(context)
  const scope = scopeOf(context.req.queries('scope') ?? [])
  const now = context.get('server').clock.nowMilliseconds()
  const whose = standingUser(caller, now)
  timing.mark('parse')
  const [admitted] = await context
    .get('database')
    .transact(
      [
        toStatement(readStanding(), callerValues(caller, now)),
        ...securityEvent(context, { event: 'signed_out', whose, nowMilliseconds: now, details: { scope } }),
        ...(scope === 'local' ? [] : [forgetCodes(whose)]),
        endSessions(scope, caller, whose, now),
      ],
      timing,
    )
  timing.mark('db')
  if (admitted?.rows.length !== 1) throw new Problem('session_not_found')
  return context.body(null, 204)
}

function scopeOf([name = 'global', ...more]: readonly string[]): Scope {
  const scope = scopes.find((known) => known === name)
  if (scope !== undefined && more.length === 0) return scope
  throw new Problem('validation_failed', { message: `scope must be one of ${scopes.join(', ')}.` })
}

function forgetCodes(whose: Condition): Statement {
  const users = `(select auth_users.id from auth_users where ${whose.sql})`
  return { sql: `delete from auth_codes where user_id in ${users}`, args: whose.args }
}

/** Comes last: nothing stands any more. */
function endSessions(scope: Scope, caller: UserCaller, whose: Condition, nowMilliseconds: number): Statement {
  const which = { global: '', local: 'and id = ?', others: 'and id <> ?' }[scope]
  return {
    sql: `update auth_sessions set revoked_at = ?
where revoked_at is null and user_id in (select auth_users.id from auth_users where ${whose.sql}) ${which}`,
    args: [
      integerValue(nowMilliseconds),
      ...whose.args,
      ...(scope === 'global' ? [] : [textValue(caller.sessionId)]),
    ],
  }
}
