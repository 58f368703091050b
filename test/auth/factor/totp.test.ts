import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { textOf, textValue } from '../../../src/base/statement.ts'
import { totp } from '../../../src/index.ts'
import { startAuthServer, type TestAuthServer } from '../server.ts'
import { password, signedUp } from '../someone.ts'
import { asked, codeOf, enrolBody, enrolled, eventsOf, tokenOf, withFactor } from './authenticator.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer({ auth: { features: [totp()] } })
})
afterAll(() => server.stop())

describe('auth-js', () => {
  test('enrols, challenges, verifies; the session has two factors, its others are over', async () => {
    const one = await signedUp(server)
    const other = server.client()
    await other.signInWithPassword({ email: one.email, password })
    expect((await one.client.mfa.getAuthenticatorAssuranceLevel()).data).toMatchObject({
      currentLevel: 'aal1',
      nextLevel: 'aal1',
    })

    const factor = await enrolled(one)
    expect(factor.qrCode).toMatch(/^data:image\/svg\+xml;utf-8,<svg [^#]*<\/svg>$/)
    expect(factor.secret).toMatch(/^[A-Z2-7]{32}$/)
    const uri = new URL(factor.uri)
    expect([uri.protocol, uri.host, decodeURIComponent(uri.pathname)]).toEqual([
      'otpauth:',
      'totp',
      `/site.test:${one.email}`,
    ])
    expect(uri.searchParams.get('secret')).toBe(factor.secret)
    expect((await one.client.mfa.listFactors()).data).toMatchObject({
      all: [{ id: factor.id, friendly_name: 'phone', factor_type: 'totp', status: 'unverified' }],
      totp: [],
    })

    const { data: challenge } = await one.client.mfa.challenge({ factorId: factor.id })
    expect(challenge).toEqual({ id: expect.any(String), type: 'totp', expires_at: expect.any(Number) })
    const seen: string[] = []
    one.client.onAuthStateChange((event) => void seen.push(event))
    const { data, error } = await one.client.mfa.verify({
      factorId: factor.id,
      challengeId: challenge?.id ?? '',
      code: codeOf(server, factor.secret),
    })
    expect(error).toBeNull()
    expect(data?.user.factors).toMatchObject([{ id: factor.id, status: 'verified' }])
    expect(seen).toContain('MFA_CHALLENGE_VERIFIED')
    expect((await one.client.mfa.getAuthenticatorAssuranceLevel()).data).toMatchObject({
      currentLevel: 'aal2',
      nextLevel: 'aal2',
      currentAuthenticationMethods: [{ method: 'totp' }, { method: 'password' }],
    })
    expect((await one.client.mfa.listFactors()).data?.totp).toHaveLength(1)
    expect((await one.client.refreshSession()).data.session?.access_token).toBeDefined()
    expect((await one.client.mfa.getAuthenticatorAssuranceLevel()).data?.currentLevel).toBe('aal2')
    expect((await other.getUser()).error).toMatchObject({ name: 'AuthSessionMissingError' })
    expect(await eventsOf(server, one.session.user.id)).toEqual([
      ...['signed_up', 'signed_in', 'factor_added', 'factor_verified'],
    ])
    expect(
      server.sent.filter(({ to }) => to === one.email).map(({ subject, text }) => subject + text),
    ).toEqual([expect.stringMatching(/factor was added[\s\S]*phone/)])
  })

  test('removes: sessions fall back at once, and the next token says so', async () => {
    const one = await withFactor(server)
    const before = await tokenOf(one)
    expect((await one.client.mfa.unenroll({ factorId: one.factor.id })).data).toEqual({ id: one.factor.id })
    expect(await asked(server, before, 'GET', '/user')).toMatchObject({ status: 401, code: 'bad_jwt' })
    expect((await one.client.refreshSession()).error).toBeNull()
    expect((await one.client.mfa.getAuthenticatorAssuranceLevel()).data).toMatchObject({
      currentLevel: 'aal1',
      nextLevel: 'aal1',
    })
    expect((await one.client.getUser()).data.user?.factors ?? []).toEqual([])
    expect(server.sent.at(-1)).toMatchObject({
      to: one.email,
      subject: expect.stringContaining('factor was removed'),
    })
    expect(await eventsOf(server, one.session.user.id)).toContain('factor_removed')
    // A new sign-in is enough again.
    const { data } = await server.client().signInWithPassword({ email: one.email, password })
    expect(
      await asked(server, data.session?.access_token ?? '', 'POST', '/factors', enrolBody('x')),
    ).toMatchObject({
      status: 200,
    })
  })
})

describe('trips', () => {
  test('one to enrol, to challenge and to remove; two to verify', async () => {
    const one = await signedUp(server)
    const token = one.session.access_token
    const { members, ...made } = await asked(server, token, 'POST', '/factors', enrolBody('a'))
    expect(made).toMatchObject({ status: 200, trips: '1' })
    const secret = JSON.parse(JSON.stringify(members)).totp.secret
    const path = `/factors/${members.id}`
    const challenge = await asked(server, token, 'POST', `${path}/challenge`, {})
    expect(challenge).toMatchObject({ status: 200, trips: '1' })
    const body = { challenge_id: challenge.members.id, code: codeOf(server, secret) }
    const verified = await asked(server, token, 'POST', `${path}/verify`, body)
    expect(verified).toMatchObject({ status: 200, trips: '2' })
    const raised = String(verified.members.access_token)
    expect(await asked(server, raised, 'DELETE', path)).toMatchObject({ status: 200, trips: '1' })
  })
})

describe('a code', () => {
  test('is good once, however often it is used at once', async () => {
    const one = await withFactor(server)
    server.travel(30_000)
    const token = await tokenOf(one)
    const code = codeOf(server, one.factor.secret)
    const path = `/factors/${one.factor.id}`
    const challenges = await Promise.all(
      Array.from({ length: 5 }, () => asked(server, token, 'POST', `${path}/challenge`)),
    )
    const answers = await Promise.all(
      challenges.map(({ members }) =>
        asked(server, token, 'POST', `${path}/verify`, { challenge_id: members.id, code }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422, 422, 422, 422])
    expect(answers.filter(({ status }) => status === 422).map(({ code }) => code)).toEqual(
      Array.from({ length: 4 }, () => expect.stringMatching(/^mfa_(verification_failed|factor_not_found)$/)),
    )
  })

  test('of the step before and after is taken, of another one not; an older one not after a newer one', async () => {
    const one = await withFactor(server)
    const attempt = async (steps: number) => {
      const code = codeOf(server, one.factor.secret, steps)
      const { error } = await one.client.mfa.challengeAndVerify({ factorId: one.factor.id, code })
      return error?.code ?? 'taken'
    }
    server.travel(600_000)
    expect(await attempt(-2)).toBe('mfa_verification_failed')
    expect(await attempt(2)).toBe('mfa_verification_failed')
    expect(await attempt(-1)).toBe('taken')
    expect(await attempt(1)).toBe('taken')
    expect(await attempt(0)).toBe('mfa_verification_failed')
  })

  test.each(['', '12345', '1234567', 'abcdef', '１２３４５６', '12 34 56'])('%o is none', async (code) => {
    const one = await signedUp(server)
    const factor = await enrolled(one)
    const { error } = await one.client.mfa.challengeAndVerify({ factorId: factor.id, code })
    expect(error?.code).toMatch(/^(mfa_verification_failed|validation_failed)$/)
  })

  test('that is wrong may be tried again, and with each one the wait grows; nobody is locked out', async () => {
    const one = await withFactor(server)
    const token = await tokenOf(one)
    const path = `/factors/${one.factor.id}`
    const challenge = await asked(server, token, 'POST', `${path}/challenge`)
    const attempt = (code: string) =>
      asked(server, token, 'POST', `${path}/verify`, { challenge_id: challenge.members.id, code })
    server.travel(30_000)
    const wrong = codeOf(server, one.factor.secret, 100)
    const burst = await Promise.all(Array.from({ length: 30 }, () => attempt(wrong)))
    expect(burst.filter(({ code }) => code === 'mfa_verification_failed')).toHaveLength(5)
    expect(burst.filter(({ status }) => status === 429)).toHaveLength(25)
    const right = () => attempt(codeOf(server, one.factor.secret))
    expect(await right()).toMatchObject({ status: 429, code: 'over_request_rate_limit', retryAfter: '1' })
    server.travel(1_000)
    expect(await attempt(wrong)).toMatchObject({ code: 'mfa_verification_failed' })
    expect(await right()).toMatchObject({ status: 429, retryAfter: '2' })
    server.travel(2_000)
    expect(await right()).toMatchObject({ status: 200 })
    const { rows } = await server.query(
      'select failures from auth_factors where id = ?',
      textValue(one.factor.id),
    )
    expect(rows.flat().map(textOf)).toEqual(['0'])
  })
})

describe('a challenge', () => {
  test('is good for five minutes, in its session, for its factor, and once', async () => {
    const one = await withFactor(server)
    const second = await enrolled(one, 'tablet')
    const token = await tokenOf(one)
    const path = `/factors/${one.factor.id}`
    const attempt = async (challengeId: unknown, bearer = token, where = path) => {
      const code = codeOf(server, one.factor.secret)
      return asked(server, bearer, 'POST', `${where}/verify`, { challenge_id: challengeId, code })
    }
    const made = async () => (await asked(server, token, 'POST', `${path}/challenge`)).members.id
    const none = { status: 422, code: 'mfa_factor_not_found' }
    server.travel(60_000)
    const elsewhere = await server.client().signInWithPassword({ email: one.email, password })
    expect(await attempt(await made(), elsewhere.data.session?.access_token)).toMatchObject(none)
    expect(await attempt(await made(), token, `/factors/${second.id}`)).toMatchObject(none)
    expect(await attempt('nothing')).toMatchObject(none)
    const late = await made()
    server.travel(300_000)
    expect(await attempt(late)).toMatchObject({ status: 422, code: 'mfa_challenge_expired' })
    const used = await made()
    expect(await attempt(used)).toMatchObject({ status: 200 })
    server.travel(30_000)
    expect(await attempt(used)).toMatchObject(none)
  })
})
