import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { textOf, textValue } from '../../../src/base/statement.ts'
import { membersOf, startAuthServer, type TestAuthServer } from '../server.ts'
import { password, signedUp, someone } from '../someone.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer()
})
afterAll(() => server.stop())

/** What auth-js makes of session_not_found. */
const signedOut = 'AuthSessionMissingError'
const signIn = async (email: string, secret = password) =>
  (await server.client().signInWithPassword({ email, password: secret })).error?.code ?? 'signed in'
const count = async (sql: string, id: string) =>
  Number(textOf((await server.query(`select count(*) from ${sql}`, textValue(id))).rows[0]?.[0]))
/** The user of an answer that must be one. */
function userOf<T>({ data, error }: { data: { user: T | null }; error: unknown }): T {
  expect(error).toBeNull()
  if (data.user === null) throw new TypeError('no user')
  return data.user
}

describe('createUser', () => {
  test('makes a user who signs in with the password, and has a profile', async () => {
    const email = someone()
    const user = userOf(
      await server.admin().createUser({
        email: email.toUpperCase(),
        password,
        email_confirm: true,
        role: 'admin',
        user_metadata: { nickname: 'ann' },
        app_metadata: { roles: ['customer'] },
      }),
    )
    expect(user).toMatchObject({
      email,
      role: 'admin',
      user_metadata: { nickname: 'ann' },
      app_metadata: { provider: 'email', roles: ['customer'] },
    })
    expect(await signIn(email)).toBe('signed in')
    expect(await count("profiles where nickname = 'ann' and user_id = ?", user.id)).toBe(1)
    expect(server.sent).toEqual([])
  })

  test('takes an id, a hash, and a ban; without confirmation nobody comes in', async () => {
    const [email, id] = [someone(), crypto.randomUUID()]
    const hash = await server.query(
      `select password_hash from auth_users where password_hash is not null limit 1`,
    )
    const password_hash = textOf(hash.rows[0]?.[0]) ?? ''
    const user = userOf(await server.admin().createUser({ id, email, password_hash, ban_duration: '24h' }))
    expect(user.id).toBe(id)
    expect(await signIn(email)).toBe('user_banned')
    await server.admin().updateUserById(id, { ban_duration: 'none' })
    expect(await signIn(email)).toBe('email_not_confirmed')
    await server.admin().updateUserById(id, { email_confirm: true })
    expect(await signIn(email)).toBe('signed in')
  })

  const email = someone()
  test.each<readonly [string, object, string, number]>([
    ['no address', { password }, 'validation_failed', 400],
    ['no address at all', { email: 'nobody', password }, 'email_address_invalid', 400],
    ['a weak password', { email, password: 'short' }, 'weak_password', 422],
    ['an unknown role', { email, role: 'root' }, 'validation_failed', 400],
    ['an unknown role beside', { email, app_metadata: { roles: ['root'] } }, 'validation_failed', 400],
    ['no list of roles', { email, app_metadata: { roles: { admin: 1 } } }, 'validation_failed', 400],
    ['password and hash', { email, password, password_hash: '$scrypt$' }, 'validation_failed', 400],
    ['a hash of no kind', { email, password_hash: 'md5' }, 'validation_failed', 400],
    ['an id that is none', { email, id: '1' }, 'validation_failed', 400],
    ['a ban for a while', { email, ban_duration: 'a while' }, 'validation_failed', 400],
    ['too much for a token', { email, app_metadata: { x: 'y'.repeat(5_000) } }, 'validation_failed', 400],
  ])('%s: refused, and nobody is made', async (_, body, code, status) => {
    const response = await server.asService('POST', '/admin/users', body)
    expect([response.status, (await membersOf(response)).code]).toEqual([status, code])
    expect(await count('auth_users where email = ?', email)).toBe(0)
  })

  test('a taken address: email_exists, in one trip', async () => {
    const known = await signedUp(server)
    const response = await server.asService('POST', '/admin/users', { email: known.email, password })
    expect([response.status, response.headers.get('x-trips')]).toEqual([422, '1'])
    expect(await membersOf(response)).toMatchObject({ code: 'email_exists' })
  })
})

describe('updateUserById', () => {
  test('a new password ends all sessions, and its owner is told', async () => {
    const { client, email, session } = await signedUp(server)
    const sent = server.sent.length
    userOf(await server.admin().updateUserById(session.user.id, { password: 'another one' }))
    expect((await client.getUser(session.access_token)).error?.name).toBe(signedOut)
    expect((await client.refreshSession()).error).not.toBeNull()
    expect([await signIn(email), await signIn(email, 'another one')]).toEqual([
      'invalid_credentials',
      'signed in',
    ])
    expect(server.sent.slice(sent).map(({ to }) => to)).toContain(email)
  })

  test('a new address: the old one is told, and signs nobody in', async () => {
    const [{ email, session }, next] = [await signedUp(server), someone()]
    const sent = server.sent.length
    const user = userOf(await server.admin().updateUserById(session.user.id, { email: next }))
    expect(user.email).toBe(next)
    expect([await signIn(email), await signIn(next)]).toEqual(['invalid_credentials', 'signed in'])
    expect(server.sent[sent]?.to).toBe(email)
  })

  test('a new address: a token that says the old one is refused on the next trip, one of the same is not', async () => {
    const [{ client, email, session }, next] = [await signedUp(server), someone()]
    await server.admin().updateUserById(session.user.id, { email })
    expect((await client.getUser(session.access_token)).error).toBeNull()
    await server.admin().updateUserById(session.user.id, { email: next })
    expect((await client.getUser(session.access_token)).error).toMatchObject({ code: 'bad_jwt' })
    expect((await client.refreshSession()).data.user?.email).toBe(next)
  })

  test('metadata are taken in member by member; a role is refused on the next trip', async () => {
    const { client, session } = await signedUp(server)
    const { id } = session.user
    await server.admin().updateUserById(id, { user_metadata: { a: 1, b: { c: 2 } } })
    expect((await client.getUser(session.access_token)).error).toBeNull()
    const user = userOf(
      await server.admin().updateUserById(id, { user_metadata: { a: null, d: 3 }, role: 'admin' }),
    )
    expect(user).toMatchObject({ user_metadata: { b: { c: 2 }, d: 3 }, role: 'admin' })
    expect(user.user_metadata).not.toHaveProperty('a')
    expect((await client.getUser(session.access_token)).error).toMatchObject({ code: 'bad_jwt' })
    expect((await client.refreshSession()).data.user?.role).toBe('admin')
  })

  test('metadata that grow beyond what a token takes: refused, and nothing changes', async () => {
    const { id } = (await signedUp(server)).session.user
    const grow = (name: string) =>
      server.admin().updateUserById(id, { app_metadata: { [name]: 'x'.repeat(2_500) }, role: 'admin' })
    expect((await grow('a')).error).toBeNull()
    await server.admin().updateUserById(id, { role: 'customer' })
    expect((await grow('b')).error).toMatchObject({ code: 'validation_failed' })
    expect(userOf(await server.admin().getUserById(id)).role).toBe('customer')
  })

  test('nobody: user_not_found, in one trip', async () => {
    for (const [method, body] of [
      ['PUT', {}],
      ['GET', undefined],
      ['DELETE', undefined],
    ] as const) {
      const response = await server.asService(method, `/admin/users/${crypto.randomUUID()}`, body)
      expect([response.status, response.headers.get('x-trips')]).toEqual([404, '1'])
      expect(await membersOf(response)).toMatchObject({ code: 'user_not_found' })
    }
  })
})

describe('deleteUser', () => {
  const tables = ['auth_users where id', 'auth_sessions where user_id', 'profiles where user_id']

  test('is a conflict while rows of the backend refer to the user, and all goes when none does', async () => {
    const { client, email, session } = await signedUp(server)
    const { id } = session.user
    expect((await server.admin().deleteUser(id)).error).toMatchObject({ code: 'conflict', status: 409 })
    expect(await count('auth_sessions where user_id = ?', id)).toBe(1)
    await server.query('delete from profiles where user_id = ?', textValue(id))
    expect((await server.admin().deleteUser(id)).error).toBeNull()
    for (const table of tables) expect(await count(`${table} = ?`, id)).toBe(0)
    expect((await client.getUser(session.access_token)).error?.name).toBe(signedOut)
    expect(await signIn(email)).toBe('invalid_credentials')
    await signedUp(server, email)
  })

  test('softly: a row without a name stays, who it was comes in no more, and the address is free', async () => {
    const { client, email, session } = await signedUp(server)
    const { id } = session.user
    expect((await server.admin().deleteUser(id, true)).error).toBeNull()
    expect((await client.getUser(session.access_token)).error).not.toBeNull()
    expect((await client.refreshSession()).error).not.toBeNull()
    expect(await signIn(email)).toBe('invalid_credentials')
    const user = userOf(await server.admin().getUserById(id))
    expect(user).toMatchObject({
      email: '',
      user_metadata: {},
      app_metadata: { deleted_at: expect.any(String) },
    })
    expect(JSON.stringify(user)).not.toContain(email)
    await signedUp(server, email)
  })
})

test("what is the operator's wants the secret key: a user is not_admin, and nothing is asked", async () => {
  const { session } = await signedUp(server)
  const headers = { authorization: `Bearer ${session.access_token}`, apikey: server.settings.secretKey }
  for (const [method, path] of [
    ['GET', '/admin/users'],
    ['POST', '/admin/users'],
    ['PUT', `/admin/users/${session.user.id}`],
    ['DELETE', `/admin/users/${session.user.id}`],
    ['GET', '/admin/audit'],
  ] as const) {
    for (const given of [{}, headers]) {
      const response = await server.send(path, { method, headers: given })
      expect([response.status, response.headers.get('x-trips')]).toEqual([403, '0'])
      expect(await membersOf(response)).toMatchObject({ code: 'not_admin' })
    }
  }
})
