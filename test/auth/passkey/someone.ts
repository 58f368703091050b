import { expect } from 'vitest'
import { asked, outcome } from '../factor/authenticator.ts'
import type { TestAuthServer } from '../server.ts'
import { signedUp } from '../someone.ts'
import { type Ceremony, softAuthenticator } from './authenticator.ts'

/** A ceremony that was begun: `options.challenge` is base64url. */
export async function begun(answer: { readonly members: Record<string, unknown> }) {
  const { challenge_id, options, expires_at }: Record<string, unknown> = answer.members
  const members: Record<string, unknown> = { ...Object(options) }
  return {
    challengeId: String(challenge_id),
    challenge: String(members.challenge),
    options: members,
    expires_at,
  }
}

export async function beginRegistration(server: TestAuthServer, token: string) {
  return begun(await asked(server, token, 'POST', '/passkeys/registration/options', {}))
}

export async function beginSignIn(server: TestAuthServer) {
  return begun(await outcome(await server.post('/passkeys/authentication/options', {})))
}

export async function finishSignIn(server: TestAuthServer, challengeId: string, credential: unknown) {
  const body = { challenge_id: challengeId, credential }
  return outcome(await server.post('/passkeys/authentication/verify', body))
}

/** Somebody new with a passkey. */
export async function withPasskey(server: TestAuthServer) {
  const one = await signedUp(server)
  const token = one.session.access_token
  const authenticator = softAuthenticator(one.session.user.id)
  const { challengeId, challenge } = await beginRegistration(server, token)
  const body = { challenge_id: challengeId, credential: authenticator.create({ challenge }) }
  const made = await asked(server, token, 'POST', '/passkeys/registration/verify', body)
  expect(made).toMatchObject({ status: 200 })
  return {
    ...one,
    token,
    authenticator,
    passkeyId: String(made.members.id),
    /** A whole sign-in, whose answer may be wrong in some way. */
    async signIn(wrong: Partial<Ceremony> = {}) {
      const begun = await beginSignIn(server)
      return finishSignIn(
        server,
        begun.challengeId,
        authenticator.get({ challenge: begun.challenge, ...wrong }),
      )
    },
  }
}

/** The claims of an access token, unchecked. */
export function claimsOf(token: unknown): Record<string, unknown> {
  return JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString())
}
