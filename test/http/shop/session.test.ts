import { describe, expect, test } from 'vitest'
import { send, type TestAnswer } from '../../harness/request.ts'
import { scenarios } from '../../harness/scenario.ts'

const passwordGrant = '/auth/v1/token?grant_type=password'
const refreshGrant = '/auth/v1/token?grant_type=refresh_token'

interface Session {
  readonly access_token: string
  readonly refresh_token: string
  readonly user: { readonly id: string }
}

scenarios('signing in', [
  {
    name: 'with a password: two trips',
    as: 'anon',
    url: passwordGrant,
    body: { email: 'ada@example.com', password: 'selvage-ada-1' },
    status: 200,
    contains: ['"access_token":"', '"refresh_token":"', '"token_type":"bearer"', '"email":"ada@example.com"'],
    lacks: ['password_hash', 'scrypt'],
    headersContain: { 'cache-control': 'no-store' },
    trips: 2,
  },
  ...[
    ['a wrong password', 'ada@example.com'],
    ['an unknown address', 'nobody@example.com'],
    ['a user without a password', 'user4@example.com'],
  ].map(([name = '', email]) => ({
    name,
    as: 'anon',
    url: passwordGrant,
    body: { email, password: 'not the password' },
    status: 400,
    contains: ['"code":"invalid_credentials"', '"message":"Invalid login credentials"'],
    trips: 1,
  })),
  {
    name: 'who I am',
    as: 'ada',
    url: '/auth/v1/user',
    status: 200,
    contains: ['"email":"ada@example.com"'],
    lacks: ['password'],
    trips: 1,
  },
  {
    name: 'nobody is nobody',
    as: 'anon',
    url: '/auth/v1/user',
    status: 401,
    contains: ['"code":"no_authorization"'],
    trips: 0,
  },
])

describe('a session', () => {
  const post = (url: string, body: unknown): Promise<TestAnswer> => send({ as: 'anon', url, body })
  const signIn = async (): Promise<Session> =>
    JSON.parse((await post(passwordGrant, { email: 'bob@example.com', password: 'selvage-bob-1' })).text)
  const withToken = (token: string, url: string, method = 'GET'): Promise<TestAnswer> =>
    send({ as: 'anon', method, url, headers: { authorization: `Bearer ${token}` } })

  test('a token that was signed out is refused at once, by the statement that would have answered', async () => {
    const { access_token: token } = await signIn()
    expect(await withToken(token, '/rest/v1/orders?select=id&limit=1')).toMatchObject({
      status: 200,
      trips: 1,
    })
    expect(await withToken(token, '/auth/v1/logout', 'POST')).toMatchObject({ status: 204, trips: 1 })
    expect(await withToken(token, '/rest/v1/orders?select=id&limit=1')).toMatchObject({
      status: 401,
      trips: 1,
    })
    // Also where a stranger would have been answered.
    expect(await withToken(token, '/rest/v1/tags')).toMatchObject({ status: 401, trips: 1 })
  })

  test('refresh tokens rotate: each is used once, and one that turns up again ends the session', async () => {
    const first = await signIn()
    const reply = await post(refreshGrant, { refresh_token: first.refresh_token })
    expect(reply, reply.text).toMatchObject({ status: 200, trips: 1, reportedTrips: 1 })
    const second: Session = JSON.parse(reply.text)
    expect(second.refresh_token).not.toBe(first.refresh_token)
    const third: Session = JSON.parse(
      (await post(refreshGrant, { refresh_token: second.refresh_token })).text,
    )
    const stolen = await post(refreshGrant, { refresh_token: first.refresh_token })
    expect(stolen, stolen.text).toMatchObject({ status: 400 })
    expect(stolen.text).toContain('"code":"refresh_token_already_used"')
    expect(await withToken(third.access_token, '/rest/v1/orders')).toMatchObject({ status: 401 })
  })

  test('signing up gives a session and a profile', async () => {
    const email = `${crypto.randomUUID()}@example.com`
    const body = { email, password: 'a long enough pass phrase', data: { display_name: 'Margaret' } }
    const reply = await post('/auth/v1/signup', body)
    expect(reply, reply.text).toMatchObject({ status: 200, trips: 1, reportedTrips: 1 })
    const session: Session = JSON.parse(reply.text)
    const profile = await withToken(session.access_token, '/rest/v1/users?select=id,display_name')
    expect(JSON.parse(profile.text)).toEqual([{ id: session.user.id, display_name: 'Margaret' }])
    expect(await post('/auth/v1/signup', body)).toMatchObject({ status: 422 })
  })
})
