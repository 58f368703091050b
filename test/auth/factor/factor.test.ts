import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { textOf, textValue } from '../../../src/base/statement.ts'
import { totp } from '../../../src/index.ts'
import { startAuthServer, type TestAuthServer } from '../server.ts'
import { password, signedUp } from '../someone.ts'
import { asked, codeOf, enrolBody, enrolled, eventsOf, shown, tokenOf, withFactor } from './authenticator.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer({ auth: { features: [totp()] } })
})
afterAll(() => server.stop())

describe('a factor', () => {
  test('of somebody else is as none: it is neither challenged, shown nor removed', async () => {
    const [one, other] = [await withFactor(server), await withFactor(server)]
    const token = await tokenOf(other)
    const path = `/factors/${one.factor.id}`
    const challenge = await asked(server, await tokenOf(one), 'POST', `${path}/challenge`)
    server.travel(30_000)
    const body = { challenge_id: challenge.members.id, code: codeOf(server, one.factor.secret) }
    for (const [method, where, given] of [
      ['POST', `${path}/challenge`, {}],
      ['POST', `${path}/verify`, body],
      ['DELETE', path, undefined],
    ] as const) {
      const none = await asked(server, token, method, where.replace(one.factor.id, 'none'), given)
      expect(await asked(server, token, method, where, given)).toEqual({ ...none })
      expect(none).toMatchObject({ status: 404, code: 'mfa_factor_not_found' })
    }
    expect(await eventsOf(server, other.session.user.id)).not.toContain('factor_removed')
  })

  test('keeps its secret encrypted, and with nobody else', async () => {
    const one = await withFactor(server)
    const { rows } = await server.query(
      'select secret from auth_factors where id = ?',
      textValue(one.factor.id),
    )
    const kept = textOf(rows[0]?.[0]) ?? ''
    expect(kept).not.toContain(one.factor.secret)
    expect(Buffer.from(kept, 'base64url').toString()).not.toContain(one.factor.secret)
    const second = await enrolled(one, 'tablet')
    await server.query(
      'update auth_factors set secret = ? where id = ?',
      textValue(kept),
      textValue(second.id),
    )
    const moved = await one.client.mfa.challengeAndVerify({
      factorId: second.id,
      code: codeOf(server, one.factor.secret),
    })
    expect(moved).toMatchObject({ data: null, error: { name: 'AuthRetryableFetchError' } })
  })

  test.each([
    ['of no kind', { factor_type: 'voice' }, 'validation_failed'],
    [
      'of a kind that the backend does not have',
      { factor_type: 'webauthn' },
      'mfa_webauthn_enroll_not_enabled',
    ],
    ['without a kind', {}, 'validation_failed'],
    ['of a name that is too long', enrolBody('x'.repeat(121)), 'validation_failed'],
    ['of a name that cannot be seen', enrolBody('a\u0000b'), 'validation_failed'],
  ])('%s is refused', async (_, body, code) => {
    const one = await signedUp(server)
    expect(await asked(server, one.session.access_token, 'POST', '/factors', body)).toMatchObject({ code })
  })

  test('names are each for one; there are at most ten; what nobody verified is gone after five minutes', async () => {
    const one = await signedUp(server)
    const enrol = (name: string | null) =>
      asked(server, one.session.access_token, 'POST', '/factors', enrolBody(name))
    expect(await enrol('a')).toMatchObject({ status: 200 })
    expect(await enrol('a')).toMatchObject({ status: 422, code: 'mfa_factor_name_conflict' })
    const more = await Promise.all(Array.from({ length: 20 }, () => enrol(null)))
    expect(more.filter(({ status }) => status === 200)).toHaveLength(9)
    expect(await enrol('b')).toMatchObject({ status: 422, code: 'too_many_enrolled_mfa_factors' })
    server.travel(300_000)
    expect(await enrol('a')).toMatchObject({ status: 200 })
  })

  test('of an anonymous user there is none', async () => {
    const one = await signedUp(server)
    await server.query(`update auth_users set kind = 'anonymous' where email = ?`, textValue(one.email))
    const { data } = await one.client.refreshSession()
    expect(
      await asked(server, data.session?.access_token ?? '', 'POST', '/factors', enrolBody('a')),
    ).toMatchObject({ status: 403, code: 'no_authorization' })
  })
})

describe('who has yet to show a factor', () => {
  test('may see who they are, show it, and sign out; and change nothing', async () => {
    const one = await withFactor(server)
    const { data } = await server.client().signInWithPassword({ email: one.email, password })
    const token = data.session?.access_token ?? ''
    const ask = (method: string, path: string, body?: unknown) => asked(server, token, method, path, body)
    expect(await ask('GET', '/user')).toMatchObject({ status: 200 })
    const refused = { status: 403, code: 'insufficient_aal', trips: '1' }
    expect(await ask('POST', '/factors', enrolBody('mine'))).toMatchObject(refused)
    expect(await ask('DELETE', `/factors/${one.factor.id}`)).toMatchObject(refused)
    expect(await ask('POST', '/factors/recovery-codes', {})).toMatchObject(refused)
    for (const change of [{ password: 'another horse' }, { email: 'mine@example.com' }]) {
      expect(await ask('PUT', '/user', change)).toMatchObject({ status: 403, code: 'insufficient_aal' })
    }
    expect(await ask('POST', `/factors/${one.factor.id}/challenge`)).toMatchObject({ status: 200 })
    expect(await ask('POST', '/logout?scope=local')).toMatchObject({ status: 204 })
    const { rows } = await server.query(
      'select count(*) from auth_factors where user_id = ?',
      textValue(one.session.user.id),
    )
    expect(rows.flat().map(textOf)).toEqual(['1'])
  })

  test('a refresh token from before the factor is worth nothing', async () => {
    const one = await withFactor(server)
    const { data } = await server.client().signInWithPassword({ email: one.email, password })
    const early = data.session?.refresh_token ?? ''
    const client = server.client()
    await client.setSession({ access_token: data.session?.access_token ?? '', refresh_token: early })
    await shown(server, { client }, one.factor)
    const reply = await server.post('/token?grant_type=refresh_token', { refresh_token: early })
    expect(await reply.json()).toMatchObject({ code: 'refresh_token_not_found' })
    expect((await client.refreshSession()).error).toBeNull()
  })

  test('what a session became by a factor goes with the factor, and only that', async () => {
    const one = await withFactor(server)
    const second = await enrolled(one, 'tablet')
    const client = server.client()
    expect((await client.signInWithPassword({ email: one.email, password })).error).toBeNull()
    await shown(server, one, second)
    await shown(server, { client }, one.factor)
    expect((await one.client.mfa.unenroll({ factorId: one.factor.id })).error).toBeNull()
    // The one is refreshed as it was; the other one has to show the factor that is left.
    expect((await one.client.refreshSession()).error).toBeNull()
    expect((await client.refreshSession()).error).toBeNull()
    expect((await one.client.mfa.getAuthenticatorAssuranceLevel()).data?.currentLevel).toBe('aal2')
    expect((await client.mfa.getAuthenticatorAssuranceLevel()).data).toMatchObject({
      currentLevel: 'aal1',
      nextLevel: 'aal2',
    })
  })
})
