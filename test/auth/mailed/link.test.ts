import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { textOf, textValue } from '../../../src/base/statement.ts'
import { membersOf, startAuthServer, type TestAuthServer } from '../server.ts'
import { someone } from '../someone.ts'
import { fragmentOf, mailsTo, mailTo, open } from './mail.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer({ auth: { confirmEmail: true } })
})
afterAll(() => server.stop())

const verify = (body: Record<string, unknown>) => server.post('/verify', body)
const codeOf = async (answer: Promise<Response>) => {
  const response = await answer
  const { code = null } = await membersOf(response)
  return [response.status, code, response.headers.get('x-trips')]
}
const expired = [403, 'otp_expired', '1']

/** Somebody to whom a link was sent. */
async function asked(email = someone()) {
  expect((await server.client().signInWithOtp({ email })).error).toBeNull()
  return { email, ...mailTo(server, email) }
}

describe('a link and a code by mail', () => {
  test('sign up who is new and sign in who is not, with auth-js', async () => {
    const { email, code } = await asked()
    const client = server.client()
    const { data, error } = await client.verifyOtp({ email: email.toUpperCase(), token: code, type: 'email' })
    expect(error).toBeNull()
    expect(data.user).toMatchObject({ email, email_confirmed_at: expect.any(String) })
    const { data: claims } = await client.getClaims()
    expect(claims?.claims.amr).toMatchObject([{ method: 'otp' }])
    const again = await asked(email)
    const second = await server.client().verifyOtp({ token_hash: again.token, type: 'magiclink' })
    expect(second.data.user?.id).toBe(data.user?.id)
    const profiles = await server.query(
      'select 1 from profiles where user_id = ?',
      textValue(data.user?.id ?? ''),
    )
    expect(profiles.rows).toHaveLength(1)
  })

  test('exactly one of a hundred uses at once signs in, by code or by link', async () => {
    const { email, code, token } = await asked()
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        verify(
          index % 2 === 0 ? { type: 'email', email, token: code } : { type: 'magiclink', token_hash: token },
        ),
      ),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => status === 403)).toHaveLength(99)
    const sessions = await server.query(
      'select count(*) from auth_sessions join auth_users on auth_users.id = user_id where email = ?',
      textValue(email),
    )
    expect(sessions.rows[0]?.map(textOf)).toEqual(['1'])
  })

  test('five wrong codes, and the right one is none any more; the link still is', async () => {
    const { email, code, token } = await asked()
    const wrong = code === '000000' ? '000001' : '000000'
    for (let tries = 0; tries < 4; tries += 1)
      expect(await codeOf(verify({ type: 'email', email, token: wrong }))).toEqual(expired)
    const fourTries = await asked(email)
    expect(await codeOf(verify({ type: 'email', email, token: code }))).toEqual(expired)
    expect((await verify({ type: 'email', email, token: fourTries.code })).status).toBe(200)

    const other = await asked(email)
    for (let tries = 0; tries < 5; tries += 1)
      await verify({ type: 'email', email, token: other.code === '000000' ? '000001' : '000000' })
    expect(await codeOf(verify({ type: 'email', email, token: other.code }))).toEqual(expired)
    expect((await verify({ type: 'magiclink', token_hash: other.token })).status).toBe(200)
    expect(token).not.toBe(other.token)
  })

  test('a code is good for ten minutes, a link for an hour', async () => {
    const { email, code, token } = await asked()
    server.travel(10 * 60_000 + 1)
    expect(await codeOf(verify({ type: 'email', email, token: code }))).toEqual(expired)
    server.travel(50 * 60_000)
    expect(await codeOf(verify({ type: 'magiclink', token_hash: token }))).toEqual(expired)
    const next = await asked(email)
    server.travel(59 * 60_000)
    expect((await verify({ type: 'magiclink', token_hash: next.token })).status).toBe(200)
  })

  test('a newer one makes the older one nothing; that of another address or type is nothing', async () => {
    const first = await asked()
    const second = await asked(first.email)
    const other = await asked()
    expect(await codeOf(verify({ type: 'magiclink', token_hash: first.token }))).toEqual(expired)
    expect(await codeOf(verify({ type: 'recovery', token_hash: second.token }))).toEqual(expired)
    expect(await codeOf(verify({ type: 'email_change', token_hash: second.token }))).toEqual(expired)
    expect(await codeOf(verify({ type: 'email', email: other.email, token: second.code }))).toEqual(expired)
    for (const token of ['', 'x', `${second.token}=`, ` ${second.token}`, second.token.toUpperCase()])
      expect(await codeOf(verify({ type: 'magiclink', token_hash: token }))).toEqual(expired)
    expect((await verify({ type: 'magiclink', token_hash: second.token })).status).toBe(200)
  })

  test.each([
    ['no type', { email: 'x@example.com', token: '123456' }],
    ['a type of telephones', { type: 'sms', email: 'x@example.com', token: '123456' }],
    ['a type of objects', { type: 'constructor', token_hash: 'x' }],
    ['a code without an address', { type: 'email', token: '123456' }],
    ['both', { type: 'email', email: 'x@example.com', token: '123456', token_hash: 'x' }],
    ['neither', { type: 'email', email: 'x@example.com' }],
  ])('%s: refused before the database', async (_, body) => {
    expect(await codeOf(verify(body))).toEqual([400, 'validation_failed', '0'])
  })

  test('a key is wanted of a page, and none of a link', async () => {
    const { link } = await asked()
    const headers = { apikey: 'sb_publishable_of_nobody', 'content-type': 'application/json' }
    const page = await server.request('/verify', { method: 'POST', headers, body: '{}' })
    expect(page.status).toBe(401)
    const opened = await server.request(link.pathname.replace('/auth/v1', '') + link.search, {})
    expect(opened.status).toBe(303)
    expect(opened.headers.get('referrer-policy')).toBe('no-referrer')
  })

  test('known, unknown and banned addresses: the same answer and trips; a mail for who may come in', async () => {
    const known = await asked()
    await verify({ type: 'magiclink', token_hash: known.token })
    const banned = await asked()
    await server.query('update auth_users set banned_until = 9e15 where email = ?', textValue(banned.email))
    const before = server.sent.length
    for (const [path, more] of [
      ['/otp', { create_user: false }],
      ['/magiclink', { create_user: false }],
      ['/recover', {}],
      ['/resend', { type: 'signup' }],
    ] as const) {
      const answers = await Promise.all(
        [known.email, banned.email, someone()].map(async (email) => {
          const response = await server.post(path, { email, ...more })
          return [response.status, response.headers.get('x-trips'), await response.text()]
        }),
      )
      expect(answers).toEqual([0, 1, 2].map(() => [200, '1', '{}']))
    }
    expect(server.sent.slice(before).map(({ to }) => to)).toEqual([known.email, known.email, known.email])
    expect(await codeOf(verify({ type: 'magiclink', token_hash: banned.token }))).toEqual([
      403,
      'user_banned',
      '1',
    ])
    expect(fragmentOf(await open(server, mailTo(server, banned.email).link))).toMatchObject({
      error_code: 'otp_expired',
    })
  })

  test('where nobody may sign up, a link makes no account', async () => {
    const closed = await startAuthServer({ signUp: false, auth: { anonymous: true } })
    const email = someone()
    const response = await closed.post('/otp', { email })
    expect([response.status, closed.sent]).toEqual([200, []])
    expect((await closed.query('select 1 from auth_users')).rows).toEqual([])
    expect((await closed.client().signInAnonymously()).error).toMatchObject({ code: 'signup_disabled' })
    await closed.stop()
  })

  test('nothing that opens anything is kept', async () => {
    const { email, code, token } = await asked()
    const { rows } = await server.query(
      'select * from auth_one_time_tokens where email = ?',
      textValue(email),
    )
    expect(rows).toHaveLength(1)
    expect(JSON.stringify(rows)).not.toContain(token)
    expect(rows[0]?.map(textOf)).not.toContain(code)
    expect(mailsTo(server, email)).toHaveLength(1)
  })
})
