import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { textValue } from '../../../src/base/statement.ts'
import { passkeys, totp } from '../../../src/index.ts'
import { asked, eventsOf, withFactor } from '../factor/authenticator.ts'
import { startAuthServer, type TestAuthServer } from '../server.ts'
import { password, signedUp } from '../someone.ts'
import { softAuthenticator } from './authenticator.ts'
import { beginRegistration, withPasskey } from './someone.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer({ auth: { features: [totp(), passkeys()] } })
})
afterAll(() => server.stop())

const refused = { status: 400, code: 'webauthn_verification_failed' }
const finish = (token: string, challengeId: string, credential: unknown) =>
  asked(server, token, 'POST', '/passkeys/registration/verify', { challenge_id: challengeId, credential })

describe('registration', () => {
  test('one trip to begin and one to end; its owner is told', async () => {
    const one = await signedUp(server)
    const token = one.session.access_token
    const begun = await asked(server, token, 'POST', '/passkeys/registration/options', {})
    expect(begun).toMatchObject({
      status: 200,
      trips: '1',
      members: {
        options: {
          rp: { id: 'site.test', name: 'sign-in' },
          user: { id: Buffer.from(one.session.user.id).toString('base64url'), name: one.email },
          authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
          excludeCredentials: [],
        },
      },
    })
    const { challengeId, challenge } = await beginRegistration(server, token)
    const authenticator = softAuthenticator(one.session.user.id)
    const made = await finish(token, challengeId, authenticator.create({ challenge }))
    expect(made).toMatchObject({ status: 200, trips: '1', members: { friendly_name: 'Passkey' } })
    expect(server.sent.at(-1)).toMatchObject({
      to: one.email,
      subject: expect.stringContaining('factor was added'),
    })
    expect(await eventsOf(server, one.session.user.id)).toContain('passkey_added')
    const next = await beginRegistration(server, token)
    expect(next.options.excludeCredentials).toMatchObject([{ id: authenticator.credentialId }])
  })

  test.each([
    ['another origin', { origin: 'http://evil.test' }],
    ['another relying party', { rpId: 'evil.test' }],
    ['nobody was verified', { isUserVerified: false }],
    ['nobody was there', { isUserPresent: false }],
    ['another challenge', { challenge: 'AAAA' }],
    ['the answer of a sign-in', { type: 'webauthn.get' }],
  ])('refused: %s', async (_, wrong) => {
    const one = await signedUp(server)
    const { challengeId, challenge } = await beginRegistration(server, one.session.access_token)
    const credential = softAuthenticator(one.session.user.id).create({ challenge, ...wrong })
    expect(await finish(one.session.access_token, challengeId, credential)).toMatchObject(refused)
    expect((await one.client.passkey.list()).data).toEqual([])
  })

  test('a challenge is good once, for five minutes, for who began, and for this', async () => {
    const [one, other] = [await signedUp(server), await signedUp(server)]
    const token = one.session.access_token
    const none = { status: 400, code: 'webauthn_challenge_not_found' }
    const { challengeId, challenge } = await beginRegistration(server, token)
    const create = () => softAuthenticator(one.session.user.id).create({ challenge })
    expect(await finish(other.session.access_token, challengeId, create())).toMatchObject(none)
    const answers = await Promise.all(Array.from({ length: 10 }, () => finish(token, challengeId, create())))
    expect(answers.map(({ status }) => status).sort()[0]).toBe(200)
    expect(answers.filter(({ code }) => code === none.code)).toHaveLength(9)
    const late = await beginRegistration(server, token)
    server.travel(300_000)
    const credential = softAuthenticator('x').create({ challenge: late.challenge })
    expect(await finish(token, late.challengeId, credential)).toMatchObject({
      status: 400,
      code: 'webauthn_challenge_expired',
    })
  })

  test('a credential is of one user', async () => {
    const [one, other] = [await withPasskey(server), await signedUp(server)]
    const { challengeId, challenge } = await beginRegistration(server, other.session.access_token)
    const again = one.authenticator.create({ challenge })
    expect(await finish(other.session.access_token, challengeId, again)).toMatchObject({
      status: 422,
      code: 'webauthn_credential_exists',
    })
  })

  test('at most ten', async () => {
    const one = await withPasskey(server)
    const open = await beginRegistration(server, one.token)
    await server.query(
      `insert into auth_credentials (id, user_id, credential_id, public_key, counter, device_type, is_backed_up, created_at)
select auth_credentials.id || value, user_id, auth_credentials.id || value, public_key, 0, device_type, 0, 0 from auth_credentials, json_each('[1,2,3,4,5,6,7,8,9]') where auth_credentials.id = ?`,
      textValue(one.passkeyId),
    )
    const many = { status: 422, code: 'too_many_passkeys' }
    const credential = softAuthenticator(one.session.user.id).create({ challenge: open.challenge })
    expect(await finish(one.token, open.challengeId, credential)).toMatchObject(many)
    expect(await asked(server, one.token, 'POST', '/passkeys/registration/options', {})).toMatchObject(many)
  })

  test('who has a second factor must have shown it; an anonymous user has none', async () => {
    const one = await withFactor(server)
    const { data } = await server.client().signInWithPassword({ email: one.email, password })
    const token = data.session?.access_token ?? ''
    const begin = (bearer: string) => asked(server, bearer, 'POST', '/passkeys/registration/options', {})
    expect(await begin(token)).toMatchObject({ status: 403, code: 'insufficient_aal' })
    const { challengeId, challenge } = await beginRegistration(server, one.session.access_token)
    const credential = softAuthenticator(one.session.user.id).create({ challenge })
    expect(await finish(token, challengeId, credential)).toMatchObject({ code: 'insufficient_aal' })
    expect(await finish(one.session.access_token, challengeId, credential)).toMatchObject({ status: 200 })

    const nobody = await signedUp(server)
    await server.query(`update auth_users set kind = 'anonymous' where email = ?`, textValue(nobody.email))
    const session = (await nobody.client.refreshSession()).data.session
    expect(await begin(session?.access_token ?? '')).toMatchObject({ status: 403, code: 'no_authorization' })
  })
})

describe('one’s own passkeys', () => {
  test('auth-js lists, renames and removes them; then nobody signs in with them', async () => {
    const one = await withPasskey(server)
    const { data } = await one.client.passkey.update({ passkeyId: one.passkeyId, friendlyName: 'laptop' })
    expect(data).toMatchObject({ id: one.passkeyId, friendly_name: 'laptop' })
    expect((await one.client.passkey.list()).data).toMatchObject([{ friendly_name: 'laptop' }])
    expect((await one.client.passkey.delete({ passkeyId: one.passkeyId })).error).toBeNull()
    expect((await one.client.passkey.list()).data).toEqual([])
    expect(await one.signIn()).toMatchObject(refused)
    expect(server.sent.at(-1)).toMatchObject({
      to: one.email,
      subject: expect.stringContaining('factor was removed'),
      text: expect.stringContaining('What: laptop'),
    })
    expect(await eventsOf(server, one.session.user.id)).toEqual(
      expect.arrayContaining(['passkey_renamed', 'passkey_removed']),
    )
  })

  test("one trip each; somebody else's are as none", async () => {
    const [one, other] = [await withPasskey(server), await withPasskey(server)]
    const none = { status: 404, code: 'validation_failed', trips: '1' }
    const path = `/passkeys/${one.passkeyId}`
    const name = { friendly_name: 'mine' }
    expect(await asked(server, other.token, 'PATCH', path, name)).toMatchObject(none)
    expect(await asked(server, other.token, 'DELETE', path)).toMatchObject(none)
    expect(await asked(server, one.token, 'GET', '/passkeys')).toMatchObject({ status: 200, trips: '1' })
    expect(await asked(server, one.token, 'PATCH', path, name)).toMatchObject({ status: 200, trips: '1' })
    for (const friendly_name of ['', ' ', 'x'.repeat(121), 'a\u0000']) {
      expect(await asked(server, one.token, 'PATCH', path, { friendly_name })).toMatchObject({ status: 400 })
    }
    expect(await asked(server, one.token, 'DELETE', path)).toMatchObject({ status: 204, trips: '1' })
    expect(await asked(server, one.token, 'DELETE', path)).toMatchObject(none)
  })

  test('a session that is over sees none', async () => {
    const one = await withPasskey(server)
    await asked(server, one.token, 'POST', '/logout?scope=local')
    expect(await asked(server, one.token, 'GET', '/passkeys')).toMatchObject({ code: 'session_not_found' })
  })

  test('with the secret key, those of anybody are seen and removed', async () => {
    const one = await withPasskey(server)
    const path = `/admin/users/${one.session.user.id}/passkeys`
    const params = { userId: one.session.user.id }
    const { data } = await server.admin().passkey.listPasskeys(params)
    expect(data).toMatchObject([{ id: one.passkeyId, friendly_name: 'Passkey' }])
    expect((await server.send(path)).status).toBe(403)
    expect((await server.asService('GET', '/admin/users/none/passkeys')).status).toBe(404)
    expect((await server.asService('DELETE', `${path}/none`)).status).toBe(404)
    const { error } = await server.admin().passkey.deletePasskey({ ...params, passkeyId: one.passkeyId })
    expect(error).toBeNull()
    expect(await one.signIn()).toMatchObject(refused)
  })
})

test('what is no origin, or not of the relying party, is refused at start-up', () => {
  for (const options of [
    { origins: ['shop.example'] },
    { origins: ['https://shop.example/'] },
    { rpId: 'https://shop.example' },
    { rpId: 'shop.example', origins: ['https://evilshop.example'] },
  ]) {
    expect(() => passkeys(options)).toThrow(TypeError)
  }
  expect(() => passkeys({ rpId: 'shop.example', origins: ['https://www.shop.example'] })).not.toThrow()
})
