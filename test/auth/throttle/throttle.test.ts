import { afterAll, beforeAll, expect, test } from 'vitest'
import { membersOf, startAuthServer, type TestAuthServer } from '../server.ts'
import { password, someone } from '../someone.ts'

let server: TestAuthServer
beforeAll(async () => {
  // Fewer than the default: each try costs a tenth of a second.
  const rates = { account: { most: 20, seconds: 7_200 } }
  server = await startAuthServer({ auth: { throttles: { sign_in: rates } } })
})
afterAll(() => server.stop())

let count = 0
/** An address that nobody had before. */
function anywhere(): string {
  count += 1
  return `198.51.${count >> 8}.${count & 255}`
}
const from = (address: string) => ({ 'cf-connecting-ip': address })
const signIn = (email: string, given: string, headers: Record<string, string>) =>
  server.post('/token?grant_type=password', { email, password: given }, headers)
/** Wrong passwords, until they are not looked at any more. @returns how many were */
async function guess(email: string, headers: () => Record<string, string>, most: number): Promise<number> {
  for (let tries = 0; tries < most; tries += 1) {
    const { status } = await signIn(email, 'wrong horse', headers())
    if (status === 429) return tries
  }
  return most
}
async function signedUp(headers: Record<string, string>) {
  const email = someone()
  expect((await server.post('/signup', { email, password }, headers)).status).toBe(200)
  return email
}

test('guesses from one network are slowed, and told when to come again; with time they go on', async () => {
  const [home, thief] = [from(anywhere()), from(anywhere())]
  const email = await signedUp(home)
  expect(await guess(email, () => thief, 40)).toBe(10)
  const refused = await signIn(email.toUpperCase(), password, thief)
  expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('x-trips')]).toEqual([
    429,
    expect.stringMatching(/^\d+$/),
    '1',
  ])
  const wait = Number(refused.headers.get('retry-after'))
  expect(wait).toBeGreaterThan(60)
  expect(wait).toBeLessThanOrEqual(90)
  expect(refused.headers.get('ratelimit-policy')).toBe('"sign_in";q=10;w=900')
  expect(refused.headers.get('ratelimit')).toBe(`"sign_in";r=0;t=${wait}`)
  expect(await membersOf(refused)).toMatchObject({ code: 'over_request_rate_limit', status: 429 })
  expect((await signIn(email, password, home)).status).toBe(200)
  server.travel(wait * 1_000)
  expect((await signIn(email, password, thief)).status).toBe(200)
})

test('an address that nobody has is slowed alike', async () => {
  const thief = from(anywhere())
  expect(await guess('nobody-at-all@example.com', () => thief, 40)).toBe(10)
})

test('auth-js reads the code', async () => {
  const email = await signedUp(from(anywhere()))
  await guess(email, () => ({}), 40)
  const { error } = await server.client().signInWithPassword({ email, password })
  expect(error).toMatchObject({ status: 429, code: 'over_request_rate_limit' })
})

test('a guesser with a new network for each guess is slowed; the owner at home is not, and comes in elsewhere later', async () => {
  const home = from(anywhere())
  const email = await signedUp(home)
  expect((await signIn(email, password, home)).status).toBe(200)
  let block = 0
  const rotating = () => {
    block += 1
    return from(`2001:db8:${block.toString(16)}::1`)
  }
  expect(await guess(email, rotating, 40)).toBe(20)
  expect((await signIn(email, password, home)).status).toBe(200)
  const abroad = from(anywhere())
  const refused = await signIn(email, password, abroad)
  expect(refused.status).toBe(429)
  const wait = Number(refused.headers.get('retry-after'))
  expect(wait).toBeGreaterThan(300)
  expect(wait).toBeLessThanOrEqual(360)
  server.travel(wait * 1_000)
  expect((await signIn(email, password, abroad)).status).toBe(200)
}, 60_000)

test('addresses in one /64 are one network, and headers that a client writes are none', async () => {
  const email = await signedUp(from(anywhere()))
  let host = 0
  const headers = () => {
    host += 1
    return {
      'cf-connecting-ip': `2001:db8:ffff:1::${host.toString(16)}`,
      'x-forwarded-for': `203.0.113.${host}`,
      forwarded: `for=203.0.113.${host}`,
      'x-real-ip': `203.0.113.${host}`,
      'true-client-ip': `203.0.113.${host}`,
    }
  }
  expect(await guess(email, headers, 40)).toBe(10)
})

test('a hundred guesses at once are no more than what may be', async () => {
  const email = await signedUp(from(anywhere()))
  const thief = from(anywhere())
  const answers = await Promise.all(
    Array.from({ length: 100 }, async () => (await signIn(email, 'wrong horse', thief)).status),
  )
  expect(answers.filter((status) => status === 400).length).toBeLessThanOrEqual(10)
}, 60_000)

test('right passwords of many in one network count for nothing; sign-ups have a rate of their own', async () => {
  const office = from(anywhere())
  const email = await signedUp(office)
  for (let round = 0; round < 32; round += 1) expect((await signIn(email, password, office)).status).toBe(200)
  const answers = await Promise.all(
    Array.from({ length: 60 }, () => server.post('/signup', { email: someone(), password: 'short' }, office)),
  )
  const refused = answers.filter(({ status }) => status === 429)
  expect(refused.length).toBeGreaterThanOrEqual(29)
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([422, 429]))
  expect((await server.post('/token?grant_type=refresh_token', { refresh_token: 'a' }, office)).status).toBe(
    400,
  )
}, 60_000)

test('rates are settable, and what is none is refused at the start', async () => {
  const own = await startAuthServer({
    auth: { throttles: { refresh: { network: { most: 2, seconds: 10 } } } },
  })
  const refresh = () =>
    own.post('/token?grant_type=refresh_token', { refresh_token: 'a' }, from('203.0.113.9'))
  const statuses: number[] = []
  for (let round = 0; round < 3; round += 1) statuses.push((await refresh()).status)
  expect(statuses).toEqual([400, 400, 429])
  await own.stop()
  const wrong = { refresh: { network: { most: 0, seconds: 10 } } }
  await expect(startAuthServer({ auth: { throttles: wrong } })).rejects.toThrow(
    'auth.throttles.refresh.network: most is a number from 1',
  )
})
