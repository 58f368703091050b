import { Problem } from '../../base/problem.ts'
import { integerValue, type Statement, textOf, textValue } from '../../base/statement.ts'
import { accountColumnCount, accountColumns, accountOf, isBanned } from '../account/account.ts'
import { newSession, sessionResponse } from '../account/session.ts'
import type { AuthContext } from '../context.ts'
import { normaliseEmail, readBody, signInBody } from '../credentials.ts'
import { verifyPassword } from '../password/hash.ts'

/**
 * `POST /token?grant_type=password`: two trips, read the hash, write the session. Whether the address exists
 * cannot be told: not by the answer, nor by its time.
 */
export async function signIn(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const database = context.get('database')
  const { clock } = context.get('server')
  const body = await readBody(context.req.raw, signInBody)
  timing.mark('parse')

  const email = normaliseEmail(body.email)
  const found = await database.run({ sql: findAccount, args: [textValue(email ?? '')] }, timing, 'strong')
  timing.mark('db')
  const known = accountOf(found)
  const passwordHash = textOf(found.rows[0]?.[accountColumnCount])
  const correct = await verifyPassword(body.password, passwordHash)
  if (!correct || known === null || passwordHash === null) throw new Problem('invalid_credentials')
  const now = clock.nowMilliseconds()
  if (isBanned(known, now)) throw new Problem('user_banned')
  timing.mark('password')

  const session = newSession(known.id, passwordHash, now)
  const statements = [...session.statements, ...signedIn(known.id, session.id, now)]
  const results = await database.transact(statements, timing)
  timing.mark('db')
  const account = accountOf(results.at(-1))
  // The password was changed, or the user banned or erased, while it was being checked.
  if (account === null) throw new Problem('invalid_credentials')
  return sessionResponse(context, account, {
    id: session.id,
    refreshToken: session.refreshToken.token,
    nowMilliseconds: now,
  })
}

const findAccount = `select ${accountColumns}, auth_users.password_hash from auth_users where email = ?`

function signedIn(userId: string, sessionId: string, now: number): readonly Statement[] {
  return [
    { sql: noteSignIn, args: [integerValue(now), textValue(userId), textValue(sessionId)] },
    { sql: readAccount, args: [textValue(userId), textValue(sessionId)] },
  ]
}

const noteSignIn = `update auth_users set last_sign_in_at = ?
where id = ? and exists (select 1 from auth_sessions where id = ?)`

const readAccount = `select ${accountColumns} from auth_users
where id = ? and exists (select 1 from auth_sessions where id = ?)`
