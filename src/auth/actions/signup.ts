import { uuidv7 } from '../../base/id.ts'
import { Problem } from '../../base/problem.ts'
import { textValue } from '../../base/statement.ts'
import { insertProfile, insertUser, profileTables, refusalOfUser } from '../account/make.ts'
import { challengeOf } from '../code/challenge.ts'
import type { AuthContext } from '../context.ts'
import { readBody, requireEmail, signUpBody } from '../credentials.ts'
import { hashPassword } from '../password/hash.ts'
import { requireStrong } from '../password/rules.ts'
import { startSession } from '../session/start.ts'
import { throttle } from '../throttle/throttle.ts'
import { signUpAnonymously } from './anonymous.ts'
import { signUpToConfirm } from './confirmed-signup.ts'

/**
 * `POST /signup`: user, profile and session in one transaction. The address counts as confirmed at once, as
 * GoTrue's does with auto-confirm; so a taken address is told, after the same work. Where addresses are to be confirmed
 * a mail is sent instead, and without address and password somebody anonymous signs up.
 */
export async function signUp(context: AuthContext): Promise<Response> {
  const server = context.get('server')
  const { clock, backend } = server
  const timing = context.get('timing')
  if (backend.signUp === false) throw new Problem('signup_disabled')
  const body = await readBody(context.req.raw, signUpBody)
  const data = body.data ?? {}
  const isNobody = body.email === undefined && body.password === undefined
  await throttle(context, isNobody ? 'anonymous' : 'sign_up')
  if (isNobody) return signUpAnonymously(context, data)
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
    return signUpToConfirm(context, { email, passwordHash, data, challenge })
  }

  const now = clock.nowMilliseconds()
  const user = { id: uuidv7(now), email, data }
  const role = backend.defaultRole
  const session = startSession(context, {
    whose: { sql: 'auth_users.id = ?', args: [textValue(user.id)] },
    method: 'password',
    nowMilliseconds: now,
    event: 'signed_up',
  })
  const statements = [
    insertUser({ ...user, role, passwordHash, emailConfirmedAt: now, nowMilliseconds: now }),
    ...insertProfile(backend, user),
    ...session.statements,
  ]
  try {
    const results = await context
      .get('database')
      .transact(statements, timing, { touched: profileTables(server) })
    timing.mark('db')
    const signedIn = session.outcomeOf(results)
    if (signedIn === null) throw new TypeError('a user who was just made has no session')
    return await session.respond(signedIn)
  } catch (error) {
    throw refusalOfUser(error)
  }
}
