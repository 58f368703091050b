import { object, string } from 'valibot'
import { challengeEntries, challengeOf } from '../code/challenge.ts'
import type { AuthContext } from '../context.ts'
import { readBody, requireEmail } from '../credentials.ts'
import { sendOneTime } from '../one-time/send.ts'
import { throttle } from '../throttle/throttle.ts'

const recoverBody = object({ email: string(), ...challengeEntries })

/** `POST /recover`: a mail by which somebody who forgot the password comes in to set another one. One trip. */
export async function recover(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const body = await readBody(context.req.raw, recoverBody)
  const email = requireEmail(body.email)
  const challenge = challengeOf(body)
  await throttle(context, 'mail', { account: email, isWayIn: true })
  timing.mark('parse')
  const nowMilliseconds = context.get('server').clock.nowMilliseconds()
  const mail = sendOneTime(context, { kind: 'recovery', email, challenge, nowMilliseconds })
  const results = await context.get('database').transact(mail.statements, timing)
  timing.mark('db')
  mail.send(results.at(-1))
  return context.json({}, 200, { 'cache-control': 'no-store' })
}
