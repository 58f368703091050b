import { afterAll, beforeAll, expect, test } from 'vitest'
import { textOf, textValue } from '../../src/base/statement.ts'
import { membersOf, startAuthServer, type TestAuthServer } from './server.ts'

let server: TestAuthServer
const email = 'ann@example.com'
const password = 'correct horse'
beforeAll(async () => {
  server = await startAuthServer()
  const { error } = await server.client().signUp({ email, password })
  expect(error).toBeNull()
})
afterAll(() => server.stop())

async function signedIn() {
  const client = server.client()
  const { data, error } = await client.signInWithPassword({ email, password })
  if (error !== null) throw error
  return { client, session: data.session }
}

async function refresh(token: string) {
  const response = await server.post('/token?grant_type=refresh_token', { refresh_token: token })
  const { code = null, refresh_token, access_token } = await membersOf(response)
  return {
    status: response.status,
    trips: response.headers.get('x-trips'),
    code,
    refresh: String(refresh_token),
    access: String(access_token),
  }
}

const whoAmI = (token: string) => server.send('/user', { headers: { authorization: `Bearer ${token}` } })
const ok = { status: 200, trips: '1', code: null }

test('auth-js refreshes; the old access token stays good, and so does the chain', async () => {
  const { client, session } = await signedIn()
  const { data, error } = await client.refreshSession()
  expect(error).toBeNull()
  expect(data.session?.refresh_token).not.toBe(session.refresh_token)
  expect((await client.getUser()).error).toBeNull()
  let token = data.session?.refresh_token ?? ''
  for (let turn = 0; turn < 5; turn += 1) {
    server.travel(3_600_000)
    const next = await refresh(token)
    expect(next).toMatchObject(ok)
    token = next.refresh
  }
})

test('fifty uses at once are one family with one successor', async () => {
  const { session } = await signedIn()
  const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(session.refresh_token)))
  for (const answer of answers) expect(answer).toMatchObject(ok)
  expect(new Set(answers.map((answer) => answer.refresh)).size).toBe(1)
  const family = await server.query(
    `select count(*), sum(used_at is not null) from auth_refresh_tokens
      where session_id = (select id from auth_sessions order by id desc limit 1)`,
  )
  expect(family.rows[0]?.map(textOf)).toEqual(['2', '1'])
  expect(await refresh(answers[0]?.refresh ?? '')).toMatchObject(ok)
})

test('a lost answer: asking again within ten seconds gives the same successor, later ends the session', async () => {
  const { session } = await signedIn()
  const first = await refresh(session.refresh_token)
  server.travel(6_000)
  expect(await refresh(session.refresh_token)).toMatchObject({ ...ok, refresh: first.refresh })
  // Asking again does not lengthen the ten seconds.
  server.travel(6_000)
  expect(await refresh(session.refresh_token)).toMatchObject({
    status: 400,
    code: 'refresh_token_already_used',
    trips: '1',
  })
  expect(await refresh(first.refresh)).toMatchObject({ code: 'session_not_found' })
  expect(await membersOf(await whoAmI(first.access))).toMatchObject({ code: 'session_not_found' })
})

test('a grandparent is theft at once; other sessions stay', async () => {
  const other = await signedIn()
  const { session } = await signedIn()
  const child = await refresh(session.refresh_token)
  const grandchild = await refresh(child.refresh)
  expect(await refresh(session.refresh_token)).toMatchObject({ code: 'refresh_token_already_used' })
  for (const token of [session.refresh_token, child.refresh]) {
    expect(await refresh(token)).toMatchObject({ status: 400, code: 'refresh_token_already_used' })
  }
  expect(await refresh(grandchild.refresh)).toMatchObject({ status: 403, code: 'session_not_found' })
  expect((await whoAmI(grandchild.access)).status).toBe(403)
  expect((await other.client.getUser()).error).toBeNull()
})

test('a token that was never given out, or only looks like one', async () => {
  for (const token of ['', 'x', 'a'.repeat(43), 'x'.repeat(10_000), "' or 1=1 --"]) {
    expect(await refresh(token)).toMatchObject({ status: 400, code: 'refresh_token_not_found' })
  }
  const { session } = await signedIn()
  for (const token of [
    ` ${session.refresh_token}`,
    `${session.refresh_token}=`,
    session.refresh_token.toUpperCase(),
  ]) {
    expect(await refresh(token)).toMatchObject({ code: 'refresh_token_not_found' })
  }
  expect(await refresh(session.refresh_token)).toMatchObject(ok)
})

test('a session that nobody used for ninety days is over', async () => {
  const { session } = await signedIn()
  server.travel(89 * 24 * 3_600_000)
  const next = await refresh(session.refresh_token)
  server.travel(89 * 24 * 3_600_000)
  const last = await refresh(next.refresh)
  expect(last).toMatchObject(ok)
  server.travel(90 * 24 * 3_600_000)
  expect(await refresh(last.refresh)).toMatchObject({ code: 'session_not_found' })
})

test('a banned user does not refresh; a new role comes with the next token', async () => {
  const { session } = await signedIn()
  await server.query('update auth_users set banned_until = 9000000000000 where email = ?', textValue(email))
  expect(await refresh(session.refresh_token)).toMatchObject({ status: 403, code: 'user_banned' })
  await server.query(
    "update auth_users set banned_until = null, role = 'admin' where email = ?",
    textValue(email),
  )
  const next = await refresh(session.refresh_token)
  expect(await membersOf(await whoAmI(next.access))).toMatchObject({ role: 'admin' })
})

const gone = { name: 'AuthSessionMissingError' }

test('sign-out ends this session, the others, or all, at once', async () => {
  const [one, two, three] = await Promise.all([signedIn(), signedIn(), signedIn()])
  expect((await two.client.signOut({ scope: 'local' })).error).toBeNull()
  expect(await refresh(two.session.refresh_token)).toMatchObject({ code: 'session_not_found' })
  expect((await whoAmI(two.session.access_token)).status).toBe(403)
  expect((await three.client.getUser()).error).toBeNull()

  expect((await one.client.signOut({ scope: 'others' })).error).toBeNull()
  expect((await three.client.getUser()).error).toMatchObject(gone)
  expect((await one.client.getUser()).error).toBeNull()

  const four = await signedIn()
  expect((await one.client.signOut()).error).toBeNull()
  expect((await whoAmI(one.session.access_token)).status).toBe(403)
  expect((await four.client.getUser()).error).toMatchObject(gone)
})

test('a token whose session is over signs nobody out', async () => {
  const { session } = await signedIn()
  const headers = { authorization: `Bearer ${session.access_token}` }
  const out = await server.send('/logout?scope=local', { method: 'POST', headers })
  expect([out.status, out.headers.get('x-trips'), await out.text()]).toEqual([204, '1', ''])
  const later = await signedIn()
  for (const scope of ['global', 'others', 'local']) {
    const again = await server.send(`/logout?scope=${scope}`, { method: 'POST', headers })
    expect([again.status, await membersOf(again)]).toMatchObject([403, { code: 'session_not_found' }])
  }
  expect((await later.client.getUser()).error).toBeNull()
})

test.each(['?scope=everyone', '?scope=', '?scope=local&scope=global', '?scope=__proto__'])(
  'logout%s: refused',
  async (query) => {
    const { session } = await signedIn()
    const headers = { authorization: `Bearer ${session.access_token}` }
    const response = await server.send(`/logout${query}`, { method: 'POST', headers })
    expect(await membersOf(response)).toMatchObject({ code: 'validation_failed', status: 400 })
  },
)
