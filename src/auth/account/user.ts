import { tokenAudience } from '../token/claims.ts'
import type { Account, Factor, Identity } from './account.ts'

type Json = Readonly<Record<string, unknown>>

/** The user as GoTrue writes it (https://supabase.com/docs/guides/auth/users). */
export function userJson(account: Account): Json {
  const confirmedAt = isoOf(account.emailConfirmedAt)
  return {
    id: account.id,
    aud: tokenAudience,
    role: account.role,
    email: account.email ?? '',
    email_confirmed_at: confirmedAt,
    phone: '',
    confirmed_at: confirmedAt,
    invited_at: isoOf(account.invitedAt),
    confirmation_sent_at: isoOf(account.confirmationSentAt),
    recovery_sent_at: isoOf(account.recoverySentAt),
    new_email: account.newEmail ?? undefined,
    email_change_sent_at: isoOf(account.emailChangeSentAt),
    reauthentication_sent_at: isoOf(account.reauthenticationSentAt),
    last_sign_in_at: isoOf(account.lastSignInAt),
    app_metadata: { ...providersOf(account), ...account.appMetadata },
    user_metadata: account.userMetadata,
    identities: identitiesOf(account),
    factors: account.factors.map(factorJson),
    created_at: isoOf(account.createdAt),
    updated_at: isoOf(account.updatedAt),
    banned_until: isoOf(account.bannedUntil),
    is_anonymous: account.kind === 'anonymous',
  }
}

/** As they stand in tokens, too: by what the user may sign in, the first way first. */
function providersOf(account: Account): Json {
  const providers = [
    ...new Set([
      ...(ownIdentity(account) ? ['email'] : []),
      ...account.identities.map(({ provider }) => provider),
    ]),
  ]
  return providers.length === 0 ? {} : { provider: providers[0], providers }
}

/** The address counts as a way in unless the user came by a provider and has never chosen a password. */
function ownIdentity({ email, hasPassword, identities }: Account): boolean {
  return email !== null && (hasPassword || identities.length === 0)
}

/** The address is an identity, too, whose id is the user's. */
function identitiesOf(account: Account): readonly Json[] {
  const { id, email, emailConfirmedAt, lastSignInAt, createdAt, updatedAt } = account
  const own: Identity = {
    id,
    provider: 'email',
    providerId: id,
    data: { email, email_verified: emailConfirmedAt !== null, sub: id },
    email,
    lastSignInAt,
    createdAt,
    updatedAt,
  }
  return [...(ownIdentity(account) ? [own] : []), ...account.identities].map((identity) => ({
    identity_id: identity.id,
    id: identity.providerId,
    user_id: id,
    identity_data: identity.data,
    provider: identity.provider,
    last_sign_in_at: isoOf(identity.lastSignInAt),
    created_at: isoOf(identity.createdAt),
    updated_at: isoOf(identity.updatedAt),
    email: identity.email ?? undefined,
  }))
}

export function factorJson(factor: Factor): Json {
  return {
    id: factor.id,
    factor_type: factor.type,
    status: factor.status,
    friendly_name: factor.name ?? undefined,
    created_at: isoOf(factor.createdAt),
    updated_at: isoOf(factor.updatedAt),
  }
}

/** RFC 3339, UTC. Nothing of no instant, or one that JavaScript has no date for. */
export function isoOf(milliseconds: number | null): string | undefined {
  const date = new Date(milliseconds ?? Number.NaN)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}
