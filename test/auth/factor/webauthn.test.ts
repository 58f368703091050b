import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { passkeys } from '../../../src/index.ts'
import { type Ceremony, softAuthenticator } from '../passkey/authenticator.ts'
import { beginSignIn, claimsOf, finishSignIn } from '../passkey/someone.ts'
import { startAuthServer, type TestAuthServer } from '../server.ts'
import { password, signedUp } from '../someone.ts'
import { asked, enrolBody, eventsOf } from './authenticator.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer({ auth: { features: [passkeys()] } })
})
afterAll(() => server.stop())

const refused = { status: 400, code: 'webauthn_verification_failed' }

/** Asks for a challenge; what the page says of relying party and origins counts for nothing. */
async function challenged(token: string, factorId: string) {
  const given = { webauthn: { rpId: 'evil.test', rpOrigins: ['http://evil.test'] } }
  const answer = await asked(server, token, 'POST', `/factors/${factorId}/challenge`, given)
  expect(answer).toMatchObject({ status: 200, trips: '1', members: { type: 'webauthn' } })
  const { id, webauthn } = JSON.parse(JSON.stringify(answer.members))
  return { id: String(id), type: String(webauthn.type), publicKey: webauthn.credential_options.publicKey }
}

const verify = (token: string, factorId: string, challengeId: string, type: string, credential: unknown) =>
  asked(server, token, 'POST', `/factors/${factorId}/verify`, {
    challenge_id: challengeId,
    webauthn: { type, rpId: 'evil.test', credential_response: credential },
  })

/** Somebody with a security key as second factor, and a session that has yet to show it. */
async function withKey() {
  const one = await signedUp(server)
  const token = one.session.access_token
  const made = await asked(server, token, 'POST', '/factors', enrolBody('key', 'webauthn'))
  expect(made).toMatchObject({ status: 200, members: { type: 'webauthn', friendly_name: 'key' } })
  const factorId = String(made.members.id)
  const authenticator = softAuthenticator(one.session.user.id)
  const { id, type, publicKey } = await challenged(token, factorId)
  expect([type, publicKey.rp.id, publicKey.user.name]).toEqual(['create', 'site.test', one.email])
  // A security key without a PIN: somebody was there, and that is enough beside a password.
  const created = authenticator.create({ challenge: publicKey.challenge, isUserVerified: false })
  const verified = await verify(token, factorId, id, type, created)
  expect(verified).toMatchObject({ status: 200, trips: '2' })
  expect(claimsOf(verified.members.access_token)).toMatchObject({
    aal: 'aal2',
    amr: [{ method: 'mfa/webauthn' }, { method: 'password' }],
  })
  const { data } = await server.client().signInWithPassword({ email: one.email, password })
  const pending = data.session?.access_token ?? ''
  return {
    ...one,
    factorId,
    authenticator,
    token: String(verified.members.access_token),
    pending,
    async show(wrong: Partial<Ceremony> = {}, shower = authenticator) {
      const { id, type, publicKey } = await challenged(pending, factorId)
      expect(type).toBe('request')
      const asked = { challenge: publicKey.challenge, isUserVerified: false, ...wrong }
      return verify(pending, factorId, id, type, shower.get(asked))
    },
  }
}

test('a key is registered, and shown in the next session', async () => {
  const one = await withKey()
  const { publicKey } = await challenged(one.pending, one.factorId)
  expect(publicKey).toMatchObject({
    rpId: 'site.test',
    allowCredentials: [{ id: one.authenticator.credentialId, transports: ['internal'] }],
  })
  expect(await one.show()).toMatchObject({ status: 200, trips: '2' })
  expect(await eventsOf(server, one.session.user.id)).toEqual(
    expect.arrayContaining(['factor_added', 'factor_verified']),
  )
  const told = server.sent.find(({ to }) => to === one.email)
  expect([told?.subject, told?.text]).toEqual([
    expect.stringContaining('factor was added'),
    expect.stringContaining('What: key'),
  ])
})

describe('refused', () => {
  test.each([
    ['another origin', { origin: 'http://evil.test' }],
    ['another relying party', { rpId: 'evil.test' }],
    ['nobody was there', { isUserPresent: false }],
    ['another challenge', { challenge: 'AAAA' }],
    ['a counter that goes back', { counter: 1 }],
  ])('%s', async (_, wrong) => {
    const one = await withKey()
    expect(await one.show(wrong)).toMatchObject(refused)
    expect(await one.show({ counter: 9 })).toMatchObject({ status: 200 })
  })

  test("another key, and somebody else's", async () => {
    const [one, other] = [await withKey(), await withKey()]
    expect(await one.show({}, softAuthenticator(one.session.user.id))).toMatchObject(refused)
    expect(await one.show({}, other.authenticator)).toMatchObject(refused)
  })

  test('as a passkey: it is for the second step only', async () => {
    const one = await withKey()
    const { challengeId, challenge } = await beginSignIn(server)
    expect(await finishSignIn(server, challengeId, one.authenticator.get({ challenge }))).toMatchObject(
      refused,
    )
    expect((await one.client.passkey.list()).data ?? []).toEqual([])
  })

  test('a challenge that was answered, right or wrong; one is taken of many at once', async () => {
    const one = await withKey()
    const none = { status: 422, code: 'mfa_factor_not_found' }
    const first = await challenged(one.pending, one.factorId)
    const wrong = one.authenticator.get({ challenge: first.publicKey.challenge, origin: 'http://evil.test' })
    expect(await verify(one.pending, one.factorId, first.id, 'request', wrong)).toMatchObject(refused)
    const right = one.authenticator.get({ challenge: first.publicKey.challenge })
    expect(await verify(one.pending, one.factorId, first.id, 'request', right)).toMatchObject(none)

    const { id, publicKey } = await challenged(one.pending, one.factorId)
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        verify(
          ...([one.pending, one.factorId, id, 'request'] as const),
          one.authenticator.get({ challenge: publicKey.challenge }),
        ),
      ),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const answer of answers.filter(({ status }) => status !== 200)) expect(answer).toMatchObject(none)
  })

  test('a code for a key', async () => {
    const one = await withKey()
    const { id } = await challenged(one.pending, one.factorId)
    const body = { challenge_id: id, code: '123456' }
    const answer = await asked(server, one.pending, 'POST', `/factors/${one.factorId}/verify`, body)
    expect(answer).toMatchObject({ status: 422, code: 'mfa_totp_verify_not_enabled' })
  })
})

test('with the factor its credential goes', async () => {
  const one = await withKey()
  expect(await asked(server, one.token, 'DELETE', `/factors/${one.factorId}`)).toMatchObject({ status: 200 })
  const { rows } = await server.query(
    'select count(*) from auth_credentials where factor_id is not null and factor_id not in (select id from auth_factors)',
  )
  expect(rows[0]?.[0]).toMatchObject({ value: '0' })
})
