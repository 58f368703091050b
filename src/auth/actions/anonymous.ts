import { uuidv7 } from '../../base/id.ts'
import { Problem } from '../../base/problem.ts'
import { textValue } from '../../base/statement.ts'
import { insertProfile, insertUser, profileTables, refusalOfUser } from '../account/make.ts'
import type { AuthContext } from '../context.ts'
import { startSession } from '../session/start.ts'

/**
 * A sign-up of somebody who does not say who they are: an account with a profile and a session, in one trip. It becomes
 * a person's by `PUT /user` with an address, or by an identity elsewhere, and keeps its id.
 * @throws Problem anonymous_provider_disabled
 */
export async function signUpAnonymously(
  context: AuthContext,
  data: Readonly<Record<string, unknown>>,
): Promise<Response> {
  const timing = context.get('timing')
  const server = context.get('server')
  const { backend } = server
  if (backend.auth?.anonymous !== true) throw new Problem('anonymous_provider_disabled')
  const nowMilliseconds = server.clock.nowMilliseconds()
  const user = { id: uuidv7(nowMilliseconds), email: null, data }
  const session = startSession(context, {
    whose: { sql: 'auth_users.id = ?', args: [textValue(user.id)] },
    method: 'anonymous',
    nowMilliseconds,
    event: 'signed_up',
  })
  const statements = [
    insertUser({ ...user, role: backend.defaultRole, nowMilliseconds }),
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
