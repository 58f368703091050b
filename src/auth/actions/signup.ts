import { getTableName } from 'drizzle-orm'
import { uuidv7 } from '../../base/id.ts'
import { Problem } from '../../base/problem.ts'
import type { Statement } from '../../base/statement.ts'
import { SqlError } from '../../database/client.ts'
import type { BackendDeclaration, NewUser } from '../../declare/backend.ts'
import { toStatement } from '../../model/expression.ts'
import type { Account } from '../account/account.ts'
import { insertInto } from '../account/insert.ts'
import { newSession, sessionResponse } from '../account/session.ts'
import type { AuthContext } from '../context.ts'
import { normaliseEmail, readBody, signUpBody } from '../credentials.ts'
import { hashPassword } from '../password/hash.ts'
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
  const session = newSession(user.id, passwordHash, now)
  const account = newAccount(user, backend.defaultRole, now)
  const statements = [
    insertUser(account, passwordHash),
    ...insertProfile(backend, user),
    ...session.statements,
  ]
  try {
    await context.get('database').transact(statements, timing, { touched: profileTable(context) })
  } catch (error) {
    throw refusal(error)
  }
  timing.mark('db')
  return sessionResponse(context, account, {
    id: session.id,
    refreshToken: session.refreshToken.token,
    nowMilliseconds: now,
  })
}

/** Of a profile, if answers from caches depend on it. */
function profileTable(context: AuthContext): readonly string[] {
  const { backend, model } = context.get('server')
  return backend.profile === undefined
    ? []
    : model.watch.touchedBy(getTableName(backend.profile.table), false)
}

/** Only `data` is the client's: `id` and `role` are never taken from a body. */
function newAccount(user: NewUser, role: string, now: number): Account {
  return {
    id: user.id,
    email: user.email,
    role,
    userMetadata: user.data,
    appMetadata: {},
    emailConfirmedAt: now,
    lastSignInAt: now,
    bannedUntil: null,
    createdAt: now,
    updatedAt: now,
  }
}

function insertUser(account: Account, passwordHash: string): Statement {
  const now = new Date(account.createdAt)
  return toStatement(
    insertInto(authUsers, {
      id: account.id,
      email: account.email,
      password_hash: passwordHash,
      role: account.role,
      user_metadata: account.userMetadata,
      email_confirmed_at: now,
      last_sign_in_at: now,
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
