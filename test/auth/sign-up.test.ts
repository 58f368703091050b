import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { textOf, textValue } from '../../src/base/statement.ts'
import { membersOf, startAuthServer, type TestAuthServer } from './server.ts'
import { password, signedUp, someone } from './someone.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer()
})
afterAll(() => server.stop())

describe('sign-up', () => {
  test("makes user, profile and session in one trip; only `data` is the client's", async () => {
    const email = someone()
    const body = {
      email: `  ${email.toUpperCase()} `,
      password,
      data: { nickname: email },
      role: 'admin',
      id: 'mine',
    }
    const response = await server.post('/signup', body)
    expect([response.status, response.headers.get('x-trips'), response.headers.get('cache-control')]).toEqual(
      [200, '1', 'no-store'],
    )
    const { user, ...session } = await membersOf(response)
    expect(session).toMatchObject({
      token_type: 'bearer',
      expires_in: 3_600,
      refresh_token: expect.stringMatching(/^[\w-]{43}$/),
    })
    expect(user).toMatchObject({
      email,
      role: 'customer',
      aud: 'authenticated',
      user_metadata: { nickname: email },
    })
    const rows = await server.query(
      'select u.role, u.id, p.nickname, p.made_at > 0 from auth_users u join profiles p on p.user_id = u.id where u.email = ?',
      textValue(email),
    )
    expect(rows.rows.map((row) => row.map(textOf))).toEqual([
      ['customer', expect.not.stringContaining('mine'), email, '1'],
    ])
  })

  test('keeps nothing that signs in: only hashes', async () => {
    const { session, email } = await signedUp(server)
    const tables = ['auth_users', 'auth_sessions', 'auth_refresh_tokens']
    const all = await Promise.all(tables.map((table) => server.query(`select * from ${table}`)))
    const text = JSON.stringify(all)
    expect(text).toContain(email)
    for (const secret of [password, session.refresh_token, session.access_token])
      expect(text).not.toContain(secret)
  })

  test('a taken address, in any spelling, and nothing is left of the attempt', async () => {
    const { email } = await signedUp(server, 'Zoë.First@Example.com')
    const { error } = await server.client().signUp({ email: email.normalize('NFD').toUpperCase(), password })
    expect(error).toMatchObject({ code: 'user_already_exists', status: 422 })
    const { rows } = await server.query(
      'select count(*) from auth_users where email like ?',
      textValue('zo%first%'),
    )
    expect(rows).toEqual([[{ type: 'integer', value: '1' }]])
  })

  test('a profile that its table refuses: no user either, and no word of SQL', async () => {
    await server.client().signUp({ email: someone(), password, options: { data: { nickname: 'taken' } } })
    const email = someone()
    const response = await server.post('/signup', { email, password, data: { nickname: 'taken' } })
    const body = await membersOf(response)
    expect(body).toMatchObject({ code: 'validation_failed', status: 400 })
    expect(JSON.stringify(body)).not.toMatch(/unique|constraint|profiles/i)
    expect((await server.query('select 1 from auth_users where email = ?', textValue(email))).rows).toEqual(
      [],
    )
  })

  test.each([
    ['a short password', { email: 'x@example.com', password: 'short' }, 422, 'weak_password'],
    ['no address', { email: 'x', password }, 400, 'email_address_invalid'],
    [
      'a header in the address',
      { email: 'x@example.com\r\nBcc: y@example.com', password },
      400,
      'email_address_invalid',
    ],
    ['NUL in the address', { email: 'x\0@example.com', password }, 400, 'email_address_invalid'],
    [
      'something invisible in the address',
      { email: 'x\u034f@example.com', password },
      400,
      'email_address_invalid',
    ],
    [
      'a password that is a number',
      { email: 'x@example.com', password: 12_345_678 },
      400,
      'validation_failed',
    ],
    ['null', { email: null, password }, 400, 'validation_failed'],
    ['data that is text', { email: 'x@example.com', password, data: 'x' }, 400, 'validation_failed'],
    ['a list', [], 400, 'validation_failed'],
    ['nothing', '', 400, 'bad_json'],
    ['half of it', '{"email":', 400, 'bad_json'],
    ['a byte order mark', '\ufeff{}', 400, 'bad_json'],
    ['30,000 levels', '['.repeat(30_000) + ']'.repeat(30_000), 400, 'bad_json'],
    [
      'more than 64 KiB',
      { email: 'x@example.com', password, data: { x: 'x'.repeat(70_000) } },
      413,
      'LIMIT_BODY',
    ],
  ])('%s: refused before the database', async (_, body, status, code) => {
    const response = await server.post('/signup', body)
    expect([response.status, response.headers.get('x-trips')]).toEqual([status, '0'])
    expect(await membersOf(response)).toMatchObject({ code, error_code: code })
  })

  test('`__proto__`, a lone surrogate and NUL in `data` are data', async () => {
    const email = someone()
    const response = await server.post(
      '/signup',
      `{"email":"${email}","password":"${password}","data":{"__proto__":{"admin":true},"x":"\\ud800\\u0000"}}`,
    )
    const { user } = await membersOf(response)
    expect(user).toMatchObject({ user_metadata: { x: '\ud800\0' } })
    expect(Reflect.get({}, 'admin')).toBeUndefined()
  })

  test('can be switched off', async () => {
    const closed = await startAuthServer({ signUp: false })
    const { error } = await closed.client().signUp({ email: someone(), password })
    expect(error).toMatchObject({ code: 'signup_disabled', status: 422 })
    expect(await membersOf(await closed.send('/settings'))).toMatchObject({ disable_signup: true })
    await closed.stop()
  })
})
