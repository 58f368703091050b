import { type Result, textOf } from '../../base/statement.ts'

/** A row of `auth_users` without the password's hash, with what belongs to it. Instants in milliseconds. */
export interface Account {
  readonly id: string
  readonly kind: 'person' | 'anonymous' | 'machine'
  readonly email: string | null
  readonly newEmail: string | null
  readonly role: string
  readonly authority: number
  readonly leastAal: number
  readonly hasPassword: boolean
  readonly userMetadata: Readonly<Record<string, unknown>>
  readonly appMetadata: Readonly<Record<string, unknown>>
  readonly emailConfirmedAt: number | null
  readonly invitedAt: number | null
  readonly confirmationSentAt: number | null
  readonly recoverySentAt: number | null
  readonly emailChangeSentAt: number | null
  readonly reauthenticationSentAt: number | null
  readonly lastSignInAt: number | null
  readonly bannedUntil: number | null
  readonly createdAt: number
  readonly updatedAt: number
  readonly identities: readonly Identity[]
  readonly factors: readonly Factor[]
}

/** An account elsewhere. */
export interface Identity {
  readonly id: string
  readonly provider: string
  readonly providerId: string
  readonly data: Readonly<Record<string, unknown>>
  readonly email: string | null
  readonly lastSignInAt: number | null
  readonly createdAt: number
  readonly updatedAt: number
}

/** A second factor, verified or not. */
export interface Factor {
  readonly id: string
  readonly type: 'totp' | 'webauthn' | 'recovery_code'
  readonly status: 'unverified' | 'verified'
  readonly name: string | null
  readonly createdAt: number
  readonly updatedAt: number
}

const members = {
  id: 'id',
  kind: 'kind',
  email: 'email',
  newEmail: 'new_email',
  role: 'role',
  authority: 'authority',
  leastAal: 'least_aal',
  emailConfirmedAt: 'email_confirmed_at',
  invitedAt: 'invited_at',
  confirmationSentAt: 'confirmation_sent_at',
  recoverySentAt: 'recovery_sent_at',
  emailChangeSentAt: 'email_change_sent_at',
  reauthenticationSentAt: 'reauthentication_sent_at',
  lastSignInAt: 'last_sign_in_at',
  bannedUntil: 'banned_until',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
}

const plain = Object.entries(members).map(([name, column]) => `'${name}', auth_users.${column}`)

const identities = `(select json_group_array(json(one)) from (
  select json_object('id', id, 'provider', provider, 'providerId', provider_id, 'data', json(identity_data),
    'email', email, 'lastSignInAt', last_sign_in_at, 'createdAt', created_at, 'updatedAt', updated_at) as one
  from auth_identities where user_id = auth_users.id order by created_at, id))`

const factors = `(select json_group_array(json(one)) from (
  select json_object('id', id, 'type', type, 'status', status, 'name', name, 'createdAt', created_at, 'updatedAt', updated_at) as one
  from auth_factors where user_id = auth_users.id order by created_at, id))`

/** One column, over a row of `auth_users`: the account as JSON, which `accountOf` reads. */
export const accountColumns = `json_object(${plain.join(', ')},
  'hasPassword', json(iif(auth_users.password_hash is null, 'false', 'true')),
  'userMetadata', json(auth_users.user_metadata), 'appMetadata', json(auth_users.app_metadata),
  'identities', ${identities}, 'factors', ${factors})`

/** Where in a row what comes after it starts. */
export const accountColumnCount = 1

/** The account in the first row of `select ${accountColumns}, …`; null when there is no row. */
export function accountOf(result: Result | undefined): Account | null {
  return accountIn(result?.rows[0]?.[0])
}

/** The account in a value of such a column. */
export function accountIn(value: Parameters<typeof textOf>[0]): Account | null {
  const json = textOf(value)
  return json === null ? null : JSON.parse(json)
}

/** Roles beside `role`: what `app_metadata.roles` names. */
export function rolesOf({ appMetadata }: Account): readonly string[] {
  const { roles } = appMetadata
  return Array.isArray(roles) ? roles.filter((role): role is string => typeof role === 'string') : []
}

/** Over a row of `auth_users`, with the instant as its one parameter: what `isBanned` says of an account is not so. */
export const isNotBannedSql = '(auth_users.banned_until is null or auth_users.banned_until <= ?)'

/** The same as `admission` says: a ban ends at its instant. */
export function isBanned({ bannedUntil }: Pick<Account, 'bannedUntil'>, nowMilliseconds: number): boolean {
  return bannedUntil !== null && bannedUntil > nowMilliseconds
}
