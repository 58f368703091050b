import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { textOf, textValue } from '../../../src/base/statement.ts'
import { membersOf, startAuthServer, type TestAuthServer } from '../server.ts'
import { password, signedUp } from '../someone.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer()
})
afterAll(() => server.stop())

interface Listed {
  readonly id: string
  readonly current?: boolean
}

async function signIn(email: string, device: string) {
  const headers = { 'user-agent': device, 'cf-connecting-ip': '192.0.2.7' }
  const session = await membersOf(
    await server.post('/token?grant_type=password', { email, password }, headers),
  )
  return { access: String(session.access_token), refresh: String(session.refresh_token) }
}
const as = (token: string, path: string, method = 'GET') =>
  server.send(path, { method, headers: { authorization: `Bearer ${token}` } })
async function sessionsOf(token: string): Promise<readonly Listed[]> {
  const response = await as(token, '/user/sessions')
  expect([response.status, response.headers.get('x-trips')]).toEqual([200, '1'])
  const { sessions } = await membersOf(response)
  if (!Array.isArray(sessions)) throw new TypeError('no list')
  return sessions
}
const eventsOf = async (id: string) =>
  (
    await server.query(
      "select after ->> 'event' from selvage_audit where key ->> 'id' = ? order by id",
      textValue(id),
    )
  ).rows.map(([event]) => textOf(event))

describe('the sessions of a user', () => {
  test('say by what device and from where; one of them is this one', async () => {
    const { email } = await signedUp(server)
    server.travel(1_000)
    const { access } = await signIn(email, 'Firefox')
    expect(await sessionsOf(access)).toMatchObject([
      {
        user_agent: 'Firefox',
        ip: '192.0.2.7',
        aal: 'aal1',
        amr: [{ method: 'password' }],
        current: true,
        created_at: expect.stringMatching(/Z$/),
      },
      { current: false },
    ])
  })

  test('end one by one: its tokens are refused, the others stay', async () => {
    const { email, session } = await signedUp(server)
    const [one, other] = [await signIn(email, 'a'), await signIn(email, 'b')]
    const ended = (await sessionsOf(one.access)).find(({ current }) => current)?.id ?? ''
    const response = await as(other.access, `/user/sessions/${ended}`, 'DELETE')
    expect([response.status, response.headers.get('x-trips')]).toEqual([204, '1'])
    expect((await as(one.access, '/user')).status).toBe(403)
    const refreshed = await server.post('/token?grant_type=refresh_token', { refresh_token: one.refresh })
    expect(refreshed.status).toBe(403)
    expect((await as(other.access, '/user')).status).toBe(200)
    expect((await sessionsOf(other.access)).map(({ id }) => id)).not.toContain(ended)
    expect((await eventsOf(session.user.id)).at(-1)).toBe('session_ended')
    // It is over, and so is nothing to end.
    expect((await as(other.access, `/user/sessions/${ended}`, 'DELETE')).status).toBe(404)
  })

  test('this one, too', async () => {
    const { access } = await signIn((await signedUp(server)).email, 'a')
    const id = (await sessionsOf(access)).find(({ current }) => current)?.id ?? ''
    expect((await as(access, `/user/sessions/${id}`, 'DELETE')).status).toBe(204)
    expect((await as(access, '/user/sessions')).status).toBe(403)
  })

  test("another user's is as absent, and goes on", async () => {
    const [mine, theirs] = [
      await signIn((await signedUp(server)).email, 'a'),
      await signIn((await signedUp(server)).email, 'a'),
    ]
    const [{ id } = { id: '' }] = await sessionsOf(theirs.access)
    const [foreign, unknown] = [
      await as(mine.access, `/user/sessions/${id}`, 'DELETE'),
      await as(mine.access, `/user/sessions/${crypto.randomUUID()}`, 'DELETE'),
    ]
    expect([foreign.status, await foreign.text()]).toEqual([404, await unknown.text()])
    expect((await as(theirs.access, '/user')).status).toBe(200)
  })

  test('are nothing to who has yet to show a second factor', async () => {
    const { email, session } = await signedUp(server)
    const { access } = await signIn(email, 'a')
    const [{ id } = { id: '' }] = await sessionsOf(access)
    await server.query('update auth_users set least_aal = 2 where id = ?', textValue(session.user.id))
    for (const [path, method] of [
      ['/user/sessions', 'GET'],
      [`/user/sessions/${id}`, 'DELETE'],
    ] as const) {
      const response = await as(access, path, method)
      expect([response.status, (await membersOf(response)).code]).toEqual([403, 'insufficient_aal'])
    }
    expect((await as(access, '/user')).status).toBe(200)
  })

  test('are nothing to a token that says rights which are not so any more, nor to who is banned', async () => {
    const { email, session } = await signedUp(server)
    const { access } = await signIn(email, 'a')
    const refusals = async () => {
      const responses = [
        await as(access, '/user/sessions'),
        await as(access, `/user/sessions/${crypto.randomUUID()}`, 'DELETE'),
        await as(access, '/user'),
      ]
      return Promise.all(responses.map(async (response) => (await membersOf(response)).code))
    }
    await server.query(
      'update auth_users set authority = authority + 1 where id = ?',
      textValue(session.user.id),
    )
    expect(await refusals()).toEqual(['bad_jwt', 'bad_jwt', 'bad_jwt'])
    await server.query('update auth_users set banned_until = 9e15 where id = ?', textValue(session.user.id))
    expect(await refusals()).toEqual(['user_banned', 'user_banned', 'user_banned'])
  })

  test('the operator lists them, ends one, and all', async () => {
    const { email, session } = await signedUp(server)
    const path = `/admin/users/${session.user.id}/sessions`
    const one = await signIn(email, 'a')
    const [{ id } = { id: '' }] = (await sessionsOf(one.access)).filter(({ current }) => current)
    const listed = await server.asService('GET', path)
    expect([listed.status, listed.headers.get('x-trips')]).toEqual([200, '1'])
    expect(await listed.text()).not.toContain('current')
    expect((await server.asService('DELETE', `${path}/${id}`)).status).toBe(204)
    expect((await server.asService('DELETE', `${path}/${id}`)).status).toBe(404)
    expect((await as(one.access, '/user')).status).toBe(403)
    expect((await as(session.access_token, '/user')).status).toBe(200)
    const all = await server.asService('DELETE', path)
    expect([all.status, all.headers.get('x-trips')]).toEqual([204, '1'])
    expect((await as(session.access_token, '/user')).status).toBe(403)
    expect((await eventsOf(session.user.id)).slice(-2)).toEqual(['session_ended', 'sessions_ended'])
    expect((await server.asService('GET', `/admin/users/${crypto.randomUUID()}/sessions`)).status).toBe(404)
  })
})
