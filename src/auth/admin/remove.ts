import { getTableName } from 'drizzle-orm'
import { boolean, nullish, object } from 'valibot'
import { Problem } from '../../base/problem.ts'
import { integerValue, type Statement, textValue } from '../../base/statement.ts'
import { SqlError } from '../../database/hrana/outcome.ts'
import { halfDoneTables, wayInTables } from '../account/access.ts'
import type { Condition } from '../condition.ts'
import type { AuthContext, AuthServer } from '../context.ts'
import { readBody } from '../credentials.ts'
import { securityEvent } from '../event/event.ts'
import { authUsers } from '../tables/users.ts'
import { userOfPath } from './read.ts'

const removeBody = object({ should_soft_delete: nullish(boolean()) })

/**
 * `DELETE /admin/users/:id`: sessions, tokens, factors, identities and all else of sign-in go with the user. Rows of the
 * backend that refer to the account follow their foreign key: `cascade` and `set null` as they say, and without, the user
 * stays (`conflict`) until they are gone.
 *
 * With `should_soft_delete` a row without name, password and rights stays, for others to refer to; the address is free
 * again. There is no way back. One trip.
 * @throws Problem as `readBody`; user_not_found, conflict
 */
export async function deleteUser(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const server = context.get('server')
  const hasBody = context.req.raw.body !== null
  const body = hasBody ? await readBody(context.req.raw, removeBody) : {}
  const isSoft = body.should_soft_delete === true
  const now = server.clock.nowMilliseconds()
  const whose = userOfPath(context)
  timing.mark('parse')
  const statements: readonly Statement[] = [
    { sql: `select 1 from auth_users where ${whose.sql}`, args: whose.args },
    ...securityEvent(context, {
      event: 'user_deleted',
      whose,
      nowMilliseconds: now,
      details: { soft: isSoft },
    }),
    ...(isSoft
      ? emptied(whose, now)
      : [{ sql: `delete from auth_users where ${whose.sql}`, args: whose.args }]),
  ]
  try {
    const touched = isSoft ? [] : followers(server)
    const [found] = await context.get('database').transact(statements, timing, { touched })
    timing.mark('db')
    if (found?.rows.length !== 1) throw new Problem('user_not_found')
    return context.json({}, 200, { 'cache-control': 'no-store' })
  } catch (error) {
    if (!(error instanceof SqlError) || !error.code.startsWith('SQLITE_CONSTRAINT')) throw error
    throw new Problem('conflict', {
      message: 'Rows of the backend refer to this user: delete them first, or delete the user softly.',
    })
  }
}

/** Tables whose rows go or change with a user, of those that answers from caches depend on. */
function followers({ model }: AuthServer): readonly string[] {
  return model.watch.touchedBy(getTableName(authUsers), true)
}

/** Beyond all bans, and a date that all can read. */
const forEver = Date.UTC(9_999, 11, 31)

function emptied(whose: Condition, nowMilliseconds: number): readonly Statement[] {
  const user = `(select auth_users.id from auth_users where ${whose.sql})`
  const owned = ['auth_sessions', ...wayInTables, ...halfDoneTables]
  return [
    ...owned.map((table) => ({ sql: `delete from ${table} where user_id = ${user}`, args: whose.args })),
    {
      sql: `update auth_users set email = null, new_email = null, password_hash = null, user_metadata = '{}',
  app_metadata = json_object('deleted_at', ?), authority = authority + 1, least_aal = 1, email_confirmed_at = null,
  banned_until = ?, updated_at = ? where ${whose.sql}`,
      args: [
        textValue(new Date(nowMilliseconds).toISOString()),
        integerValue(forEver),
        integerValue(nowMilliseconds),
        ...whose.args,
      ],
    },
  ]
}
