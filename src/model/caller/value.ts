import { type SQL, sql } from 'drizzle-orm'
import type { PolicyCaller } from '../../declare/policy.ts'
import { isCarriedClaim } from './claim.ts'
import type { Roles } from './roles.ts'

const names = [
  'id',
  'email',
  'sessionId',
  'role',
  'aal',
  'authority',
  'nowMilliseconds',
  'requestId',
] as const

/** Names of the values of a caller that a statement may use as parameters. */
export type CallerValue = (typeof names)[number] | ClaimValue

/** That of a claim of the caller's token. */
export type ClaimValue = `claim:${string}`

export function isCallerValue(name: string): name is CallerValue {
  return isClaimValue(name) || names.some((known) => known === name)
}

export function isClaimValue(name: string): name is ClaimValue {
  return name.startsWith('claim:')
}

/** The place of such a value in a Drizzle expression. */
export function callerValue(name: CallerValue): SQL<string> {
  return sql<string>`${sql.placeholder(name)}`
}

/** What is known of all callers for whom a policy is compiled. */
export interface KnownOfCaller extends Pick<PolicyCaller, 'signedIn' | 'aal2' | 'isAnonymous'> {
  /** The roles that they stand for. */
  readonly includes: ReadonlySet<string>
  /** What they may do. */
  readonly grants: ReadonlySet<string>
}

/** The caller of a policy as it is compiled. */
export function policyCaller(roles: Roles, known: KnownOfCaller): PolicyCaller {
  const { includes, grants, signedIn, aal2, isAnonymous } = known
  return {
    signedIn,
    aal2,
    isAnonymous,
    id: callerValue('id'),
    email: callerValue('email'),
    has(name) {
      if (!roles.includes.has(name)) {
        const declared = [...roles.includes.keys()].join(', ')
        throw new TypeError(`role '${name}' is not declared: the backend has ${declared}`)
      }
      return includes.has(name)
    },
    can(name) {
      if (!roles.permissions.has(name)) {
        const declared = [...roles.permissions].join(', ') || 'none'
        throw new TypeError(`permission '${name}' is not declared: the backend has ${declared}`)
      }
      return grants.has(name)
    },
    claim(name) {
      if (isCarriedClaim(name))
        throw new TypeError(`caller.claim('${name}'): what this claim says is a member of the caller`)
      return callerValue(`claim:${name}`)
    },
  }
}
