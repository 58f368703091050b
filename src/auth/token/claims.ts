import type { JWTPayload } from 'jose'
import { isCarriedClaim } from '../../model/caller/claim.ts'

export const tokenAudience = 'authenticated'

/** Who a token speaks for. */
export interface TokenSubject {
  readonly id: string
  readonly sessionId: string
  readonly role: string
  readonly email: string | null
  /** Roles beside `role`: `app_metadata.roles`. */
  readonly roles: readonly string[]
  /** Authenticator assurance level: 2 after a second factor. */
  readonly aal: 1 | 2
  /** `auth_users.authority` as it was: another one, and the token says rights that are not so any more. */
  readonly authority: number
  readonly isAnonymous: boolean
  /** What it says beside that, at the top: `auth.claims` of the backend, and what an app's token has (RFC 9068). */
  readonly claims: Readonly<Record<string, unknown>>
}

/** What is kept of a token whose signature was checked. */
export interface CheckedToken {
  /** `iss`. */
  readonly issuer: string
  /** '' where there are no tenants. */
  readonly tenant: string
  /** `iat` and `exp`: seconds since 1970-01-01T00:00:00Z. */
  readonly issuedAt: number
  readonly expiresAt: number
  readonly subject: TokenSubject
}

/** Null of claims that are not as this server writes them. */
export function readClaims(claims: JWTPayload): CheckedToken | null {
  const { iss, aud, sub, sid, role, jti, iat, exp, email, aal, ver = 0, is_anonymous, tenant = '' } = claims
  const hasNames = typeof sub === 'string' && typeof sid === 'string' && typeof role === 'string'
  const hasTimes = typeof iat === 'number' && typeof exp === 'number'
  if (!hasNames || !hasTimes || typeof jti !== 'string' || typeof iss !== 'string') return null
  if (aud !== tokenAudience || typeof tenant !== 'string' || typeof ver !== 'number') return null
  return {
    issuer: iss,
    tenant,
    issuedAt: iat,
    expiresAt: exp,
    subject: {
      id: sub,
      sessionId: sid,
      role,
      email: typeof email === 'string' ? email : null,
      roles: rolesIn(claims.app_metadata),
      aal: aal === 'aal2' ? 2 : 1,
      authority: ver,
      isAnonymous: is_anonymous === true,
      claims: othersIn(claims),
    },
  }
}

const none: readonly string[] = []

function rolesIn(metadata: unknown): readonly string[] {
  if (typeof metadata !== 'object' || metadata === null || !('roles' in metadata)) return none
  return Array.isArray(metadata.roles) ? metadata.roles.filter((role) => typeof role === 'string') : none
}

function othersIn(claims: JWTPayload): TokenSubject['claims'] {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !isCarriedClaim(name)))
}
