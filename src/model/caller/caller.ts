import {
  floatValue,
  integerValue,
  nullValue,
  textOrNull,
  textValue,
  type Value,
} from '../../base/statement.ts'
import type { CallerValues } from '../expression.ts'
import type { ClaimValue } from './value.ts'

/**
 * Who asks. `role` and `roles` are those that the token names; what they include is the audience's matter. A service key
 * stands above policies and has no session.
 */
export type Caller = AnonymousCaller | UserCaller | ServiceCaller

export interface AnonymousCaller {
  readonly kind: 'anonymous'
  readonly role: 'anon'
}

export interface UserCaller {
  readonly kind: 'user'
  readonly role: string
  /** The token's `sub`. */
  readonly id: string
  /** The token's `sid`: checked by the same statement that answers. */
  readonly sessionId: string
  readonly email: string | null
  /** Roles that the token names beside `role`. */
  readonly roles: readonly string[]
  /** Authenticator assurance level: 2 after a second factor. */
  readonly aal: 1 | 2
  /** As which state of the user's rights the token was made: another one at the database refuses it. */
  readonly authority: number
  /** Somebody who has not said who they are. */
  readonly isAnonymous: boolean
  /** What the backend put into the token beside that. */
  readonly claims: Readonly<Record<string, unknown>>
  /** Of an API key that is confined, the names that it may ask for; null: all that policies allow. */
  readonly resources: readonly string[] | null
}

export interface ServiceCaller {
  readonly kind: 'service'
  readonly role: 'service_role'
}

export const anonymous: AnonymousCaller = { kind: 'anonymous', role: 'anon' }
export const service: ServiceCaller = { kind: 'service', role: 'service_role' }

/** What policies and the session check use of a caller. Nobody's id is NULL, which equals nothing. */
export function callerValues(caller: Caller, nowMilliseconds: number): CallerValues {
  const shared = { nowMilliseconds: integerValue(nowMilliseconds), role: textValue(caller.role) }
  if (caller.kind !== 'user') return shared
  return {
    ...shared,
    id: textValue(caller.id),
    sessionId: textValue(caller.sessionId),
    email: textOrNull(caller.email),
    aal: integerValue(caller.aal),
    authority: integerValue(caller.authority),
    ...claimValues(caller.claims),
  }
}

function claimValues(claims: UserCaller['claims']): CallerValues {
  const values: { [Name in ClaimValue]?: Value } = {}
  for (const name in claims) values[`claim:${name}`] = claimValue(claims[name])
  return values
}

/** Lists and objects as JSON, which SQLite reads with `json_each`. */
function claimValue(claim: unknown): Value {
  switch (typeof claim) {
    case 'string':
      return textValue(claim)
    case 'boolean':
      return integerValue(Number(claim))
    case 'number':
      return Number.isSafeInteger(claim) ? integerValue(claim) : floatValue(claim)
    default:
      return claim === null || claim === undefined ? nullValue : textValue(JSON.stringify(claim))
  }
}

/** A user as a plan knows one: by role alone. */
export function someUser(role: string): UserCaller {
  return {
    kind: 'user',
    role,
    id: '',
    sessionId: '',
    email: null,
    roles: [],
    aal: 1,
    authority: 0,
    isAnonymous: false,
    claims: {},
    resources: null,
  }
}
