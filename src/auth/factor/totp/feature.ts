import type { SignInFeature } from '../../../declare/auth/auth.ts'
import { feature } from '../../feature.ts'
import { factorsOf } from '../routes.ts'
import { totpKind } from './kind.ts'

/**
 * Codes of an authenticator app (RFC 6238) as a second factor: `auth.mfa.enroll({ factorType: 'totp' })`. Who has one verified
 * reaches data in sessions that have shown it, and in no other. Comes with recovery codes.
 */
export function totp(): SignInFeature {
  return feature({ name: 'totp', routes: [], factors: factorsOf({ totp: totpKind }) })
}
