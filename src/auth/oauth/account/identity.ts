import { uuidv7 } from '../../../base/id.ts'
import { integerValue, type Statement, textOrNull, textValue, type Value } from '../../../base/statement.ts'
import type { Condition } from '../../condition.ts'
import { normaliseEmail } from '../../credentials.ts'
import type { Json, Person } from '../provider.ts'

/** Who came from a provider, as this server keeps it. */
export interface ForeignIdentity {
  /** Of the row, if one is made. */
  readonly id: string
  readonly provider: string
  readonly sub: string
  /** What GoTrue keeps, under GoTrue's names. */
  readonly data: Json
  /** As `normaliseEmail` writes it. */
  readonly email: string | null
  /** The same if the provider says that it is theirs: the only one that says anything about accounts here. */
  readonly provedEmail: string | null
}

/** Null of a profile that cannot be kept. */
export function identityOf(
  provider: { readonly name: string; readonly issuer: string },
  profile: Person,
  nowMilliseconds: number,
): ForeignIdentity | null {
  const { sub, isEmailVerified, name, userName, avatarUrl } = profile
  // OpenID Connect Core §2: at most 255 characters.
  if (sub.length > 255) return null
  const email = profile.email === null ? null : normaliseEmail(profile.email)
  const picture =
    avatarUrl !== null && avatarUrl.length <= 2_048 && avatarUrl.startsWith('https://') ? avatarUrl : null
  const fullName = name?.slice(0, 300) ?? null
  const shortName = userName?.slice(0, 300) ?? null
  const data = {
    iss: provider.issuer,
    sub,
    provider_id: sub,
    email,
    email_verified: email !== null && isEmailVerified,
    phone_verified: false,
    name: fullName,
    full_name: fullName,
    user_name: shortName,
    preferred_username: shortName,
    avatar_url: picture,
    picture,
  }
  return {
    id: uuidv7(nowMilliseconds),
    provider: provider.name,
    sub,
    data: Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null)),
    email,
    provedEmail: isEmailVerified ? email : null,
  }
}

/** The user who has this identity. */
export const ownerSql = '(select user_id from auth_identities where provider = ? and provider_id = ?)'

/** For the `?` of `ownerSql`. */
export function ownerArgs({ provider, sub }: ForeignIdentity): readonly Value[] {
  return [textValue(provider), textValue(sub)]
}

/** For whom it is made; where it is there already, `ifKnown` says what becomes of it. */
export function insertIdentity(
  identity: ForeignIdentity,
  whose: Condition,
  nowMilliseconds: number,
  ifKnown = '',
): Statement {
  const { id, provider, sub, data, email } = identity
  const now = integerValue(nowMilliseconds)
  return {
    sql: `insert into auth_identities
  (id, user_id, provider, provider_id, identity_data, email, last_sign_in_at, created_at, updated_at)
select ?, auth_users.id, ?, ?, ?, ?, ?, ?, ? from auth_users where ${whose.sql} ${ifKnown}`,
    args: [
      ...[textValue(id), textValue(provider), textValue(sub), textValue(JSON.stringify(data))],
      ...[textOrNull(email), now, now, now, ...whose.args],
    ],
  }
}
