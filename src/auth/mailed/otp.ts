import { boolean, nullish, object, string } from 'valibot'
import { uuidv7 } from '../../base/id.ts'
import { refusalOfUser } from '../account/make.ts'
import { makePendingAccount } from '../account/pending.ts'
import { challengeEntries, challengeOf } from '../code/challenge.ts'
import type { AuthContext } from '../context.ts'
import { dataEntry, readBody, requireEmail } from '../credentials.ts'
import { sendOneTime } from '../one-time/send.ts'
import { throttle } from '../throttle/throttle.ts'

const otpBody = object({
  email: string(),
  create_user: nullish(boolean()),
  data: dataEntry,
  ...challengeEntries,
})

/**
 * `POST /otp` and `POST /magiclink`: a mail with a link and a code, and an account for who has none, unless the backend
 * or the client does not want one. One trip, and the same answer for every address: GoTrue answers `otp_disabled` where
 * there is no account and none may be made, and so tells who has one.
 */
export async function sendMagicLink(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const server = context.get('server')
  const body = await readBody(context.req.raw, otpBody)
  const email = requireEmail(body.email)
  const challenge = challengeOf(body)
  await throttle(context, 'mail', { account: email, isWayIn: true })
  timing.mark('parse')

  const nowMilliseconds = server.clock.nowMilliseconds()
  const isOpen = server.backend.signUp !== false && body.create_user !== false
  const user = { id: uuidv7(nowMilliseconds), email, data: body.data ?? {} }
  const account = { ...user, role: server.backend.defaultRole, nowMilliseconds }
  const mail = sendOneTime(context, {
    kind: 'magiclink',
    email,
    challenge,
    data: body.data ?? null,
    nowMilliseconds,
  })
  try {
    const made = isOpen ? makePendingAccount(server.backend, account) : []
    const results = await context.get('database').transact([...made, ...mail.statements], timing)
    timing.mark('db')
    mail.send(results.at(-1))
  } catch (error) {
    throw refusalOfUser(error)
  }
  return context.json({}, 200, { 'cache-control': 'no-store' })
}
