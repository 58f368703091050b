import { nullish, object, string } from 'valibot'
import { Problem } from '../../base/problem.ts'
import { integerValue, type Statement, textOf } from '../../base/statement.ts'
import { accountColumns, accountOf } from '../account/account.ts'
import { refusalOfUser } from '../account/make.ts'
import { mergedJson } from '../account/merge.ts'
import { isTooLongMetadata, requireShortMetadata } from '../account/rights.ts'
import { userJson } from '../account/user.ts'
import { admittedUser, type KnownCaller, readKnownCaller, standingUser } from '../asker/known.ts'
import { userCaller } from '../caller.ts'
import { challengeEntries, challengeOf } from '../code/challenge.ts'
import type { Condition } from '../condition.ts'
import type { AuthContext } from '../context.ts'
import { dataEntry, readBody, requireEmail } from '../credentials.ts'
import { throttle } from '../throttle/throttle.ts'
import { changeEmail } from './email.ts'
import { changePassword } from './password.ts'

const updateBody = object({
  email: nullish(string()),
  password: nullish(string()),
  nonce: nullish(string()),
  data: dataEntry,
  ...challengeEntries,
})

/**
 * `PUT /user`: what the user changes of their own account: password, address, `data`. What decides on rights is never
 * taken from here. Two trips: how the account is, and all changes in one transaction, for which the session still stands
 * and the password is still the one that was looked at.
 * @throws Problem session_not_found, insufficient_aal, weak_password, same_password, reauthentication_needed,
 *   reauthentication_not_valid, email_address_invalid, email_exists, validation_failed, conflict, over_request_rate_limit,
 *   over_email_send_rate_limit
 */
export async function updateUser(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const caller = userCaller(context)
  const body = await readBody(context.req.raw, updateBody)
  const challenge = challengeOf(body)
  const email = body.email ? requireEmail(body.email) : null
  timing.mark('parse')

  const known = await readKnownCaller(context)
  const now = context.get('server').clock.nowMilliseconds()
  const isNewEmail = email !== null && email !== known.account.email
  const isDelicate = isNewEmail || body.password != null
  if (isDelicate && caller.aal < known.account.leastAal) throw new Problem('insufficient_aal')
  if (body.password != null) requireAddress(known, email)
  const guard = isDelicate ? admittedUser(caller, now) : standingUser(caller, now)
  const password =
    body.password == null
      ? null
      : await changePassword(context, known, {
          password: body.password,
          nonce: body.nonce ?? null,
          guard,
          now,
        })
  const whose = password?.whose ?? guard
  if (isNewEmail) await throttleMails(context, known, email)
  const address = isNewEmail ? changeEmail(context, known.account, { email, challenge, whose, now }) : null
  const before = password?.statements ?? []
  const statements = [
    ...before,
    { sql: `select 1 from auth_users where ${whose.sql}`, args: whose.args },
    ...(body.data == null ? [] : mergeData(body.data, whose, now)),
    ...(address?.statements ?? []),
    { sql: `select ${accountColumns} from auth_users where ${whose.sql}`, args: whose.args },
  ]
  try {
    const results = await context.get('database').transact(statements, timing)
    timing.mark('db')
    const account = accountOf(results.at(-1))
    if (account === null || textOf(results[before.length]?.rows[0]?.[0]) !== '1') {
      throw password === null ? new Problem('session_not_found') : password.refusal(results)
    }
    password?.tell()
    address?.send(results.at(-2))
    return context.json(userJson(account), 200, { 'cache-control': 'no-store' })
  } catch (error) {
    if (isTooLongMetadata(error))
      throw new Problem('validation_failed', { message: 'With this, data is longer than 64 KiB.' })
    const refusal = refusalOfUser(error)
    throw refusal instanceof Problem && refusal.code === 'user_already_exists'
      ? new Problem('email_exists')
      : refusal
  }
}

function mergeData(
  data: Readonly<Record<string, unknown>>,
  whose: Condition,
  now: number,
): readonly Statement[] {
  const merged = mergedJson('auth_users.user_metadata', data)
  return [
    {
      sql: `update auth_users set user_metadata = ${merged.sql}, updated_at = ? where ${whose.sql}`,
      args: [...merged.args, integerValue(now), ...whose.args],
    },
    requireShortMetadata(whose, 'user_metadata'),
  ]
}

/** A change is told to both addresses. */
async function throttleMails(context: AuthContext, { account }: KnownCaller, email: string): Promise<void> {
  await throttle(context, 'mail', { account: email })
  if (account.emailConfirmedAt !== null) await throttle(context, 'mail', { account: account.email })
}

/** A password alone lets nobody in. @throws Problem validation_failed */
function requireAddress({ account }: KnownCaller, email: string | null): void {
  if (account.email !== null || email !== null) return
  throw new Problem('validation_failed', {
    status: 422,
    message: 'Updating password of an anonymous user without an email is not allowed.',
  })
}
