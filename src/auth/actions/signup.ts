import { Problem } from '../../base/problem.ts'
import { challengeOf } from '../code/challenge.ts'
import type { AuthContext } from '../context.ts'
import { readBody, requireEmail, signUpBody } from '../credentials.ts'
import { evenly } from '../even.ts'
import { hashPassword } from '../password/hash.ts'
import { requireStrong } from '../password/rules.ts'
import { throttle } from '../throttle/throttle.ts'
import { signUpToConfirm } from './confirmed-signup.ts'
import { signUpAtOnce } from './immediate-signup.ts'

/**
 * `POST /signup`: user, profile and session in one transaction. The address counts as confirmed at once, as
 * GoTrue's does with auto-confirm; so a taken address is told, after the same work. Where addresses are to be confirmed
 * a mail is sent instead, and without address and password somebody anonymous signs up, who becomes a person by `PUT /user`
 * with an address, or by an identity elsewhere, and keeps the id. One trip.
 * @throws Problem signup_disabled, anonymous_provider_disabled, validation_failed, email_address_invalid, weak_password,
 *   user_already_exists, over_request_rate_limit or over_email_send_rate_limit
 */
export async function signUp(context: AuthContext): Promise<Response> {
  const server = context.get('server')
  const { backend } = server
  const timing = context.get('timing')
  if (backend.signUp === false) throw new Problem('signup_disabled')
  const body = await readBody(context.req.raw, signUpBody)
  const data = body.data ?? {}
  const isNobody = body.email === undefined && body.password === undefined
  await throttle(context, isNobody ? 'anonymous' : 'sign_up')
  if (isNobody) {
    if (backend.auth?.anonymous !== true) throw new Problem('anonymous_provider_disabled')
    return signUpAtOnce(context, { email: null, passwordHash: null, data, method: 'anonymous' })
  }
  if (body.email === undefined || body.password === undefined) {
    throw new Problem('validation_failed', { message: 'Sign-up requires an email and a password.' })
  }
  const email = requireEmail(body.email)
  const challenge = challengeOf(body)
  if (backend.auth?.confirmEmail === true) await throttle(context, 'mail', { account: email })
  timing.mark('parse')
  await requireStrong(body.password, backend.auth?.password, server.bindings)
  const passwordHash = await hashPassword(body.password)
  timing.mark('password')
  if (backend.auth?.confirmEmail === true) {
    return evenly((context) => signUpToConfirm(context, { email, passwordHash, data, challenge }))(context)
  }
  return signUpAtOnce(context, { email, passwordHash, data, method: 'password' })
}
