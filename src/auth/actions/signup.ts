import { getTableName } from 'drizzle-orm'
import { uuidv7 } from '../../base/id.ts'
import { Problem } from '../../base/problem.ts'
import { type Statement, textValue } from '../../base/statement.ts'
import { SqlError } from '../../database/client.ts'
import type { BackendDeclaration, NewUser } from '../../declare/backend.ts'
import { toStatement } from '../../model/expression.ts'
import { insertInto } from '../account/insert.ts'
import type { AuthContext } from '../context.ts'
import { normaliseEmail, readBody, signUpBody } from '../credentials.ts'
import { hashPassword } from '../password/hash.ts'
import { startSession } from '../session/start.ts'
import { authUsers } from '../tables/users.ts'

/**
 * `POST /signup`: user, profile and session in one transaction. The address counts as confirmed at once, as
 * GoTrue's does with auto-confirm; so a taken address is told, after the same work.
 */
export async function signUp(context: AuthContext): Promise<Response> {
  const { clock, backend } = context.get('server')
  const timing = context.get('timing')
  if (backend.signUp === false) throw new Problem('signup_disabled')
  const body = await readBody(context.req.raw, signUpBody)
  const email = normaliseEmail(body.email)
  if (email === null) throw new Problem('email_address_invalid')
  timing.mark('parse')
  const passwordHash = await hashPassword(body.password)
  timing.mark('password')

  const now = clock.nowMilliseconds()
  const user = { id: uuidv7(now), email, data: body.data ?? {} }
  const session = startSession(context, {
    whose: { sql: 'auth_users.id = ?', args: [textValue(user.id)] },
    method: 'password',
    nowMilliseconds: now,
    event: 'signed_up',
  })
  const statements = [
    insertUser(user, passwordHash, backend.defaultRole, now),
    ...insertProfile(backend, user),
    ...session.statements,
  ]
  try {
    const results = await context
      .get('database')
      .transact(statements, timing, { touched: profileTable(context) })
    timing.mark('db')
    const signedIn = session.outcomeOf(results)
    if (signedIn === null) throw new TypeError('a user who was just made has no session')
    return await session.respond(signedIn)
  } catch (error) {
    throw refusal(error)
  }
}

/** Of a profile, if answers from caches depend on it. */
function profileTable(context: AuthContext): readonly string[] {
  const { backend, model } = context.get('server')
  return backend.profile === undefined
    ? []
    : model.watch.touchedBy(getTableName(backend.profile.table), false)
}

/** Only `data` is the client's: `id` and `role` are never taken from a body. */
function insertUser(user: NewUser, passwordHash: string, role: string, nowMilliseconds: number): Statement {
  const now = new Date(nowMilliseconds)
  return toStatement(
    insertInto(authUsers, {
      id: user.id,
      email: user.email,
      password_hash: passwordHash,
      role,
      user_metadata: user.data,
      email_confirmed_at: now,
      created_at: now,
      updated_at: now,
    }),
  )
}

function insertProfile({ profile }: BackendDeclaration, user: NewUser): readonly Statement[] {
  return profile === undefined ? [] : [toStatement(insertInto(profile.table, profile.values(user)))]
}

/** What a constraint said stays here: the profile's may be about rows that the caller must not know. */
function refusal(error: unknown): unknown {
  if (!(error instanceof SqlError) || !error.code.startsWith('SQLITE_CONSTRAINT')) return error
  if (error.message.includes('auth_users.email')) return new Problem('user_already_exists')
  return new Problem('validation_failed', { message: 'No profile can be made from this sign-up.' })
}
