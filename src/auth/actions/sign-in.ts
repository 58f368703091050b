import { Problem } from '../../base/problem.ts'
import { textOf, textValue } from '../../base/statement.ts'
import { accountColumnCount, accountColumns, accountOf, isBanned } from '../account/account.ts'
import type { AuthContext } from '../context.ts'
import { normaliseEmail, readBody, signInBody } from '../credentials.ts'
import { replaceHash, verifyPassword } from '../password/hash.ts'
import { startSession } from '../session/start.ts'
import { tellOfNewDevice } from '../session/tell.ts'
import { throttle } from '../throttle/throttle.ts'

/**
 * `POST /token?grant_type=password`: two trips, read the hash, write the session. Whether the address exists
 * cannot be told: not by the answer, nor by its time. A hash that was brought from elsewhere becomes one of this server's.
 * @throws Problem over_request_rate_limit; invalid_credentials; after the right password only, user_banned or email_not_confirmed
 */
export async function signIn(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const database = context.get('database')
  const { clock, backend, settings } = context.get('server')
  const body = await readBody(context.req.raw, signInBody)
  timing.mark('parse')

  const email = normaliseEmail(body.email)
  const [found, pass] = await Promise.all([
    database.run({ sql: findAccount, args: [textValue(email ?? '')] }, timing, 'strong'),
    throttle(context, 'sign_in', { account: body.email }),
  ])
  timing.mark('db')
  const known = accountOf(found)
  const passwordHash = textOf(found.rows[0]?.[accountColumnCount])
  const correct = await verifyPassword(body.password, passwordHash, backend.auth?.password?.imported)
  if (!correct || known === null || passwordHash === null) {
    const waiting = textOf(found.rows[0]?.[accountColumnCount + 1])
    const isWaiting = backend.auth?.confirmEmail === true && (await verifyPassword(body.password, waiting))
    throw new Problem(isWaiting ? 'email_not_confirmed' : 'invalid_credentials')
  }
  const now = clock.nowMilliseconds()
  if (isBanned(known, now)) throw new Problem('user_banned')
  if (known.emailConfirmedAt === null) throw new Problem('email_not_confirmed')
  const newHash = await replaceHash(body.password, passwordHash, settings.serverSecret)
  timing.mark('password')

  const session = startSession(context, {
    whose: {
      sql: 'auth_users.id = ? and auth_users.password_hash = ? and auth_users.email_confirmed_at is not null',
      args: [textValue(known.id), textValue(newHash ?? passwordHash)],
    },
    method: 'password',
    nowMilliseconds: now,
  })
  const upgrade = {
    sql: 'update auth_users set password_hash = ? where id = ? and password_hash = ?',
    args: [textValue(newHash ?? ''), textValue(known.id), textValue(passwordHash)],
  }
  const statements = [...(newHash === null ? [] : [upgrade]), ...session.statements]
  const signedIn = session.outcomeOf(await database.transact(statements, timing))
  timing.mark('db')
  // The password was changed, or the user banned or erased, while it was being checked.
  if (signedIn === null) throw new Problem('invalid_credentials')
  pass.succeeded()
  tellOfNewDevice(context, signedIn, now)
  return session.respond(signedIn)
}

/**
 * The password of the last sign-up that waits to be confirmed is beside the account's own. A sign-up with a known address
 * leaves one, too: else the two together would tell whether there is an account.
 */
const findAccount = `select ${accountColumns}, auth_users.password_hash,
  (select password_hash from auth_one_time_tokens
    where user_id = auth_users.id and kind = 'signup' and password_hash is not null order by created_at desc limit 1)
from auth_users where email = ?`
