import { uuidv7 } from '../../base/id.ts'
import { Problem } from '../../base/problem.ts'
import { type Statement, textValue } from '../../base/statement.ts'
import { accountColumns, accountOf } from '../account/account.ts'
import { vouched } from '../account/claim.ts'
import { insertUser, refusalOfUser } from '../account/make.ts'
import { changeRights, isTooLongMetadata, requireShortMetadata } from '../account/rights.ts'
import { userJson } from '../account/user.ts'
import type { Condition } from '../condition.ts'
import type { AuthContext } from '../context.ts'
import { securityEvent } from '../event/event.ts'
import { insertProfile, profileTables } from '../profile/profile.ts'
import { isTaken } from '../tables/taken.ts'
import { readUser } from './body.ts'

/**
 * `POST /admin/users`: user and profile, without a session and without a mail. Only `email_confirm` confirms the address.
 * Without a password the owner has none until a reset. One trip.
 * @throws Problem as `readUser`; email_exists, conflict for an id that is taken
 */
export async function createUser(context: AuthContext): Promise<Response> {
  const server = context.get('server')
  const { clock, backend } = server
  const timing = context.get('timing')
  const given = await readUser(context)
  const { email, bannedUntil } = given
  if (email === undefined)
    throw new Problem('validation_failed', { message: 'Cannot create a user without an email.' })
  timing.mark('parse')
  const now = clock.nowMilliseconds()
  const user = { id: given.id ?? uuidv7(now), email, data: given.userMetadata ?? {} }
  const whose: Condition = { sql: 'auth_users.id = ?', args: [textValue(user.id)] }
  const statements: readonly Statement[] = [
    insertUser({
      ...user,
      role: given.role ?? backend.defaultRole,
      passwordHash: given.passwordHash ?? null,
      emailConfirmedAt: given.emailConfirm ? vouched(now) : null,
      appMetadata: given.appMetadata ?? {},
      nowMilliseconds: now,
    }),
    ...insertProfile(backend, user),
    ...(bannedUntil === undefined ? [] : [changeRights(whose, { bannedUntil }, now)]),
    requireShortMetadata(whose),
    ...securityEvent(context, { event: 'user_created', whose, nowMilliseconds: now }),
    { sql: `select ${accountColumns} from auth_users where ${whose.sql}`, args: whose.args },
  ]
  try {
    const options = { touched: profileTables(server) }
    const results = await context.get('database').transact(statements, timing, options)
    timing.mark('db')
    const account = accountOf(results.at(-1))
    if (account === null) throw new TypeError('a user who was just made is not there')
    return context.json(userJson(account), 200, { 'cache-control': 'no-store' })
  } catch (error) {
    throw adminRefusal(error)
  }
}

/** GoTrue has another code where an operator asks. */
export function adminRefusal(error: unknown): unknown {
  if (isTooLongMetadata(error))
    return new Problem('validation_failed', { message: 'app_metadata is too long for a token.' })
  if (isTaken(error, 'auth_users.id'))
    return new Problem('conflict', { message: 'A user with this id exists already.' })
  const refusal = refusalOfUser(error)
  return refusal instanceof Problem && refusal.code === 'user_already_exists'
    ? new Problem('email_exists')
    : refusal
}
