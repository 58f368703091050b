import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { membersOf, startAuthServer, type TestAuthServer } from '../server.ts'
import { someone } from '../someone.ts'
import { fragmentOf, mailTo, open } from './mail.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer({ auth: { redirectUrls: ['myapp://signed-in'] } })
})
afterAll(() => server.stop())

const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url')
const newVerifier = () => randomBytes(48).toString('base64url')

async function exchange(code: string, verifier: string) {
  const response = await server.post('/token?grant_type=pkce', { auth_code: code, code_verifier: verifier })
  const { code: problem = null } = await membersOf(response)
  return [response.status, problem, response.headers.get('x-trips')]
}

/** A code, as the redirect of a link has it. */
async function codeFor(verifier: string, email = someone()) {
  await server.post('/otp', { email, code_challenge: challengeOf(verifier), code_challenge_method: 's256' })
  const location = await open(server, mailTo(server, email).link)
  expect(location.hash).toBe('')
  return location.searchParams.get('code') ?? ''
}

describe('PKCE', () => {
  test('with auth-js: the link ends in a code, and the client that asked has the verifier', async () => {
    const email = someone()
    const client = server.client({ flowType: 'pkce' })
    await client.signInWithOtp({ email, options: { emailRedirectTo: 'myapp://signed-in?tab=2' } })
    const location = await open(server, mailTo(server, email).link)
    expect(location.href).toMatch(/^myapp:\/\/signed-in\?tab=2&code=magiclink\.[\w-]{43}$/)
    const code = location.searchParams.get('code') ?? ''
    const { data, error } = await client.exchangeCodeForSession(code)
    expect(error).toBeNull()
    expect(data.user).toMatchObject({ email })
    const { data: claims } = await client.getClaims()
    expect(claims?.claims.amr).toMatchObject([{ method: 'magiclink' }])
    expect((await client.resetPasswordForEmail(email)).error).toBeNull()
    const recovery = await open(server, mailTo(server, email).link)
    const recovered = await client.exchangeCodeForSession(recovery.searchParams.get('code') ?? '')
    expect(recovered.error).toBeNull()
  })

  test('one of a hundred exchanges wins', async () => {
    const verifier = newVerifier()
    const code = await codeFor(verifier)
    const answers = await Promise.all(Array.from({ length: 100 }, () => exchange(code, verifier)))
    expect(answers.filter(([status]) => status === 200)).toEqual([[200, null, '1']])
    expect(answers.filter(([, problem]) => problem === 'flow_state_not_found')).toHaveLength(99)
  })

  test('a wrong verifier is the last try', async () => {
    const verifier = newVerifier()
    const code = await codeFor(verifier)
    const sessions = async () => (await server.query('select id from auth_sessions')).rows.length
    const before = await sessions()
    expect(await exchange(code, newVerifier())).toEqual([400, 'bad_code_verifier', '1'])
    expect(await sessions()).toBe(before)
    expect(await exchange(code, verifier)).toEqual([404, 'flow_state_not_found', '1'])
    const other = await codeFor(verifier)
    // The challenge is no verifier: what is compared was hashed.
    expect(await exchange(other, challengeOf(verifier))).toEqual([400, 'bad_code_verifier', '1'])
  })

  test('after five minutes it is none any more; a code that is another in any character is none', async () => {
    const verifier = newVerifier()
    const code = await codeFor(verifier)
    for (const given of [code.replace('magiclink', 'recovery'), `${code}=`, code.toUpperCase()])
      expect((await exchange(given, verifier))[1]).toBe('flow_state_not_found')
    for (const given of ['', 'x', 'constructor.x', 'magiclink.x.y'])
      expect(await exchange(given, verifier)).toEqual([404, 'flow_state_not_found', '0'])
    server.travel(5 * 60_000)
    expect(await exchange(code, verifier)).toEqual([422, 'flow_state_expired', '1'])
  })

  test.each([
    ['plain', { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' }],
    ['no method', { code_challenge: challengeOf('x') }],
    ['no challenge', { code_challenge_method: 's256' }],
    ['what is no SHA-256', { code_challenge: 'x'.repeat(42), code_challenge_method: 's256' }],
  ])('%s: refused', async (_, challenge) => {
    for (const path of ['/otp', '/recover', '/magiclink', '/signup']) {
      const response = await server.post(path, { email: someone(), password: 'correct horse', ...challenge })
      expect([path, response.status, response.headers.get('x-trips')]).toEqual([path, 400, '0'])
      expect(await membersOf(response)).toMatchObject({ code: 'validation_failed' })
    }
  })

  test('the error of a link with PKCE stands in the query, too', async () => {
    const verifier = newVerifier()
    const email = someone()
    await server.post('/otp', { email, code_challenge: challengeOf(verifier), code_challenge_method: 'S256' })
    const { link } = mailTo(server, email)
    await open(server, link)
    const location = await open(server, link)
    expect(location.searchParams.get('error_code')).toBe('otp_expired')
    expect(fragmentOf(location)).toMatchObject({ error: 'access_denied', error_code: 'otp_expired' })
  })
})
