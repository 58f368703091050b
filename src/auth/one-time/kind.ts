import type { Method } from '../session/start.ts'

/** What a one-time token proves, as `auth_one_time_tokens.kind` has it. */
export type Kind =
  | 'signup'
  | 'magiclink'
  | 'recovery'
  | 'invite'
  | 'email_change_current'
  | 'email_change_new'
  | 'reauthentication'

/** What the caller says that it proves: `type` of GoTrue's `/verify`. */
export type VerificationType = 'signup' | 'invite' | 'magiclink' | 'recovery' | 'email' | 'email_change'

const proofs: readonly Kind[] = ['signup', 'invite', 'magiclink']

/**
 * Which tokens a `type` may mean. GoTrue has two for all of these, and clients say now one type and now another of what
 * came with a sign-up: what happens is decided by the token's own kind, never by what was said.
 */
export const kindsOf: Readonly<Record<VerificationType, readonly Kind[]>> = {
  signup: proofs,
  invite: proofs,
  magiclink: [...proofs, 'recovery'],
  email: [...proofs, 'recovery'],
  recovery: ['recovery'],
  email_change: ['email_change_current', 'email_change_new'],
}

export function isVerificationType(type: string): type is VerificationType {
  return Object.hasOwn(kindsOf, type)
}

/** What stands in a link: `type` of `/verify`. */
export const typeOfKind: Readonly<Record<Exclude<Kind, 'reauthentication'>, VerificationType>> = {
  signup: 'signup',
  invite: 'invite',
  magiclink: 'magiclink',
  recovery: 'recovery',
  email_change_current: 'email_change',
  email_change_new: 'email_change',
}

/** By which way somebody signs in whom such a link sends on with a code, as GoTrue says it in `amr`. */
export const methodOfType: Readonly<Record<VerificationType, Method>> = {
  signup: 'email/signup',
  invite: 'invite',
  magiclink: 'magiclink',
  email: 'magiclink',
  recovery: 'recovery',
  email_change: 'email_change',
}

const hour = 3_600_000

/**
 * How long a link is good. What opens an account that there is: an hour, as GoTrue's hosted default; what waits for
 * somebody who may not look at mail today: a day.
 */
export const linkMilliseconds: Readonly<Record<Kind, number>> = {
  signup: 24 * hour,
  invite: 24 * hour,
  email_change_current: 24 * hour,
  email_change_new: 24 * hour,
  magiclink: hour,
  recovery: hour,
  reauthentication: hour,
}

/** How long a code is good that is typed (SP 800-63B §3.1.3.2: ten minutes), whatever its link is. */
export const codeToTypeMilliseconds = 10 * 60_000

/** So many wrong codes for an address, and none is good any more; its link still is, so that nobody is locked out. */
export const mostFailures = 5
