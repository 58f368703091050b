import { afterAll, beforeAll, expect, test } from 'vitest'
import { textOf, textValue } from '../../../src/base/statement.ts'
import { membersOf, startAuthServer, type TestAuthServer } from '../server.ts'
import { password, signedUp } from '../someone.ts'

let limited: TestAuthServer
let free: TestAuthServer
beforeAll(async () => {
  limited = await startAuthServer({ auth: { sessions: { timeBoxHours: 10, inactivityHours: 3 } } })
  free = await startAuthServer()
})
afterAll(() => Promise.all([limited.stop(), free.stop()]))

const hour = 3_600_000
const day = 24 * hour

async function refresh(server: TestAuthServer, token: string) {
  const answer = await membersOf(
    await server.post('/token?grant_type=refresh_token', { refresh_token: token }),
  )
  return { code: answer.code ?? null, token: String(answer.refresh_token) }
}

/** How long a session lasts that is refreshed every so often, in hours, up to a hundred. */
async function lasts(server: TestAuthServer, everyHours: number): Promise<number> {
  let token = (await signedUp(server)).session.refresh_token
  for (let passed = everyHours; passed <= 100; passed += everyHours) {
    server.travel(everyHours * hour)
    const next = await refresh(server, token)
    if (next.code !== null) {
      expect(next.code).toBe('session_not_found')
      return passed
    }
    token = next.token
  }
  return 100
}

test('a session ends when it is not refreshed for long, and when its time is over, however often it is', async () => {
  expect(await lasts(limited, 4)).toBe(4)
  expect(await lasts(limited, 3)).toBe(3)
  expect(await lasts(limited, 2)).toBe(10)
  expect(await lasts(limited, 1)).toBe(10)
})

test('without limits it goes on', async () => {
  expect(await lasts(free, 25)).toBe(100)
})

test('an access token ends with its session, though it says another hour', async () => {
  let { refresh_token: token } = (await signedUp(limited)).session
  for (let turn = 0; turn < 4; turn += 1) {
    limited.travel(2.375 * hour)
    const answer = await membersOf(
      await limited.post('/token?grant_type=refresh_token', { refresh_token: token }),
    )
    token = String(answer.refresh_token)
    if (turn < 3) continue
    const whoAmI = () =>
      limited.send('/user', { headers: { authorization: `Bearer ${String(answer.access_token)}` } })
    expect((await whoAmI()).status).toBe(200)
    limited.travel(0.6 * hour)
    expect((await whoAmI()).status).toBe(403)
  }
})

test('a clock that goes back five minutes refuses tokens of later, and signs nobody out', async () => {
  const { client, session } = await signedUp(free)
  free.travel(-5 * 60_000)
  expect((await client.getUser(session.access_token)).error).toMatchObject({ code: 'bad_jwt', status: 401 })
  const next = await refresh(free, session.refresh_token)
  expect(next.code).toBeNull()
  // Asked again, as by a second tab: the same one, whatever the clock says.
  expect(await refresh(free, session.refresh_token)).toEqual(next)
  free.travel(5 * 60_000)
  expect((await client.getUser(session.access_token)).error).toBeNull()
  expect((await refresh(free, next.token)).code).toBeNull()
})

const kept = async (server: TestAuthServer, table: string, user: string) =>
  Number(
    textOf(
      (
        await server.query(
          `select count(*) from ${table} where ${table === 'auth_sessions' ? 'user_id = ?' : 'session_id in (select id from auth_sessions where user_id = ?)'}`,
          textValue(user),
        )
      ).rows[0]?.[0],
    ),
  )

test('what a session keeps of used tokens is bounded; one that is forgotten is good for nothing', async () => {
  const { session } = await signedUp(free)
  const first = session.refresh_token
  let token = first
  for (let turn = 0; turn < 80; turn += 1) {
    free.travel(day)
    const next = await refresh(free, token)
    expect(next.code).toBeNull()
    token = next.token
  }
  expect(await kept(free, 'auth_refresh_tokens', session.user.id)).toBeLessThanOrEqual(33)
  expect((await refresh(free, first)).code).toBe('refresh_token_not_found')
  const next = await refresh(free, token)
  expect(next.code).toBeNull()
  // One that is remembered still ends the family, weeks later.
  free.travel(20 * day)
  expect((await refresh(free, token)).code).toBe('refresh_token_already_used')
  expect((await refresh(free, next.token)).code).toBe('session_not_found')
}, 60_000)

test('sessions that ended long ago are forgotten when their user comes again', async () => {
  const { client, email, session } = await signedUp(free)
  await client.signOut()
  free.travel(100 * day)
  await free.client().signInWithPassword({ email, password })
  expect(await kept(free, 'auth_sessions', session.user.id)).toBe(2)
  free.travel(100 * day)
  await free.client().signInWithPassword({ email, password })
  // The first is gone, with its tokens; of the second the end is not so long ago.
  expect(await kept(free, 'auth_sessions', session.user.id)).toBe(2)
  expect(await kept(free, 'auth_refresh_tokens', session.user.id)).toBe(2)
})
