import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authRoutes } from '../../../src/auth/routes.ts'
import { textOf, textValue } from '../../../src/base/statement.ts'
import { membersOf, startAuthServer, type TestAuthServer } from '../server.ts'
import { password, someone } from '../someone.ts'
import { fragmentOf, mailsTo, mailTo, open } from './mail.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer({
    auth: { confirmEmail: true, redirectUrls: ['http://app.test/welcome'] },
  })
})
afterAll(() => server.stop())

const signUp = (body: Record<string, unknown>, query = '') =>
  server.post(`/signup${query}`, { password, ...body })

async function confirmed() {
  const email = someone()
  await server.client().signUp({ email, password })
  const { error } = await server
    .client()
    .verifyOtp({ email, token: mailTo(server, email).code, type: 'signup' })
  expect(error).toBeNull()
  return email
}

describe('sign-up with an address to be confirmed', () => {
  test('a user without a session; the code signs in, and then the password does', async () => {
    const email = someone()
    const client = server.client()
    const { data, error } = await client.signUp({ email, password, options: { data: { nickname: email } } })
    expect(error).toBeNull()
    expect(data.session).toBeNull()
    expect(data.user).toMatchObject({ email, role: 'customer', user_metadata: { nickname: email } })
    expect(data.user?.email_confirmed_at).toBeUndefined()
    expect((await client.signInWithPassword({ email, password })).error).toMatchObject({
      code: 'email_not_confirmed',
    })
    expect((await client.signInWithPassword({ email, password: 'wrong horse' })).error).toMatchObject({
      code: 'invalid_credentials',
    })
    const { code } = mailTo(server, email)
    const verified = await client.verifyOtp({ email, token: code, type: 'signup' })
    expect(verified.error).toBeNull()
    expect(verified.data.user).toMatchObject({
      id: data.user?.id,
      email_confirmed_at: expect.any(String),
      user_metadata: { nickname: email },
    })
    expect((await client.getUser()).data.user).toMatchObject({ email })
    expect((await server.client().signInWithPassword({ email, password })).error).toBeNull()
  })

  test('a password that waits tells of nobody: not who is confirmed, and not who is banned', async () => {
    const [known, banned] = [await confirmed(), await confirmed()]
    await server.query('update auth_users set banned_until = 9e15 where email = ?', textValue(banned))
    for (const email of [someone(), known, banned]) {
      await signUp({ email, password: 'of an attacker' })
      const { error } = await server.client().signInWithPassword({ email, password: 'of an attacker' })
      expect(error).toMatchObject({ code: 'email_not_confirmed' })
    }
  })

  test('by the link: tokens in the fragment, at an allowed place only', async () => {
    for (const [asked, target] of [
      ['http://app.test/welcome?from=mail', 'http://app.test/welcome?from=mail'],
      ['http://app.test/welcome/x', 'http://site.test/'],
      ['http://app.test:81/welcome', 'http://site.test/'],
      ['http://APP.test/welcome', 'http://site.test/'],
      ['http://app.test@evil.test/welcome', 'http://site.test/'],
      ['http://app.test/welcome#x', 'http://site.test/'],
      ['http://site.test.evil.test', 'http://site.test/'],
    ] as const) {
      const email = someone()
      const client = server.client()
      await client.signUp({ email, password, options: { emailRedirectTo: asked } })
      const { link } = mailTo(server, email)
      expect(link.origin + link.pathname).toBe('http://selvage.test/auth/v1/verify')
      const location = await open(server, link)
      expect(location.href.split('#')[0]).toBe(target)
      const { access_token = '', refresh_token = '', ...rest } = fragmentOf(location)
      expect(rest).toMatchObject({ token_type: 'bearer', type: 'signup', expires_in: '3600' })
      const { data } = await client.setSession({ access_token, refresh_token })
      expect(data.user).toMatchObject({ email })
    }
  })

  test('a link is used once, and says so where it leads; HEAD uses nothing; other methods are refused', async () => {
    const email = someone()
    await signUp({ email })
    const { link } = mailTo(server, email)
    expect(
      (await server.send(link.pathname.replace('/auth/v1', '') + link.search, { method: 'HEAD' })).status,
    ).toBe(200)
    expect(fragmentOf(await open(server, link))).toHaveProperty('access_token')
    expect(fragmentOf(await open(server, link))).toEqual({
      error: 'access_denied',
      error_code: 'otp_expired',
      error_description: 'Email link is invalid or has expired',
      sb: '',
    })
    const put = await server.send('/verify', { method: 'PUT' })
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST, OPTIONS'])
  })

  test('a forged Host changes no link', async () => {
    const email = someone()
    await server.post('/signup', { email, password }, { host: 'evil.test', 'x-forwarded-host': 'evil.test' })
    expect(mailTo(server, email).text).not.toContain('evil')
  })

  test('new, waiting and known addresses are answered alike, after the same trips', async () => {
    const known = await confirmed()
    const waiting = someone()
    await signUp({ email: waiting })
    const answers = await Promise.all(
      [known, waiting, someone()].map(async (email) => {
        const response = await signUp({ email })
        const text = await response.text()
        return [response.status, response.headers.get('x-trips'), blank(text.replaceAll(email, 'x'))]
      }),
    )
    expect(answers[0]).toMatchObject([200, '1', expect.stringContaining('"identities":[{')])
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).toEqual(answers[0])
    expect(mailTo(server, known)).toMatchObject({ subject: 'You have an account at sign-in already' })
    expect(mailTo(server, known).code).toBe('')
  })

  test('what a profile refuses is refused for a known address, too; nothing is left of either', async () => {
    const known = await confirmed()
    await server.admin().createUser({ email: someone(), user_metadata: { nickname: 'taken' } })
    const fresh = someone()
    for (const email of [known, fresh]) {
      const response = await signUp({ email, data: { nickname: 'taken' } })
      expect([response.status, await membersOf(response)]).toMatchObject([400, { code: 'validation_failed' }])
    }
    const counts = await server.query(
      `select (select count(*) from auth_users where email is null), (select count(*) from auth_users where email = ?),
        (select count(*) from profiles where user_id not in (select id from auth_users))`,
      textValue(fresh),
    )
    expect(counts.rows[0]?.map(textOf)).toEqual(['0', '0', '0'])
    await signUp({ email: known, data: { nickname: 'of nobody' } })
    const left = await server.query("select 1 from profiles where nickname = 'of nobody'")
    expect(left.rows).toEqual([])
  })

  test('a sign-up and a sign-in together do not tell who has an account', async () => {
    const known = await confirmed()
    const fresh = someone()
    const answers = await Promise.all(
      [known, fresh].map(async (email) => {
        await signUp({ email, password: 'an attempt of mine' })
        const tries = ['an attempt of mine', 'another one'].map((given) =>
          server.client().signInWithPassword({ email, password: given }),
        )
        return (await Promise.all(tries)).map(({ error }) => error?.code)
      }),
    )
    expect(answers[0]).toEqual(['email_not_confirmed', 'invalid_credentials'])
    expect(answers[1]).toEqual(answers[0])
    expect((await server.client().signInWithPassword({ email: known, password })).error).toBeNull()
  })

  test('of two who sign up with one address the password of the token that is used holds', async () => {
    const email = someone()
    await signUp({ email, password: 'of somebody else', data: { nickname: 'somebody else' } })
    await signUp({ email, data: { nickname: 'owner' } })
    const [theirs, own] = mailsTo(server, email)
    const { data } = await server.client().verifyOtp({ token_hash: own?.token ?? '', type: 'signup' })
    expect(data.user).toMatchObject({ user_metadata: { nickname: 'owner' } })
    expect((await server.client().signInWithPassword({ email, password })).error).toBeNull()
    expect(
      (await server.client().signInWithPassword({ email, password: 'of somebody else' })).error,
    ).not.toBeNull()
    expect(fragmentOf(await open(server, theirs?.link ?? new URL('none:')))).toMatchObject({
      error_code: 'otp_expired',
    })
  })

  test.each(['/welcome', 'http://app.test/?x=1', 'http://app.test/#x', 'javascript:alert(1)', '*'])(
    'a backend that would send people to %s does not start',
    (url) => {
      const declared = { name: 'x', roles: { customer: [] }, defaultRole: 'customer', resources: [] }
      expect(() => authRoutes({ ...declared, auth: { redirectUrls: [url] } })).toThrow(/redirectUrls/)
    },
  )

  test('settings say so', async () => {
    expect(await membersOf(await server.send('/settings'))).toMatchObject({ mailer_autoconfirm: false })
  })
})

/** Without what is another one each time. */
function blank(json: string): string {
  return json.replaceAll(/"[0-9a-f-]{36}"/g, '"id"').replaceAll(/"\d{4}-[\dT:.-]+Z"/g, '"at"')
}
