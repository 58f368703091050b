import { integerValue, nullValue, textValue } from '../../base/statement.ts'
import type { CallerValues } from '../expression.ts'

/**
 * Who asks. `role` is the one role that the token names; what it includes is the audience's matter. A service key
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
    email: caller.email === null ? nullValue : textValue(caller.email),
  }
}
