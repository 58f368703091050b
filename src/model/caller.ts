/**
 * Who asks. `role` is the one role that the token names; `roles` are all that it includes, itself too, as the
 * backend declares them. A service key stands above policies and has no session.
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
