import type { SignInFeature } from '../../declare/auth/auth.ts'
import { feature, lazily } from '../feature.ts'
import { checkOptions, type PasskeyOptions } from './party.ts'

export type { PasskeyOptions } from './party.ts'

/**
 * Signing in without a password (WebAuthn Level 3): `auth.registerPasskey()`, `auth.signInWithPasskey()`. The authenticator must
 * have made sure who uses it, so a passkey is two factors in one, and its session is of aal2. Also WebAuthn as a second
 * factor: `auth.mfa.webauthn`.
 * @throws TypeError on an origin that is none, or is not of `rpId`
 */
export function passkeys(options: PasskeyOptions = {}): SignInFeature {
  checkOptions(options)
  const registration = () => import('./registration.ts')
  const authentication = () => import('./authentication.ts')
  const manage = () => import('./manage.ts')
  return feature({
    name: 'passkeys',
    factors: { webauthn: () => import('./kind.ts').then((module) => module.webauthnKind(options)) },
    about: () => ({ passkeys_enabled: true }),
    routes: [
      {
        path: '/passkeys/registration/options',
        access: 'user',
        methods: { POST: lazily(async () => (await registration()).beginRegistration(options)) },
      },
      {
        path: '/passkeys/registration/verify',
        access: 'user',
        methods: { POST: lazily(async () => (await registration()).finishRegistration(options)) },
      },
      {
        path: '/passkeys/authentication/options',
        access: 'key',
        methods: { POST: lazily(async () => (await authentication()).beginAuthentication(options)) },
      },
      {
        path: '/passkeys/authentication/verify',
        access: 'key',
        methods: { POST: lazily(async () => (await authentication()).finishAuthentication(options)) },
      },
      {
        path: '/passkeys',
        access: 'user',
        methods: { GET: lazily(async () => (await manage()).listPasskeys) },
      },
      {
        path: '/passkeys/:id',
        access: 'user',
        methods: {
          PATCH: lazily(async () => (await manage()).renamePasskey),
          DELETE: lazily(async () => (await manage()).removePasskey),
        },
      },
      {
        path: '/admin/users/:id/passkeys',
        access: 'service',
        methods: { GET: lazily(async () => (await manage()).listPasskeysOf) },
      },
      {
        path: '/admin/users/:id/passkeys/:passkey',
        access: 'service',
        methods: { DELETE: lazily(async () => (await manage()).removePasskeyOf) },
      },
    ],
  })
}
