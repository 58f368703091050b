import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { textValue } from '../../../src/base/statement.ts'
import { passkeys } from '../../../src/index.ts'
import { eventsOf } from '../factor/authenticator.ts'
import { startAuthServer, type TestAuthServer } from '../server.ts'
import { softAuthenticator } from './authenticator.ts'
import { beginSignIn, claimsOf, finishSignIn, withPasskey } from './someone.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer({ auth: { features: [passkeys({ rpName: 'Site' })] } })
})
afterAll(() => server.stop())

const refused = { status: 400, code: 'webauthn_verification_failed' }

test('a passkey signs in: a session of two factors, in two trips', async () => {
  const one = await withPasskey(server)
  const begun = await server.post('/passkeys/authentication/options', {})
  expect([begun.status, begun.headers.get('x-trips')]).toEqual([200, '1'])
  const { challengeId, challenge, options, expires_at } = await beginSignIn(server)
  expect(options).toMatchObject({ rpId: 'site.test', userVerification: 'required', allowCredentials: [] })
  expect(expires_at).toBe(Math.floor(server.clock.nowMilliseconds() / 1_000) + 300)
  const signedIn = await finishSignIn(server, challengeId, one.authenticator.get({ challenge }))
  expect(signedIn).toMatchObject({ status: 200, trips: '2', members: { user: { email: one.email } } })
  expect(claimsOf(signedIn.members.access_token)).toMatchObject({
    sub: one.session.user.id,
    aal: 'aal2',
    amr: [{ method: 'passkey' }],
  })
  expect(await eventsOf(server, one.session.user.id)).toEqual(['signed_up', 'passkey_added', 'signed_in'])
  expect(await one.signIn()).toMatchObject({ status: 200 })
})

test('auth-js signs in with what an authenticator says', async () => {
  const one = await withPasskey(server)
  const client = server.client()
  const { data: begun, error } = await client.passkey.startAuthentication()
  expect(error).toBeNull()
  const { data } = await client.passkey.verifyAuthentication({
    challengeId: begun?.challenge_id ?? '',
    credential: {
      ...one.authenticator.get({ challenge: begun?.options.challenge ?? '' }),
      type: 'public-key',
    },
  })
  expect(data?.user?.email).toBe(one.email)
  expect((await client.mfa.getAuthenticatorAssuranceLevel()).data?.currentLevel).toBe('aal2')
  expect((await client.passkey.list()).data).toMatchObject([
    { id: one.passkeyId, friendly_name: 'Passkey', last_used_at: expect.any(String) },
  ])
})

describe('refused, each in the same words', () => {
  test.each([
    ['another origin', { origin: 'http://site.test.evil.test' }],
    ['another port', { origin: 'http://site.test:8080' }],
    ['another scheme', { origin: 'https://site.test' }],
    ['another relying party', { rpId: 'evil.test' }],
    ['nobody was verified', { isUserVerified: false }],
    ['nobody was there', { isUserPresent: false }],
    ['another challenge', { challenge: 'AAAA' }],
    ['the answer of a registration', { type: 'webauthn.create' }],
    ['for another user', { userHandle: '019d0000-0000-7000-8000-000000000000' }],
    ['for nobody', { userHandle: '' }],
  ])('%s', async (_, wrong) => {
    const one = await withPasskey(server)
    expect(await one.signIn(wrong)).toMatchObject(refused)
    expect(await one.signIn()).toMatchObject({ status: 200 })
  })

  test('a counter that stands still, or goes back', async () => {
    const one = await withPasskey(server)
    expect(await one.signIn({ counter: 7 })).toMatchObject({ status: 200 })
    expect(await one.signIn({ counter: 7 })).toMatchObject(refused)
    expect(await one.signIn({ counter: 6 })).toMatchObject(refused)
    expect(await one.signIn({ counter: 8 })).toMatchObject({ status: 200 })
  })

  test('a credential that nobody knows', async () => {
    const one = await withPasskey(server)
    const stranger = softAuthenticator(one.session.user.id)
    const { challengeId, challenge } = await beginSignIn(server)
    const answer = await finishSignIn(server, challengeId, stranger.get({ challenge }))
    expect(answer).toMatchObject({ ...refused })
  })

  test("somebody's credential with another's signature", async () => {
    const [one, other] = [await withPasskey(server), await withPasskey(server)]
    const { challengeId, challenge } = await beginSignIn(server)
    const { id, rawId } = one.authenticator.get({ challenge })
    const forged = { ...other.authenticator.get({ challenge }), id, rawId }
    expect(await finishSignIn(server, challengeId, forged)).toMatchObject(refused)
  })

  test.each([
    ['nothing', null],
    ['a text', 'x'],
    ['no signature', { id: 'a', rawId: 'a', type: 'public-key', response: {} }],
    [
      'no JSON in it',
      {
        ...{ id: 'AA', rawId: 'AA', type: 'public-key' },
        response: { clientDataJSON: 'AA', authenticatorData: 'AA', signature: 'AA' },
      },
    ],
  ])('%s', async (_, credential) => {
    const { challengeId } = await beginSignIn(server)
    expect(await finishSignIn(server, challengeId, credential)).toMatchObject(refused)
  })
})

describe('a challenge', () => {
  test('is good once, whatever came of it, and however often it is used at once', async () => {
    const one = await withPasskey(server)
    const { challengeId, challenge } = await beginSignIn(server)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        finishSignIn(server, challengeId, one.authenticator.get({ challenge })),
      ),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const lost = { status: 400, code: 'webauthn_challenge_not_found' }
    for (const answer of answers.filter(({ status }) => status !== 200)) expect(answer).toMatchObject(lost)

    const failed = await beginSignIn(server)
    const wrong = one.authenticator.get({ challenge: failed.challenge, isUserVerified: false })
    expect(await finishSignIn(server, failed.challengeId, wrong)).toMatchObject(refused)
    const right = one.authenticator.get({ challenge: failed.challenge })
    expect(await finishSignIn(server, failed.challengeId, right)).toMatchObject(lost)
  })

  test('is good for five minutes', async () => {
    const one = await withPasskey(server)
    const { challengeId, challenge } = await beginSignIn(server)
    server.travel(300_000)
    const late = await finishSignIn(server, challengeId, one.authenticator.get({ challenge }))
    expect(late).toMatchObject({ status: 400, code: 'webauthn_challenge_expired' })
  })
})

describe('with the right passkey', () => {
  test.each([
    ['a banned user', 'banned_until = 9000000000000', { status: 403, code: 'user_banned' }],
    ['an address not confirmed', 'email_confirmed_at = null', { status: 400, code: 'email_not_confirmed' }],
  ])('%s stays outside', async (_, change, problem) => {
    const one = await withPasskey(server)
    await server.query(`update auth_users set ${change} where email = ?`, textValue(one.email))
    expect(await one.signIn()).toMatchObject(problem)
  })
})
