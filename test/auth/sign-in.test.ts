import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { textValue } from '../../src/base/statement.ts'
import { membersOf, startAuthServer, type TestAuthServer } from './server.ts'
import { password, signedUp } from './someone.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer()
})
afterAll(() => server.stop())

const signIn = (email: string, given = password) =>
  server.post('/token?grant_type=password', { email, password: given })
const authorization = (token: string) => ({ authorization: `Bearer ${token}` })

describe('sign-in', () => {
  test('with auth-js, in two trips; its claims verify against the published keys', async () => {
    const { email } = await signedUp(server)
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
    const { email } = await signedUp(server)
    const other = await signedUp(server)
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
    const { email } = await signedUp(server)
    const until = server.clock.nowMilliseconds() + 60_000
    await server.query(`update auth_users set banned_until = ${until} where email = ?`, textValue(email))
    expect(await membersOf(await signIn(email, 'wrong horse'))).toMatchObject({ code: 'invalid_credentials' })
    expect(await membersOf(await signIn(email))).toMatchObject({ code: 'user_banned' })
  })

  test('a password that changes while it is being checked signs nobody in', async () => {
    const { email } = await signedUp(server)
    const answer = signIn(email)
    // scrypt takes longer than this update.
    await new Promise((resolve) => setTimeout(resolve, 40))
    await server.query(`update auth_users set password_hash = 'changed' where email = ?`, textValue(email))
    expect(await membersOf(await answer)).toMatchObject({ code: 'invalid_credentials' })
  })

  test.each([
    '/token',
    '/token?grant_type=web3',
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
    ['is banned for ever', 'banned_until = 9000000000000000', 'user_banned', 403],
    ['has another role', "role = 'admin'", 'bad_jwt', 401],
  ])('a user who %s', async (_, change, code, status) => {
    const { session, email } = await signedUp(server)
    await server.query(`update auth_users set ${change} where email = ?`, textValue(email))
    const response = await server.send('/user', { headers: authorization(session.access_token) })
    expect([response.status, response.headers.get('x-trips')]).toEqual([status, '1'])
    expect(await membersOf(response)).toMatchObject({ code })
  })

  test('a user who was erased', async () => {
    const { client, email } = await signedUp(server)
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
    ['GET', '/signup', 405, 'POST, OPTIONS'],
    ['DELETE', '/user', 405, 'GET, HEAD, PUT, OPTIONS'],
    ['DELETE', '/settings', 405, 'GET, HEAD, OPTIONS'],
    ['POST', '/.well-known/jwks.json', 405, 'GET, HEAD, OPTIONS'],
    ['HEAD', '/health', 200, null],
    ['GET', '/admin/nothing', 404, null],
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
