import { afterAll, beforeAll, expect, test } from 'vitest'
import { textOf, textValue } from '../../../src/base/statement.ts'
import { totp } from '../../../src/index.ts'
import { startAuthServer, type TestAuthServer } from '../server.ts'
import { password, signedUp } from '../someone.ts'
import { asked, shown, withFactor } from './authenticator.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer({ auth: { features: [totp()] } })
})
afterAll(() => server.stop())

/** Somebody with a factor and recovery codes, and a session that has shown neither. */
async function withCodes() {
  const one = await withFactor(server)
  const made = await asked(server, one.session.access_token, 'POST', '/factors/recovery-codes', {})
  expect(made).toMatchObject({ status: 200, trips: '1' })
  const codes = made.members.recovery_codes
  if (!Array.isArray(codes)) throw new TypeError('no codes')
  const { data } = await server.client().signInWithPassword({ email: one.email, password })
  return { ...one, codes: codes.map(String), token: data.session?.access_token ?? '' }
}

const spend = (token: string, code: string) =>
  asked(server, token, 'POST', '/factors/recovery-codes/verify', { code })

test('ten codes, of which only hashes are kept', async () => {
  const { codes, session } = await withCodes()
  expect(new Set(codes).size).toBe(10)
  for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/)
  const { rows } = await server.query(
    'select hash from auth_recovery_codes where user_id = ?',
    textValue(session.user.id),
  )
  const kept = rows.flat().map(textOf).join()
  for (const code of codes) expect(kept).not.toContain(code)
  expect(rows).toHaveLength(10)
})

test('one stands for a factor, once; its owner is told', async () => {
  const { codes, token, email, client } = await withCodes()
  const [code = '', next = ''] = codes
  const spent = await spend(token, code)
  expect(spent).toMatchObject({ status: 200, trips: '1' })
  const raised = String(spent.members.access_token)
  const { aal, amr } = JSON.parse(Buffer.from(raised.split('.')[1] ?? '', 'base64url').toString())
  expect([aal, amr]).toMatchObject(['aal2', [{ method: 'recovery_code' }, { method: 'password' }]])
  expect(server.sent.at(-1)).toMatchObject({ to: email, text: expect.stringContaining('recovery code used') })
  expect(await spend(token, code)).toMatchObject({ status: 422, code: 'mfa_verification_failed', trips: '1' })
  // As people type them.
  expect(await spend(token, ` ${next.toLowerCase().replace('-', ' ').replaceAll('0', 'o')}`)).toMatchObject({
    status: 200,
  })
  // With it the factor that was lost can be removed.
  const factors = (await client.mfa.listFactors()).data?.all ?? []
  expect(await asked(server, raised, 'DELETE', `/factors/${factors[0]?.id}`)).toMatchObject({ status: 200 })
})

test('a hundred uses at once: one wins', async () => {
  const { codes, token } = await withCodes()
  const answers = await Promise.all(Array.from({ length: 100 }, () => spend(token, codes[0] ?? '')))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 422, 429]))
})

test("somebody else's code is none, and neither is one that was replaced or whose factor is gone", async () => {
  const [one, other] = [await withCodes(), await withCodes()]
  const [mine = '', lost = ''] = one.codes
  expect(await spend(other.token, mine)).toMatchObject({ code: 'mfa_verification_failed' })
  const session = await shown(server, one, one.factor)
  const again = await asked(server, session.access_token, 'POST', '/factors/recovery-codes', {})
  expect(again.status).toBe(200)
  expect(await spend(one.token, mine)).toMatchObject({ code: 'mfa_verification_failed' })
  expect((await one.client.mfa.unenroll({ factorId: one.factor.id })).error).toBeNull()
  const { data } = await one.client.refreshSession()
  expect(await spend(data.session?.access_token ?? '', lost)).toMatchObject({
    code: 'mfa_verification_failed',
  })
  const { rows } = await server.query(
    'select count(*) from auth_recovery_codes where user_id = ?',
    textValue(one.session.user.id),
  )
  expect(rows.flat().map(textOf)).toEqual(['0'])
})

test('wrong ones cost a growing wait, and nobody is locked out', async () => {
  const { codes, token } = await withCodes()
  const burst = await Promise.all(Array.from({ length: 30 }, () => spend(token, 'AAAAA-AAAAA')))
  expect(burst.filter(({ code }) => code === 'mfa_verification_failed')).toHaveLength(5)
  expect(burst.filter(({ status }) => status === 429)).toHaveLength(25)
  expect(await spend(token, codes[0] ?? '')).toMatchObject({
    status: 429,
    code: 'over_request_rate_limit',
    retryAfter: '1',
  })
  server.travel(1_000)
  expect(await spend(token, codes[0] ?? '')).toMatchObject({ status: 200 })
  // And they are forgotten.
  expect(await spend(token, codes[0] ?? '')).toMatchObject({ code: 'mfa_verification_failed' })
})

test('who has no factor has no codes', async () => {
  const { session } = await signedUp(server)
  const made = await asked(server, session.access_token, 'POST', '/factors/recovery-codes', {})
  expect(made).toMatchObject({ status: 404, code: 'mfa_factor_not_found' })
})

test('a session that is over spends nothing', async () => {
  const { codes, token } = await withCodes()
  expect((await asked(server, token, 'POST', '/logout?scope=local')).status).toBe(204)
  expect(await spend(token, codes[0] ?? '')).toMatchObject({ status: 403, code: 'session_not_found' })
})
