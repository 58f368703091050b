import type { Account } from '../account/account.ts'

type Claims = Readonly<Record<string, unknown>>

/** What a scope lets an app know of a user (OpenID Connect Core §5.4), of GoTrue's claims. */
export function claimsOf(account: Account, scopes: readonly string[]): Claims {
  return {
    ...(scopes.includes('email') && emailOf(account)),
    ...(scopes.includes('profile') && profileOf(account, scopes.includes('email'))),
  }
}

function emailOf({ email, emailConfirmedAt }: Account): Claims {
  return email === null ? {} : { email, email_verified: emailConfirmedAt !== null }
}

/** GoTrue gives the address for a name: here only to who may know it. */
function profileOf({ email, userMetadata, updatedAt }: Account, hasEmail: boolean): Claims {
  return {
    name: first(userMetadata.name, userMetadata.full_name, hasEmail ? email : undefined),
    picture: first(userMetadata.picture, userMetadata.avatar_url),
    preferred_username: first(userMetadata.preferred_username, userMetadata.username),
    updated_at: Math.floor(updatedAt / 1_000),
  }
}

function first(...values: readonly unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === 'string' && value !== '')
}
