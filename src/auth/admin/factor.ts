import { Problem } from '../../base/problem.ts'
import { integerValue, type Statement, textOf, textValue } from '../../base/statement.ts'
import type { Condition } from '../condition.ts'
import type { AuthContext } from '../context.ts'
import { securityEvent } from '../event/event.ts'
import { sendLetter } from '../letter.ts'
import { userOfPath } from './read.ts'

/**
 * `DELETE /admin/users/:id/factors/:factor`: sessions that it raised are less assured again, and a user who has no other
 * one needs none. One trip.
 * @throws Problem mfa_factor_not_found
 */
export async function deleteFactor(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const now = context.get('server').clock.nowMilliseconds()
  const id = context.req.param('factor') ?? ''
  const user = userOfPath(context)
  const whose: Condition = {
    sql: `${user.sql} and exists (select 1 from auth_factors where id = ? and user_id = auth_users.id)`,
    args: [...user.args, textValue(id)],
  }
  timing.mark('parse')
  const [found] = await context.get('database').transact(
    [
      { sql: `select coalesce(email, '') from auth_users where ${whose.sql}`, args: whose.args },
      ...securityEvent(context, {
        event: 'factor_removed',
        whose,
        nowMilliseconds: now,
        details: { factor_id: id },
      }),
      ...removal(id, whose, now),
    ],
    timing,
  )
  timing.mark('db')
  const email = textOf(found?.rows[0]?.[0])
  if (email === null) throw new Problem('mfa_factor_not_found')
  if (email !== '') sendLetter(context, { about: 'factor_removed', to: email, at: new Date(now) })
  return context.json({ id }, 200, { 'cache-control': 'no-store' })
}

function removal(id: string, whose: Condition, now: number): readonly Statement[] {
  const owner = `(select auth_users.id from auth_users where ${whose.sql})`
  return [
    {
      sql: `update auth_sessions set aal = 1, factor_id = null where factor_id = ? and user_id = ${owner}`,
      args: [textValue(id), ...whose.args],
    },
    {
      // Tokens that say more of a session than is so are refused as old ones: their bearers refresh.
      sql: `update auth_users set updated_at = ?, authority = authority + 1, least_aal = case when exists (
  select 1 from auth_factors where user_id = auth_users.id and status = 'verified' and id <> ?) then 2 else 1 end
where ${whose.sql}`,
      args: [integerValue(now), textValue(id), ...whose.args],
    },
    {
      sql: `delete from auth_factors where id = ? and user_id = ${owner}`,
      args: [textValue(id), ...whose.args],
    },
  ]
}
