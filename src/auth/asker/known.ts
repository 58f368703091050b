import { type SQL, sql } from 'drizzle-orm'
import { Problem } from '../../base/problem.ts'
import { textOf, textValue } from '../../base/statement.ts'
import { callerValues, type UserCaller } from '../../model/caller/caller.ts'
import { callerValue } from '../../model/caller/value.ts'
import { toStatement } from '../../model/expression.ts'
import { type Account, accountColumns, accountOf } from '../account/account.ts'
import { entrusting, standing } from '../admission.ts'
import { userCaller } from '../caller.ts'
import type { Condition } from '../condition.ts'
import type { AuthContext } from '../context.ts'
import { refusalOf } from './asker.ts'

/** The account behind an access token whose session stands. */
export interface KnownCaller {
  readonly account: Account
  readonly passwordHash: string | null
  /** When the session began: an instant in milliseconds. */
  readonly sessionCreatedAt: number
}

/**
 * One trip, one statement.
 * @param condition whether the session stands; default: as its user's own
 * @throws Problem session_not_found, user_banned, or bad_jwt of a token that says rights that are not so any more
 */
export async function readKnownCaller(context: AuthContext, condition = standing()): Promise<KnownCaller> {
  const timing = context.get('timing')
  const caller = userCaller(context)
  const now = context.get('server').clock.nowMilliseconds()
  const statement = toStatement(readAccount(condition), callerValues(caller, now))
  const found = await context.get('database').run(statement, timing, 'strong')
  timing.mark('db')
  const account = accountOf(found)
  if (account === null) throw new Problem('session_not_found')
  const [, stands, passwordHash = null, createdAt] = (found.rows[0] ?? []).map(textOf)
  if (stands !== '1') throw refusalOf(caller, account, now)
  return { account, passwordHash, sessionCreatedAt: Number(createdAt) }
}

const readAccount = (
  condition: SQL,
): SQL => sql`select ${sql.raw(accountColumns)}, ${condition}, auth_users.password_hash,
  (select created_at from auth_sessions where id = ${callerValue('sessionId')})
from auth_users where auth_users.id = ${callerValue('id')}`

/** The caller of a token, while its session stands: a condition over `auth_users`, for statements that are text. */
export function standingUser(caller: UserCaller, nowMilliseconds: number): Condition {
  return userIf(standing(), caller, nowMilliseconds)
}

/** The same, of who has shown a second factor if there is one. */
export function admittedUser(caller: UserCaller, nowMilliseconds: number): Condition {
  return userIf(entrusting(), caller, nowMilliseconds)
}

function userIf(condition: SQL, caller: UserCaller, nowMilliseconds: number): Condition {
  const { sql: text, args } = toStatement(condition, callerValues(caller, nowMilliseconds))
  return { sql: `auth_users.id = ? and ${text}`, args: [textValue(caller.id), ...args] }
}
