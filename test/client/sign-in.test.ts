import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ada } from '../../src/backend/seed.ts'
import { type ClientServer, startServer } from './server.ts'

let server: ClientServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const password = 'a long enough pass phrase'
const someone = (): string => `${crypto.randomUUID()}@example.com`

function newClient(): SupabaseClient {
  return createClient(server.url, server.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false, storageKey: crypto.randomUUID() },
  })
}

/** A client of someone new, and the session. */
async function signedUp() {
  const client = newClient()
  const email = someone()
  const { data, error } = await client.auth.signUp({ email, password })
  expect(error).toBeNull()
  if (data.session === null) throw new TypeError('no session')
  return { client, email, session: data.session }
}

async function signedIn(email: string) {
  const client = newClient()
  const { data, error } = await client.auth.signInWithPassword({ email, password })
  if (error !== null) throw error
  return { client, session: data.session }
}

/** Whether the token of a client is still good for data, and what it is told if not. */
async function profile(client: SupabaseClient): Promise<readonly [status: number, what: unknown]> {
  const { status, data, error } = await client.from('users').select('id')
  return [status, error === null ? data : error.code]
}

describe('signing up and in', () => {
  test('signUp gives a session, and a profile that is one’s own', async () => {
    const client = newClient()
    const { data } = await client.auth.signUp({
      email: someone(),
      password,
      options: { data: { display_name: 'Margaret' } },
    })
    expect(data.user).toMatchObject({
      role: 'customer',
      aud: 'authenticated',
      user_metadata: { display_name: 'Margaret' },
    })
    expect(data.session).toMatchObject({
      token_type: 'bearer',
      expires_in: 3_600,
      user: { id: data.user?.id },
    })
    const { data: rows } = await client.from('users').select('id,display_name')
    expect(rows).toEqual([{ id: data.user?.id, display_name: 'Margaret' }])
  })

  test('signInWithPassword, whatever the case of the address', async () => {
    const { data, error } = await newClient().auth.signInWithPassword({
      email: 'ADA@Example.com',
      password: ada.password,
    })
    expect([error, data.user?.id]).toEqual([null, ada.id])
  })

  const refusals: readonly (readonly [
    name: string,
    ask: (client: SupabaseClient) => PromiseLike<{ error: unknown }>,
    error: object,
  ])[] = [
    [
      'a wrong password',
      (c) => c.auth.signInWithPassword({ email: ada.email, password: 'wrong' }),
      { code: 'invalid_credentials', status: 400, message: 'Invalid login credentials' },
    ],
    [
      'an unknown address',
      (c) => c.auth.signInWithPassword({ email: someone(), password: 'wrong' }),
      { code: 'invalid_credentials', status: 400, message: 'Invalid login credentials' },
    ],
    [
      'a taken address',
      (c) => c.auth.signUp({ email: ada.email, password }),
      { code: 'user_already_exists', status: 422 },
    ],
    [
      'a short password',
      (c) => c.auth.signUp({ email: someone(), password: 'short' }),
      { code: 'weak_password', status: 422 },
    ],
    [
      'no address',
      (c) => c.auth.signUp({ email: 'nobody', password }),
      { code: 'email_address_invalid', status: 400 },
    ],
    [
      'a refresh token that is none',
      (c) => c.auth.refreshSession({ refresh_token: 'none' }),
      { code: 'refresh_token_not_found', status: 400 },
    ],
    ['nobody', (c) => c.auth.getUser(), { name: 'AuthSessionMissingError' }],
    ['a token that is none', (c) => c.auth.getUser('a.b.c'), { code: 'bad_jwt' }],
    ['what is not served', (c) => c.auth.signInWithOtp({ phone: '+351911111111' }), { status: 400 }],
  ]
  for (const [name, ask, error] of refusals) {
    test(`refused: ${name}`, async () => {
      expect((await ask(newClient())).error).toMatchObject(error)
    })
  }
})

describe('a session', () => {
  test('getUser asks the server; getClaims verifies with its public keys', async () => {
    const { client, email, session } = await signedUp()
    expect((await client.auth.getUser()).data.user).toMatchObject({ id: session.user.id, email })
    const { data, error } = await client.auth.getClaims()
    expect(error).toBeNull()
    expect(data?.claims).toMatchObject({
      sub: session.user.id,
      role: 'customer',
      email,
      iss: expect.stringMatching(/\/auth\/v1$/),
    })
    expect(data?.header).toMatchObject({ alg: 'ES256' })
  })

  test('refreshSession gives both tokens anew, for the same session', async () => {
    const { client, session } = await signedUp()
    const { data, error } = await client.auth.refreshSession()
    expect(error).toBeNull()
    expect(data.session?.refresh_token).not.toBe(session.refresh_token)
    expect(data.session?.access_token).not.toBe(session.access_token)
    expect(await profile(client)).toEqual([200, [{ id: session.user.id }]])
  })

  test('setSession takes a session over, and refreshes one that has expired', async () => {
    const { session } = await signedUp()
    const other = newClient()
    const { data } = await other.auth.setSession(session)
    expect(data.user?.id).toBe(session.user.id)
    expect(await profile(other)).toEqual([200, [{ id: session.user.id }]])
    const [head, , signature] = session.access_token.split('.')
    const expired = `${head}.${Buffer.from(JSON.stringify({ exp: 1 })).toString('base64url')}.${signature}`
    const third = newClient()
    const { data: again } = await third.auth.setSession({
      access_token: expired,
      refresh_token: session.refresh_token,
    })
    expect(again.session?.user.id).toBe(session.user.id)
    expect(await profile(third)).toEqual([200, [{ id: session.user.id }]])
  })

  test('events', async () => {
    const client = newClient()
    const events: string[] = []
    client.auth.onAuthStateChange((event) => {
      events.push(event)
    })
    const email = someone()
    await client.auth.signUp({ email, password })
    await client.auth.refreshSession()
    await client.auth.signOut()
    await client.auth.signInWithPassword({ email, password })
    expect(events.filter((event) => event !== 'INITIAL_SESSION')).toEqual([
      'SIGNED_IN',
      'TOKEN_REFRESHED',
      'SIGNED_OUT',
      'SIGNED_IN',
    ])
  })

  test('a refresh token that turns up again ends the session for whoever has it', async () => {
    const { client, session } = await signedUp()
    await client.auth.refreshSession()
    await client.auth.refreshSession()
    const { error } = await newClient().auth.refreshSession({ refresh_token: session.refresh_token })
    expect(error).toMatchObject({ code: 'refresh_token_already_used', status: 400 })
    expect(await profile(client)).toEqual([401, 'PGRST303'])
  })
})

describe('signOut', () => {
  /** Which of a person's two sessions is over, by scope; the first one signs out. */
  const scopes = [
    ['local', true, false],
    ['others', false, true],
    ['global', true, true],
  ] as const
  for (const [scope, ownIsOver, otherIsOver] of scopes) {
    test(`${scope}: the tokens that it ends are refused on data, and cannot be refreshed`, async () => {
      const { client, email, session } = await signedUp()
      const { client: elsewhere, session: second } = await signedIn(email)
      expect((await client.auth.signOut({ scope })).error).toBeNull()
      // By token, since the client has forgotten its own.
      for (const [over, ended] of [
        [ownIsOver, session],
        [otherIsOver, second],
      ] as const) {
        const holder = createClient(server.url, server.publishableKey, {
          accessToken: async () => ended.access_token,
        })
        expect(await profile(holder)).toEqual(over ? [401, 'PGRST303'] : [200, [{ id: session.user.id }]])
        const { error } = await newClient().auth.refreshSession({ refresh_token: ended.refresh_token })
        expect(error === null).toBe(!over)
      }
      expect((await client.auth.getSession()).data.session === null).toBe(scope !== 'others')
      expect((await elsewhere.auth.getUser()).error === null).toBe(!otherIsOver)
    })
  }

  test('twice is no error', async () => {
    const { client } = await signedUp()
    expect((await client.auth.signOut()).error).toBeNull()
    expect((await client.auth.signOut()).error).toBeNull()
  })

  test('of a session that is over elsewhere: getUser says so and the client forgets it', async () => {
    const { client, email } = await signedUp()
    const { client: elsewhere } = await signedIn(email)
    await elsewhere.auth.signOut({ scope: 'others' })
    const { error } = await client.auth.getUser()
    expect(error).toMatchObject({ name: 'AuthSessionMissingError' })
    expect((await client.auth.getSession()).data.session).toBeNull()
    expect((await client.auth.signOut()).error).toBeNull()
  })
})
