import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { textOf, textValue } from '../../../src/base/statement.ts'
import { totp } from '../../../src/index.ts'
import { claimsOf } from '../passkey/someone.ts'
import { startAuthServer, type TestAuthServer } from '../server.ts'
import { password, signedUp } from '../someone.ts'
import { asked, eventsOf, shown, tokenOf, withFactor } from './authenticator.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer({ auth: { features: [totp()] } })
})
afterAll(() => server.stop())

const path = '/factors/recovery-codes'

/** Somebody with a factor and recovery codes, and a session that has shown neither. */
async function withCodes() {
  const one = await withFactor(server)
  const { data, error } = await one.client.mfa.recoveryCodes.generate()
  expect(error).toBeNull()
  const pending = server.client()
  await pending.signInWithPassword({ email: one.email, password })
  return {
    ...one,
    codes: data?.codes ?? [],
    id: data?.id,
    pending,
    token: await tokenOf({ client: pending }),
  }
}

const spend = (token: string, code: string) => asked(server, token, 'POST', `${path}/verify`, { code })
const wrong = { status: 422, code: 'mfa_verification_failed' }

async function left(userId: string): Promise<readonly (string | null)[]> {
  const { rows } = await server.query(
    'select count(*), sum(used_at is null) from auth_recovery_codes where user_id = ?',
    textValue(userId),
  )
  return rows.flat().map(textOf)
}

describe('auth-js', () => {
  test('generates ten, of which only hashes are kept', async () => {
    const { codes, session, id, client } = await withCodes()
    expect(new Set(codes).size).toBe(10)
    for (const code of codes) expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{16}$/)
    const { rows } = await server.query(
      'select hash from auth_recovery_codes where user_id = ?',
      textValue(session.user.id),
    )
    const kept = rows.flat().map(textOf).join()
    for (const code of codes) expect(kept).not.toContain(code)
    expect((await client.mfa.recoveryCodes.getStatus()).data).toEqual({
      ...{ id, type: 'recovery_code', total: 10, remaining: 10 },
    })
    expect((await client.mfa.listFactors()).data?.recovery_code).toMatchObject([
      { id, friendly_name: 'Recovery codes', status: 'verified' },
    ])
    expect(await eventsOf(server, session.user.id)).toContain('recovery_codes_made')
  })

  test('verifies one, once; its owner is told; with it the factor that was lost can be removed', async () => {
    const { codes, email, pending, factor, session } = await withCodes()
    const [code = '', next = ''] = codes
    expect((await pending.mfa.recoveryCodes.verify({ code })).error).toBeNull()
    expect((await pending.mfa.getAuthenticatorAssuranceLevel()).data).toMatchObject({
      currentLevel: 'aal2',
      currentAuthenticationMethods: [{ method: 'mfa/recovery_code' }, { method: 'password' }],
    })
    expect(server.sent.at(-1)).toMatchObject({
      to: email,
      subject: expect.stringContaining('recovery code was used'),
    })
    expect((await pending.mfa.recoveryCodes.verify({ code })).error?.code).toBe('mfa_verification_failed')
    // As people type them.
    const typed = ` ${next
      .toUpperCase()
      .replaceAll('0', 'O')
      .replace(/(.{4})/g, '$1-')}`
    expect((await pending.mfa.recoveryCodes.verify({ code: typed })).error).toBeNull()
    expect((await pending.mfa.recoveryCodes.getStatus()).data?.remaining).toBe(8)
    expect((await pending.mfa.unenroll({ factorId: factor.id })).error).toBeNull()
    expect(await left(session.user.id)).toEqual(['0', null])
    expect((await pending.refreshSession()).error).toBeNull()
    expect((await pending.mfa.listFactors()).data?.all).toEqual([])
  })

  test('regenerates and removes them', async () => {
    const { codes, id, client, token, session } = await withCodes()
    const { data } = await client.mfa.recoveryCodes.regenerate()
    expect(data).toMatchObject({ id, friendly_name: 'Recovery codes', total: 10 })
    expect(await spend(token, codes[0] ?? '')).toMatchObject(wrong)
    expect((await client.mfa.recoveryCodes.generate()).error?.code).toBe('mfa_verified_factor_exists')
    expect((await client.mfa.recoveryCodes.unenroll()).data).toEqual({ id })
    expect(await spend(token, data?.codes[0] ?? '')).toMatchObject(wrong)
    expect(await left(session.user.id)).toEqual(['0', null])
    // The factor itself is there as before, and so is its session.
    expect((await client.getUser()).data.user?.factors).toMatchObject([{ factor_type: 'totp' }])
    const gone = { code: 'mfa_factor_not_found', status: 404 }
    expect((await client.mfa.recoveryCodes.getStatus()).error).toMatchObject(gone)
    expect((await client.mfa.recoveryCodes.regenerate()).error).toMatchObject(gone)
    expect((await client.mfa.recoveryCodes.unenroll()).error).toMatchObject(gone)
    expect((await client.mfa.recoveryCodes.generate({ friendlyName: 'paper' })).data?.friendly_name).toBe(
      'paper',
    )
  })
})

test('one trip each', async () => {
  const { client, codes } = await withCodes()
  const one = { status: 200, trips: '1' }
  const token = await tokenOf({ client })
  expect(await asked(server, token, 'GET', path)).toMatchObject(one)
  expect(await asked(server, token, 'POST', `${path}/regenerate`)).toMatchObject(one)
  expect(await spend(token, codes[0] ?? '')).toMatchObject({ ...wrong, trips: '1' })
  expect(await asked(server, token, 'DELETE', path)).toMatchObject(one)
  const made = await asked(server, token, 'POST', path)
  expect(made).toMatchObject(one)
  const [code] = JSON.parse(JSON.stringify(made.members)).codes
  const spent = await spend(token, code)
  expect(spent).toMatchObject(one)
  expect(claimsOf(spent.members.access_token)).toMatchObject({ aal: 'aal2' })
})

test('a hundred uses at once: one wins', async () => {
  const { codes, token, session } = await withCodes()
  const answers = await Promise.all(Array.from({ length: 100 }, () => spend(token, codes[0] ?? '')))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 422, 429]))
  expect(await left(session.user.id)).toEqual(['10', '9'])
})

test("somebody else's code is none", async () => {
  const [one, other] = [await withCodes(), await withCodes()]
  expect(await spend(other.token, one.codes[0] ?? '')).toMatchObject(wrong)
  expect(await spend(one.token, one.codes[0] ?? '')).toMatchObject({ status: 200 })
})

test('wrong ones cost a growing wait, and nobody is locked out', async () => {
  const { codes, token } = await withCodes()
  const burst = await Promise.all(Array.from({ length: 30 }, () => spend(token, 'aaaa')))
  expect(burst.filter(({ code }) => code === 'mfa_verification_failed')).toHaveLength(5)
  expect(burst.filter(({ status }) => status === 429)).toHaveLength(25)
  expect(await spend(token, codes[0] ?? '')).toMatchObject({
    status: 429,
    code: 'mfa_recovery_codes_locked',
    retryAfter: '1',
  })
  server.travel(1_000)
  expect(await spend(token, codes[0] ?? '')).toMatchObject({ status: 200 })
  // And they are forgotten.
  expect(await spend(token, codes[0] ?? '')).toMatchObject(wrong)
})

test('who has no factor has no codes; who has yet to show one makes none, and removes none', async () => {
  const { client } = await signedUp(server)
  expect((await client.mfa.recoveryCodes.generate()).error?.code).toBe('mfa_recovery_codes_sole_factor')
  const one = await withCodes()
  const refused = { code: 'insufficient_aal', status: 403 }
  expect((await one.pending.mfa.recoveryCodes.regenerate()).error).toMatchObject(refused)
  expect((await one.pending.mfa.recoveryCodes.unenroll()).error).toMatchObject(refused)
  expect((await one.pending.mfa.recoveryCodes.generate()).error).toMatchObject(refused)
  expect((await one.pending.mfa.recoveryCodes.getStatus()).data?.remaining).toBe(10)
})

test('they are no factor by themselves: neither challenged nor verified as one', async () => {
  const { id = '', client } = await withCodes()
  const none = { code: 'mfa_factor_not_found' }
  expect((await client.mfa.challenge({ factorId: id })).error).toMatchObject(none)
  const body = { challenge_id: 'x', code: '123456' }
  expect(await asked(server, await tokenOf({ client }), 'POST', `/factors/${id}/verify`, body)).toMatchObject(
    none,
  )
})

test('a session that is over spends nothing', async () => {
  const { codes, token, factor, client } = await withCodes()
  expect((await asked(server, token, 'POST', '/logout?scope=local')).status).toBe(204)
  expect(await spend(token, codes[0] ?? '')).toMatchObject({ status: 403, code: 'session_not_found' })
  await shown(server, { client }, factor)
})
