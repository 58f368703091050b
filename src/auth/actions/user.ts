import { sql } from 'drizzle-orm'
import { Problem } from '../../base/problem.ts'
import { textOf } from '../../base/statement.ts'
import { callerValues } from '../../model/caller/caller.ts'
import { callerValue } from '../../model/caller/value.ts'
import { toStatement } from '../../model/expression.ts'
import { accountColumnCount, accountColumns, accountOf, isBanned } from '../account/account.ts'
import { userJson } from '../account/user.ts'
import { sessionStands } from '../admission.ts'
import { badToken, userCaller } from '../caller.ts'
import type { AuthContext } from '../context.ts'

/** `GET /user`: the account behind the access token, and whether its session still stands, in one statement. */
export async function getUser(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const caller = userCaller(context)
  const now = context.get('server').clock.nowMilliseconds()
  timing.mark('parse')
  const statement = toStatement(readAccount, callerValues(caller, now))
  const found = await context.get('database').run(statement, timing, 'strong')
  timing.mark('db')
  const account = accountOf(found)
  if (account === null) throw new Problem('session_not_found')
  if (isBanned(account, now)) throw new Problem('user_banned')
  // A new role needs a new token, not a new session: the client refreshes.
  if (account.role !== caller.role || account.authority !== caller.authority) throw badToken()
  if (textOf(found.rows[0]?.[accountColumnCount]) !== '1') throw new Problem('session_not_found')
  return context.json(userJson(account), 200, { 'cache-control': 'no-store' })
}

const readAccount = sql`select ${sql.raw(accountColumns)}, ${sessionStands} from auth_users where auth_users.id = ${callerValue('id')}`
