import { uuidv7 } from '../../base/id.ts'
import { textValue } from '../../base/statement.ts'
import { insertUser, refusalOfUser } from '../account/make.ts'
import type { AuthContext } from '../context.ts'
import { insertProfile, profileTables } from '../profile/profile.ts'
import { type Method, startSession } from '../session/start.ts'

/** Who comes in without a mail: somebody with a password, whose address is taken on trust, or somebody anonymous. */
export interface ToSignUp {
  /** Null of who does not say who they are. */
  readonly email: string | null
  readonly passwordHash: string | null
  readonly data: Readonly<Record<string, unknown>>
  readonly method: Extract<Method, 'anonymous' | 'password'>
}

/** A sign-up that waits for nothing: user, profile and session in one trip. @throws Problem as `refusalOfUser` */
export async function signUpAtOnce(context: AuthContext, asked: ToSignUp): Promise<Response> {
  const timing = context.get('timing')
  const server = context.get('server')
  const { backend } = server
  const { email, passwordHash, data, method } = asked
  const nowMilliseconds = server.clock.nowMilliseconds()
  const user = { id: uuidv7(nowMilliseconds), email, data }
  const emailConfirmedAt = email === null ? null : nowMilliseconds
  const session = startSession(context, {
    whose: { sql: 'auth_users.id = ?', args: [textValue(user.id)] },
    method,
    nowMilliseconds,
    event: 'signed_up',
  })
  const statements = [
    insertUser({ ...user, role: backend.defaultRole, passwordHash, emailConfirmedAt, nowMilliseconds }),
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
