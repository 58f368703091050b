import { type SQL, sql } from 'drizzle-orm'
import { Problem } from '../../base/problem.ts'
import { callerValues } from '../../model/caller/caller.ts'
import { callerValue } from '../../model/caller/value.ts'
import { toStatement } from '../../model/expression.ts'
import { readStanding, standing } from '../admission.ts'
import { userCaller } from '../caller.ts'
import type { AuthContext } from '../context.ts'

/** Which sessions end. The default is GoTrue's. */
const scopes: ReadonlyMap<string, SQL> = new Map([
  ['global', sql`user_id = ${callerValue('id')}`],
  ['local', sql`id = ${callerValue('sessionId')}`],
  ['others', sql`user_id = ${callerValue('id')} and id <> ${callerValue('sessionId')}`],
])

/**
 * `POST /logout?scope=global|local|others`: from now on every statement refuses the tokens of these sessions.
 * A token whose own session is over ends nothing.
 */
export async function logout(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const caller = userCaller(context)
  const [name = 'global', ...more] = context.req.queries('scope') ?? []
  const scope = scopes.get(name)
  if (scope === undefined || more.length > 0) {
    throw new Problem('validation_failed', {
      message: `scope must be one of ${[...scopes.keys()].join(', ')}.`,
    })
  }
  const values = callerValues(caller, context.get('server').clock.nowMilliseconds())
  timing.mark('parse')
  const [admitted] = await context
    .get('database')
    .transact([toStatement(readStanding, values), toStatement(endSessions(scope), values)], timing)
  timing.mark('db')
  if (admitted?.rows.length !== 1) throw new Problem('session_not_found')
  return context.body(null, 204)
}

const endSessions = (scope: SQL): SQL =>
  sql`update auth_sessions set revoked_at = ${callerValue('nowMilliseconds')} where revoked_at is null and ${scope} and ${standing}`
