import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { checkCaptcha } from '../../../src/auth/captcha/captcha.ts'
import { turnstile } from '../../../src/auth/captcha/turnstile.ts'
import { membersOf, startAuthServer, type TestAuthServer } from '../server.ts'
import { password, someone } from '../someone.ts'

/** Follows https://developers.cloudflare.com/turnstile/get-started/server-side-validation/: a token is good once. */
let siteverify: Server
let mood: 'answers' | 'fails' | 'garbles' = 'answers'
const asked: Readonly<Record<string, unknown>>[] = []
const spent = new Set<unknown>()
let server: TestAuthServer
beforeAll(async () => {
  siteverify = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
    if (mood === 'fails') return void response.writeHead(500).end('{}')
    if (mood === 'garbles') return void response.end('<html>')
    const given: Readonly<Record<string, unknown>> = JSON.parse(text)
    asked.push(given)
    const isGood =
      given.secret === 'a-secret' && String(given.response).startsWith('solved') && !spent.has(given.response)
    spent.add(given.response)
    response.end(
      JSON.stringify(
        isGood ? { success: true } : { success: false, 'error-codes': ['invalid-input-response'] },
      ),
    )
  })
  await new Promise<void>((resolve) => siteverify.listen(0, '127.0.0.1', resolve))
  const address = siteverify.address()
  const bindings = {
    TURNSTILE_SECRET: 'a-secret',
    TURNSTILE_URL: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
  }
  server = await startAuthServer({ auth: { captcha: turnstile() } }, bindings)
})
afterAll(async () => {
  await server.stop()
  siteverify.close()
})
beforeEach(() => {
  mood = 'answers'
})

const signUp = (captcha: unknown, headers: Record<string, string> = {}) =>
  server.post(
    '/signup',
    { email: someone(), password, gotrue_meta_security: { captcha_token: captcha } },
    headers,
  )

test('auth-js hands the token on; without one, or with a wrong or a spent one, nothing happens', async () => {
  const client = server.client()
  const email = someone()
  const options = { captchaToken: 'solved-1' }
  expect((await client.signUp({ email, password, options })).error).toBeNull()
  const { error } = await client.signInWithPassword({ email, password })
  expect(error).toMatchObject({ code: 'captcha_failed', status: 400 })
  for (const token of [undefined, '', 'unsolved', 'solved-1', 42, { a: 1 }, 'solved'.repeat(1_000)]) {
    const answer = await signUp(token)
    expect([answer.status, answer.headers.get('x-trips')]).toEqual([400, '0'])
    expect(await membersOf(answer)).toMatchObject({
      code: 'captcha_failed',
      msg: expect.stringContaining('captcha protection: request disallowed ('),
    })
  }
  const { error: none } = await client.signInWithPassword({
    email,
    password,
    options: { captchaToken: 'solved-2' },
  })
  expect(none).toBeNull()
})

test('who solved it is told where from, and what is known already needs none', async () => {
  asked.length = 0
  const answer = await signUp('solved-3', { 'cf-connecting-ip': '198.51.100.7' })
  expect(asked).toEqual([{ secret: 'a-secret', response: 'solved-3', remoteip: '198.51.100.7' }])
  const { refresh_token } = await membersOf(answer)
  expect((await server.post('/token?grant_type=refresh_token', { refresh_token })).status).toBe(200)
  const body = { email: someone(), password }
  expect((await server.post('/signup', body, { apikey: server.settings.secretKey })).status).toBe(200)
  expect((await server.post('/signup', body, { apikey: `${server.settings.secretKey}x` })).status).not.toBe(
    200,
  )
})

test.each(['fails', 'garbles'] as const)(
  'Turnstile %s: nobody is let through, and nobody is blamed',
  async (how) => {
    const log = vi.spyOn(console, 'error').mockReturnValue()
    mood = how
    const answer = await signUp('solved-4')
    expect([answer.status, answer.headers.get('x-trips')]).toEqual([502, '0'])
    log.mockRestore()
  },
)

test('a secret that is missing is named at the start', () => {
  expect(() => checkCaptcha(turnstile(), {})).toThrow('TURNSTILE_SECRET is missing')
  expect(() => checkCaptcha({ name: 'another' }, {})).toThrow(TypeError)
  checkCaptcha(undefined, {})
})
