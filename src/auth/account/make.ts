import type { SQL } from 'drizzle-orm'
import { Problem } from '../../base/problem.ts'
import type { Statement } from '../../base/statement.ts'
import { SqlError } from '../../database/hrana/outcome.ts'
import type { NewUser } from '../../declare/backend.ts'
import { toStatement } from '../../model/expression.ts'
import { authUsers } from '../tables/users.ts'
import type { Account } from './account.ts'
import { insertInto } from './insert.ts'

/** A row of `auth_users` that is to be. Instants in milliseconds. */
export interface UserToMake extends NewUser {
  /** One of the backend's, never a client's. */
  readonly role: string
  readonly nowMilliseconds: number
  /** Default: null, no password. */
  readonly passwordHash?: string | null
  /** Default: not confirmed. */
  readonly emailConfirmedAt?: number | null
  /** Default: not invited. */
  readonly invitedAt?: number | null
  /** Default: a person, and anonymous without an address. */
  readonly kind?: Account['kind']
  readonly appMetadata?: Readonly<Record<string, unknown>>
  /** Whether the profile is made when the address is confirmed; default: with the user (`insertProfile`). */
  readonly awaitsProfile?: boolean
}

/**
 * The user, for a transaction that may make an account; `insertProfile` belongs behind it, if nothing is waited for.
 * @param where when it is made; default: always. What it is about must not be the new row.
 */
export function insertUser(user: UserToMake, where?: SQL): Statement {
  const now = new Date(user.nowMilliseconds)
  const row = {
    id: user.id,
    kind: user.kind ?? (user.email === null ? 'anonymous' : 'person'),
    email: user.email,
    password_hash: user.passwordHash ?? null,
    role: user.role,
    user_metadata: user.data,
    app_metadata: user.appMetadata ?? {},
    awaits_profile: user.awaitsProfile ?? false,
    email_confirmed_at: dateOf(user.emailConfirmedAt),
    invited_at: dateOf(user.invitedAt),
    created_at: now,
    updated_at: now,
  }
  return toStatement(insertInto(authUsers, row, where))
}

/** What a constraint said stays here: the profile's may be about rows that the caller must not know. */
export function refusalOfUser(error: unknown): unknown {
  if (!(error instanceof SqlError) || !error.code.startsWith('SQLITE_CONSTRAINT')) return error
  if (error.message.includes('auth_users.email')) return new Problem('user_already_exists')
  return new Problem('validation_failed', { message: 'No profile can be made from this sign-up.' })
}

function dateOf(milliseconds: number | null | undefined): Date | null {
  return milliseconds === null || milliseconds === undefined ? null : new Date(milliseconds)
}
