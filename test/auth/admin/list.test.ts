import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { textValue } from '../../../src/base/statement.ts'
import { membersOf, startAuthServer, type TestAuthServer } from '../server.ts'
import { signedUp, someone } from '../someone.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer()
  for (let index = 0; index < 7; index += 1) {
    server.travel(1_000)
    await server.admin().createUser({ email: `listed-${index}@example.com` })
  }
}, 30_000)
afterAll(() => server.stop())

test('listUsers goes through the pages, the newest first', async () => {
  const names: (string | undefined)[][] = []
  let page: number | null = 1
  while (page !== null) {
    const { data, error } = await server.admin().listUsers({ page, perPage: 3 })
    if (error !== null) throw error
    expect(data).toMatchObject({ total: 7, lastPage: 3, aud: 'authenticated' })
    names.push(data.users.map(({ email }) => email?.at(7)))
    page = data.nextPage
  }
  expect(names).toEqual([['6', '5', '4'], ['3', '2', '1'], ['0']])
})

test('is one trip, and says what it has of a part of the address', async () => {
  const response = await server.asService('GET', '/admin/users?filter=Listed-3&page=&per_page=')
  expect([response.status, response.headers.get('x-trips'), response.headers.get('x-total-count')]).toEqual([
    200,
    '1',
    '1',
  ])
  const beyond = await server.asService('GET', '/admin/users?page=9')
  expect([(await membersOf(beyond)).users, beyond.headers.get('x-total-count')]).toEqual([[], '7'])
})

test.each(['page=0', 'page=x', 'per_page=1001', 'per_page=-1', 'page=1e3'])('%s: 400', async (query) => {
  expect((await server.asService('GET', `/admin/users?${query}`)).status).toBe(400)
})

describe('factors', () => {
  async function withFactor() {
    const { client, email, session } = await signedUp(server)
    const { id } = session.user
    const factor = crypto.randomUUID()
    await server.query(
      `insert into auth_factors (id, user_id, type, status, name, created_at, updated_at) values (?, ?, 'totp', 'verified', 'phone', 0, 0)`,
      textValue(factor),
      textValue(id),
    )
    await server.query('update auth_users set least_aal = 2 where id = ?', textValue(id))
    await server.query(
      'update auth_sessions set aal = 2, factor_id = ? where user_id = ?',
      textValue(factor),
      textValue(id),
    )
    await client.refreshSession()
    return { client, email, id, factor }
  }

  test('are listed and taken away; sessions that one raised are not so assured any more', async () => {
    const { client, email, id, factor } = await withFactor()
    const listed = await server.admin().mfa.listFactors({ userId: id })
    expect(listed.data?.factors).toMatchObject([
      { id: factor, factor_type: 'totp', status: 'verified', friendly_name: 'phone' },
    ])
    const [sent, removed] = [
      server.sent.length,
      await server.admin().mfa.deleteFactor({ userId: id, id: factor }),
    ]
    expect([removed.error, JSON.stringify(removed.data).includes(factor)]).toEqual([null, true])
    expect(server.sent.slice(sent).map(({ to }) => to)).toEqual([email])
    // The old token says aal2, and the session has it no more: the client refreshes, and is not signed out.
    expect((await client.getUser()).error).toMatchObject({ code: 'bad_jwt' })
    expect((await client.refreshSession()).error).toBeNull()
    expect((await client.getUser()).data.user?.factors ?? []).toEqual([])
  })

  test("another user's factor is none of this one's", async () => {
    const [{ factor }, other] = [await withFactor(), (await signedUp(server)).session.user]
    const { error } = await server.admin().mfa.deleteFactor({ userId: other.id, id: factor })
    expect(error).toMatchObject({ code: 'mfa_factor_not_found', status: 404 })
  })
})

test('an operator signs somebody out by their token', async () => {
  const { client, session } = await signedUp(server)
  expect((await server.admin().signOut(session.access_token, 'global')).error).toBeNull()
  expect((await client.getUser()).error?.name).toBe('AuthSessionMissingError')
})

test('the audit says what happened to whom, and names nobody but by ids', async () => {
  const email = someone()
  const { data } = await server.admin().createUser({ email, password: 'correct horse' })
  const id = data.user?.id ?? ''
  await server.admin().updateUserById(id, { role: 'admin', ban_duration: '1h' })
  await server.admin().deleteUser(id, true)
  const response = await server.asService('GET', '/admin/audit?per_page=4')
  expect([response.status, response.headers.get('x-trips')]).toEqual([200, '1'])
  const text = await response.text()
  expect(text).not.toContain(email)
  expect(JSON.parse(text).map(({ payload }: { payload: Record<string, unknown> }) => payload)).toMatchObject([
    {
      action: 'user_deleted',
      actor_id: null,
      actor_role: 'service_role',
      traits: { user_id: id, soft: true },
    },
    { action: 'user_banned', traits: { user_id: id } },
    { action: 'rights_changed', traits: { user_id: id } },
    { action: 'user_created', traits: { user_id: id } },
  ])
})
