import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { textOf, textValue } from '../../src/base/statement.ts'
import { type AuthServer, membersOf, startAuthServer } from './server.ts'

let server: AuthServer
beforeAll(async () => {
  server = await startAuthServer()
})
afterAll(() => server.stop())

const password = 'correct horse'
let count = 0
function someone() {
  count += 1
  return `someone-${count}@example.com`
}

/** A user of auth-js who has just signed up. */
async function signedUp(email = someone()) {
  const client = server.client()
  const { data, error } = await client.signUp({ email, password })
  expect(error).toBeNull()
  if (data.session === null) throw new TypeError('no session')
  return { client, email, session: data.session }
}

const signIn = (email: string, given = password) =>
  server.post('/token?grant_type=password', { email, password: given })
const authorization = (token: string) => ({ authorization: `Bearer ${token}` })

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
    const { session, email } = await signedUp()
    const tables = ['auth_users', 'auth_sessions', 'auth_refresh_tokens']
    const all = await Promise.all(tables.map((table) => server.query(`select * from ${table}`)))
    const text = JSON.stringify(all)
    expect(text).toContain(email)
    for (const secret of [password, session.refresh_token, session.access_token])
      expect(text).not.toContain(secret)
  })

  test('a taken address, in any spelling, and nothing is left of the attempt', async () => {
    const { email } = await signedUp('Zoë.First@Example.com')
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
      { email: 'x\u200b@example.com', password },
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

describe('sign-in', () => {
  test('with auth-js, in two trips; its claims verify against the published keys', async () => {
    const { email } = await signedUp()
    const response = await signIn(email.toUpperCase())
    expect([response.status, response.headers.get('x-trips')]).toEqual([200, '2'])
    const client = server.client()
    const { error } = await client.signInWithPassword({ email, password })
    expect(error).toBeNull()
    const { data } = await client.getClaims()
    expect(data?.claims).toMatchObject({ email, role: 'customer', aal: 'aal1' })
    expect((await client.getUser()).data.user).toMatchObject({ email })
  })

  test('a wrong password, an unknown address, and a user without a password answer alike', async () => {
    const { email } = await signedUp()
    const other = await signedUp()
    await server.query('update auth_users set password_hash = null where email = ?', textValue(other.email))
    const answers = await Promise.all(
      [
        signIn(email, 'wrong horse'),
        signIn('nobody@example.com'),
        signIn('not an address'),
        signIn(other.email),
      ].map(async (answer) => {
        const response = await answer
        return [response.status, response.headers.get('x-trips'), await response.text()]
      }),
    )
    expect(answers[0]).toMatchObject([400, '1', expect.stringContaining('invalid_credentials')])
    for (const answer of answers) expect(answer).toEqual(answers[0])
  })

  test('a banned user is told so, only after the right password', async () => {
    const { email } = await signedUp()
    const until = server.clock.nowMilliseconds() + 60_000
    await server.query(`update auth_users set banned_until = ${until} where email = ?`, textValue(email))
    expect(await membersOf(await signIn(email, 'wrong horse'))).toMatchObject({ code: 'invalid_credentials' })
    expect(await membersOf(await signIn(email))).toMatchObject({ code: 'user_banned' })
  })

  test('a password that changes while it is being checked signs nobody in', async () => {
    const { email } = await signedUp()
    const answer = signIn(email)
    // scrypt takes longer than this update.
    await new Promise((resolve) => setTimeout(resolve, 40))
    await server.query(`update auth_users set password_hash = 'changed' where email = ?`, textValue(email))
    expect(await membersOf(await answer)).toMatchObject({ code: 'invalid_credentials' })
  })

  test.each([
    '/token',
    '/token?grant_type=pkce',
    '/token?grant_type=password&grant_type=refresh_token',
    '/token?grant_type=__proto__',
  ])('%s: unsupported_grant_type', async (path) => {
    expect(await membersOf(await server.post(path, {}))).toMatchObject({
      code: 'unsupported_grant_type',
      status: 400,
    })
  })
})

describe('user', () => {
  test('needs an access token', async () => {
    const response = await server.send('/user')
    expect([
      response.status,
      response.headers.get('x-trips'),
      response.headers.get('www-authenticate'),
    ]).toEqual([401, '0', 'Bearer'])
    expect(await membersOf(response)).toMatchObject({ code: 'no_authorization' })
  })

  test.each([
    ['is banned', 'banned_until = 9000000000000', 'user_banned', 403],
    ['has another role', "role = 'admin'", 'bad_jwt', 401],
  ])('a user who %s', async (_, change, code, status) => {
    const { session, email } = await signedUp()
    await server.query(`update auth_users set ${change} where email = ?`, textValue(email))
    const response = await server.send('/user', { headers: authorization(session.access_token) })
    expect([response.status, response.headers.get('x-trips')]).toEqual([status, '1'])
    expect(await membersOf(response)).toMatchObject({ code })
  })

  test('a user who was erased', async () => {
    const { client, email } = await signedUp()
    await server.query(
      'delete from profiles where user_id = (select id from auth_users where email = ?)',
      textValue(email),
    )
    await server.query('delete from auth_users where email = ?', textValue(email))
    expect((await client.getUser()).error).toMatchObject({ name: 'AuthSessionMissingError' })
  })
})

describe('the rim', () => {
  test.each([
    ['GET', '/signup', 405, 'POST'],
    ['PUT', '/user', 405, 'GET, HEAD'],
    ['DELETE', '/settings', 405, 'GET, HEAD'],
    ['POST', '/.well-known/jwks.json', 405, 'GET, HEAD'],
    ['HEAD', '/health', 200, null],
    ['GET', '/admin/users', 404, null],
    ['GET', '//user', 404, null],
    ['GET', '/%75ser/x', 404, null],
  ])('%s %s: %i', async (method, path, status, allow) => {
    const response = await server.send(path, { method })
    expect([response.status, response.headers.get('allow'), response.headers.get('x-trips')]).toEqual([
      status,
      allow,
      '0',
    ])
    expect(response.headers.get('x-supabase-api-version')).toBe('2024-01-01')
  })

  test.each([
    undefined,
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=latin1',
    'application/jsonp',
  ])('content type %s: 415', async (type) => {
    const body = new TextEncoder().encode('{}')
    const response = await server.send('/signup', {
      method: 'POST',
      body,
      ...(type && { headers: { 'content-type': type } }),
    })
    expect(response.status).toBe(415)
  })

  test('the keys are public and may be kept for a while', async () => {
    const response = await server.send('/.well-known/jwks.json')
    expect(response.headers.get('cache-control')).toBe('public, max-age=600')
    expect(await membersOf(response)).toEqual({ keys: server.keys.jwks.keys })
    expect(JSON.stringify(server.keys.jwks)).not.toContain('"d"')
  })
})
