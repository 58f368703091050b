import { type Result, textOf } from '../../base/statement.ts'
import { tokenAudience } from '../token/tokens.ts'

/** A row of `auth_users` without the password's hash. Instants in milliseconds. */
export interface Account {
  readonly id: string
  readonly email: string
  readonly role: string
  readonly userMetadata: unknown
  readonly appMetadata: unknown
  readonly emailConfirmedAt: number | null
  readonly lastSignInAt: number | null
  readonly bannedUntil: number | null
  readonly createdAt: number
  readonly updatedAt: number
}

const columns = [
  'id',
  'email',
  'role',
  'user_metadata',
  'app_metadata',
  'email_confirmed_at',
  'last_sign_in_at',
  'banned_until',
  'created_at',
  'updated_at',
]

/** What `accountOf` reads, in its order. */
export const accountColumns = columns.map((name) => `auth_users.${name}`).join(', ')

/** Where in a row what comes after them starts. */
export const accountColumnCount = columns.length

/** The account in the first row of `select ${accountColumns}, …`; null when there is no row. */
export function accountOf(result: Result | undefined): Account | null {
  const row = result?.rows[0]
  if (row === undefined) return null
  const [id, email, role, userMetadata, appMetadata, confirmed, signedIn, banned, created, updated] =
    row.map(textOf)
  return {
    id: id ?? '',
    email: email ?? '',
    role: role ?? '',
    userMetadata: JSON.parse(userMetadata ?? '{}'),
    appMetadata: JSON.parse(appMetadata ?? '{}'),
    emailConfirmedAt: instantOf(confirmed),
    lastSignInAt: instantOf(signedIn),
    bannedUntil: instantOf(banned),
    createdAt: Number(created),
    updatedAt: Number(updated),
  }
}

function instantOf(text: string | null | undefined): number | null {
  return text === null || text === undefined ? null : Number(text)
}

/** The same of a row of `auth_users`, with the instant as its one parameter. */
export const isNotBannedSql = '(auth_users.banned_until is null or auth_users.banned_until <= ?)'

/** The same as `admission` says: a ban ends at its instant. */
export function isBanned({ bannedUntil }: Account, nowMilliseconds: number): boolean {
  return bannedUntil !== null && bannedUntil > nowMilliseconds
}

/** The user as GoTrue writes it (https://supabase.com/docs/guides/auth/users). */
export function userJson(account: Account): Readonly<Record<string, unknown>> {
  const confirmedAt = isoOf(account.emailConfirmedAt)
  const lastSignInAt = isoOf(account.lastSignInAt)
  const createdAt = isoOf(account.createdAt)
  const updatedAt = isoOf(account.updatedAt)
  return {
    id: account.id,
    aud: tokenAudience,
    role: account.role,
    email: account.email,
    email_confirmed_at: confirmedAt,
    phone: '',
    confirmed_at: confirmedAt,
    last_sign_in_at: lastSignInAt,
    app_metadata: { provider: 'email', providers: ['email'], ...asObject(account.appMetadata) },
    user_metadata: account.userMetadata,
    identities: [
      {
        identity_id: account.id,
        id: account.id,
        user_id: account.id,
        identity_data: { email: account.email, email_verified: confirmedAt !== undefined, sub: account.id },
        provider: 'email',
        last_sign_in_at: lastSignInAt,
        created_at: createdAt,
        updated_at: updatedAt,
        email: account.email,
      },
    ],
    created_at: createdAt,
    updated_at: updatedAt,
    banned_until: isoOf(account.bannedUntil),
    is_anonymous: false,
  }
}

/** Nothing of an instant that JavaScript has no date for. */
function isoOf(milliseconds: number | null): string | undefined {
  const date = new Date(milliseconds ?? Number.NaN)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}
