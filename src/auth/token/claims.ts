import type { JWTPayload } from 'jose'
import type { UserCaller } from '../../model/caller/caller.ts'
import { isCarriedClaim } from '../../model/caller/claim.ts'

export const tokenAudience = 'authenticated'

/** Who a token speaks for. */
export type TokenSubject = Omit<UserCaller, 'kind' | 'resources'>

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
