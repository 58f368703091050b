import { mkdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundleWorker } from '../../bench/build/bundle.ts'
import { migrate } from '../../src/cli/migrate.ts'
import { makeBindings } from '../harness/bindings.ts'
import { startDatabase } from '../harness/database.ts'

const compatibilityDate = '2026-10-01'
const password = 'correct horse'

/** The shop as it is built, in two isolates with one class of Durable Objects. */
let miniflare: Miniflare
let database: Awaited<ReturnType<typeof startDatabase>>
let origin: string
let bindings: Readonly<Record<string, string>>
beforeAll(async () => {
  database = await startDatabase()
  const folder = join(database.folder, 'worker')
  await mkdir(folder)
  const [bundle] = await Promise.all([
    bundleWorker(resolve('src/worker.ts'), folder),
    migrate({ databaseUrl: database.url, folder: resolve('drizzle') }),
  ])
  const script = await readFile(join(folder, bundle.main), 'utf8')
  bindings = makeBindings(database.url)
  const own = { className: 'Throttle', useSQLite: true }
  const isolate = (
    name: string,
    throttle: { className: string; useSQLite: boolean; scriptName?: string },
  ) => ({
    name,
    modules: true,
    script,
    compatibilityDate,
    bindings: { ...bindings },
    durableObjects: { THROTTLE: throttle },
    ratelimits: { THROTTLE_BURST: { namespace_id: '1001', simple: { limit: 120, period: 10 as const } } },
  })
  // The address is the edge's to say; here, the one that a test gives.
  const front = `export default { async fetch(request, env) {
    const headers = new Headers(request.headers)
    headers.set('cf-connecting-ip', headers.get('test-address') ?? '198.51.100.1')
    return env[headers.get('test-isolate') ?? 'a'].fetch(new Request(request, { headers }))
  } }`
  miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        {
          name: 'front',
          modules: true,
          script: front,
          compatibilityDate,
          serviceBindings: { a: 'a', b: 'b' },
        },
        isolate('a', own),
        isolate('b', { ...own, scriptName: 'a' }),
      ],
    }),
  )
  origin = String(await miniflare.ready)
}, 90_000)
afterAll(async () => {
  await miniflare?.dispose()
  await database?.stop()
})

const post = (path: string, body: unknown, address: string, isolate?: string) =>
  send('POST', path, body, address, isolate)
async function send(method: string, path: string, body: unknown, address: string, isolate = 'a') {
  const response = await fetch(new URL(path, origin), {
    method,
    headers: {
      apikey: bindings.PUBLISHABLE_KEY ?? '',
      'content-type': 'application/json',
      'test-address': address,
      'test-isolate': isolate,
    },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, retryAfter: response.headers.get('retry-after'), text }
}
const signUp = (email: string, address: string) => post('/auth/v1/signup', { email, password }, address)
const signIn = (email: string, given: string, address: string, isolate?: string) =>
  post('/auth/v1/token?grant_type=password', { email, password: given }, address, isolate)

test('guesses are counted once for all isolates; the owner at home is not held up', async () => {
  const [home, thief] = ['198.51.100.2', '2001:db8::1']
  expect((await signUp('owner@example.com', home)).status).toBe(200)
  expect((await signIn('owner@example.com', password, home)).status).toBe(200)
  const statuses: number[] = []
  for (let round = 0; round < 12; round += 1) {
    const { status } = await signIn('owner@example.com', 'wrong horse', thief, round % 2 === 0 ? 'a' : 'b')
    statuses.push(status)
  }
  expect(statuses).toEqual([...Array(10).fill(400), 429, 429])
  expect(await signIn('owner@example.com', password, thief, 'b')).toMatchObject({
    status: 429,
    retryAfter: expect.stringMatching(/^\d\d$/),
  })
  expect((await signIn('owner@example.com', password, home, 'b')).status).toBe(200)
})

test.each([
  ['POST', '/auth/v1/token?grant_type=refresh_token', { refresh_token: 'none' }, '203.0.113.5', 400],
  ['PUT', '/auth/v1/user', { data: {} }, '203.0.113.6', 401],
])(
  'a flood of %s %s from one network is stopped by its location, before the database',
  async (...flooding) => {
    const [method, path, body, address, otherwise] = flooding
    const flood = await Promise.all(Array.from({ length: 500 }, () => send(method, path, body, address)))
    const refused = flood.filter(({ status }) => status === 429)
    // A window of the limiter may end meanwhile: then it lets through twice as many.
    expect(refused.length).toBeGreaterThanOrEqual(500 - 2 * 120)
    expect(new Set(flood.map(({ status }) => status))).toEqual(new Set([otherwise, 429]))
    expect((await signIn('owner@example.com', password, '198.51.100.2')).status).toBe(200)
  },
)

test('while many sign in at once, a read waits for one password, not for all', async () => {
  const read = async () => {
    const response = await fetch(new URL('/rest/v1/tags?limit=1', origin), {
      headers: { apikey: bindings.PUBLISHABLE_KEY ?? '' },
    })
    await response.text()
    expect(response.status).toBe(200)
  }
  await read()
  const crowd = timed(() =>
    Promise.all(
      Array.from({ length: 15 }, (_, index) =>
        signIn(`none-${index}@example.com`, password, `192.0.2.${index}`),
      ),
    ),
  )
  await new Promise((resolve) => setTimeout(resolve, 30))
  const reads: number[] = []
  for (let round = 0; round < 5; round += 1) reads.push(await timed(read))
  // A trip comes back between two of them, and so the read does after two or three; together they are fifteen.
  expect(Math.max(...reads)).toBeLessThan((await crowd) / 2)
})

async function timed(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now()
  await work()
  return performance.now() - since
}
