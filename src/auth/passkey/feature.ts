import type { SignInFeature } from '../../declare/auth/auth.ts'
import { factorsOf } from '../factor/routes.ts'
import { feature } from '../feature.ts'
import { beginAuthentication, finishAuthentication } from './authentication.ts'
import { webauthnKind } from './kind.ts'
import { listPasskeys, listPasskeysOf, removePasskey, removePasskeyOf, renamePasskey } from './manage.ts'
import { checkOptions, type PasskeyOptions } from './party.ts'
import { beginRegistration, finishRegistration } from './registration.ts'

export type { PasskeyOptions } from './party.ts'

/**
 * Signing in without a password (WebAuthn Level 3): `auth.registerPasskey()`, `auth.signInWithPasskey()`. The authenticator must
 * have made sure who uses it, so a passkey is two factors in one, and its session is of aal2. Also WebAuthn as a second
 * factor: `auth.mfa.webauthn`.
 * @throws TypeError on an origin that is none, or is not of `rpId`
 */
export function passkeys(options: PasskeyOptions = {}): SignInFeature {
  checkOptions(options)
  return feature({
    name: 'passkeys',
    factors: factorsOf({ webauthn: webauthnKind(options) }),
    about: () => ({ passkeys_enabled: true }),
    routes: [
      {
        path: '/passkeys/registration/options',
        access: 'user',
        methods: { POST: beginRegistration(options) },
      },
      {
        path: '/passkeys/registration/verify',
        access: 'user',
        methods: { POST: finishRegistration(options) },
      },
      {
        path: '/passkeys/authentication/options',
        access: 'key',
        methods: { POST: beginAuthentication(options) },
      },
      {
        path: '/passkeys/authentication/verify',
        access: 'key',
        methods: { POST: finishAuthentication(options) },
      },
      { path: '/passkeys', access: 'user', methods: { GET: listPasskeys } },
      { path: '/passkeys/:id', access: 'user', methods: { PATCH: renamePasskey, DELETE: removePasskey } },
      { path: '/admin/users/:id/passkeys', access: 'service', methods: { GET: listPasskeysOf } },
      {
        path: '/admin/users/:id/passkeys/:passkey',
        access: 'service',
        methods: { DELETE: removePasskeyOf },
      },
    ],
  })
}
