import { Problem } from '../../base/problem.ts'
import { integerValue, textValue } from '../../base/statement.ts'
import { readKnownCaller, standingUser } from '../asker/known.ts'
import { userCaller } from '../caller.ts'
import type { AuthContext } from '../context.ts'
import { securityEvent } from '../event/event.ts'
import { sendLetter } from '../letter.ts'
import { makeOneTime } from '../one-time/make.ts'
import { throttle } from '../throttle/throttle.ts'

/**
 * `GET /reauthenticate`: a code to the address of the account, by which a session that began long ago changes the
 * password (the `nonce` of `PUT /user`). Two trips: to where is it sent, and what is kept of it.
 * @throws Problem session_not_found; validation_failed or email_not_confirmed of who has no address that is confirmed
 */
export async function reauthenticate(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  await throttle(context, 'mail', { account: userCaller(context).id })
  const { account } = await readKnownCaller(context)
  const { email } = account
  if (email === null) {
    throw new Problem('validation_failed', {
      message: 'Reauthentication requires the user to have an email.',
    })
  }
  if (account.emailConfirmedAt === null) throw new Problem('email_not_confirmed')
  const nowMilliseconds = context.get('server').clock.nowMilliseconds()
  const user = standingUser(userCaller(context), nowMilliseconds)
  const whose = { sql: `${user.sql} and auth_users.email = ?`, args: [...user.args, textValue(email)] }
  const { code, statements } = makeOneTime(context, {
    kind: 'reauthentication',
    email,
    whose,
    nowMilliseconds,
  })
  const noted = {
    sql: `update auth_users set reauthentication_sent_at = ? where ${whose.sql}`,
    args: [integerValue(nowMilliseconds), ...whose.args],
  }
  const told = securityEvent(context, { event: 'reauthentication_requested', whose, nowMilliseconds })
  await context.get('database').transact([...statements, noted, ...told], timing)
  timing.mark('db')
  sendLetter(context, { about: 'reauthentication', to: email, code })
  return context.json({}, 200, { 'cache-control': 'no-store' })
}
