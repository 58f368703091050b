import { setTimeout as sleep } from 'node:timers/promises'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { authUsers } from '../../../src/auth/tables/users.ts'
import type { ResponseCache } from '../../../src/cache/tier/edge.ts'
import { backend, everyone, resource, role } from '../../../src/index.ts'
import { type Isolate, type KeptWorld, startKept } from './world.ts'

const all = { read: everyone, update: everyone, create: everyone } as const
const day = 86_400
const pages = sqliteTable('pages', { id: integer().primaryKey(), text: text().notNull() })
const notes = sqliteTable('notes', { id: integer().primaryKey(), text: text().notNull().unique() })
const plain = sqliteTable('plain', { id: integer().primaryKey(), text: text().notNull() })
const files = sqliteTable('files', { id: integer().primaryKey(), text: text().notNull() })
/** No resource, and on the way from a user to what is one. */
const seats = sqliteTable('seats', {
  id: integer().primaryKey(),
  user_id: text().references(() => authUsers.id, { onDelete: 'cascade' }),
})
const cards = sqliteTable('cards', {
  id: integer().primaryKey(),
  seat_id: integer().references(() => seats.id, { onDelete: 'cascade' }),
  name: text().notNull(),
})
const declared = backend({
  name: 'Pages',
  roles: { member: [], staff: ['member'] },
  defaultRole: 'member',
  resources: [
    resource(pages, {
      ...all,
      cache: { maxAge: day, staleWhileRevalidate: day, afterWrite: 'revalidate' },
    }),
    resource(notes, { ...all, cache: { maxAge: 60 } }),
    resource(plain, { ...all, cache: { maxAge: day } }),
    resource(files, { ...all, read: role('staff'), cache: { maxAge: 10, staleWhileRevalidate: day } }),
    resource(cards, { ...all, cache: { maxAge: 60 } }),
  ],
})

let world: KeptWorld
beforeAll(async () => {
  world = await startKept(declared)
  await world.run([
    'create table seats (id integer primary key, user_id text references auth_users (id) on delete cascade)',
    "insert into notes values (1, 'a'), (2, 'b')",
    "insert into files values (1, 'secret')",
  ])
}, 60_000)
afterAll(() => world.stop())

/** The data centre's cache: it goes by `max-age`, and lets pages go; of who has died it hears nothing more. */
const kept = new Map<string, { readonly body: ArrayBuffer; readonly until: number }>()
function cacheFor(life: { readonly isDead: boolean }): ResponseCache {
  const never = new Promise<never>(() => undefined)
  return {
    async match(url) {
      if (life.isDead) return never
      const page = kept.get(url)
      return page === undefined || page.until <= Date.now() ? undefined : new Response(page.body.slice())
    },
    async put(url, response) {
      if (life.isDead) return never
      const seconds = Number(/max-age=(\d+)/.exec(response.headers.get('cache-control') ?? '')?.[1])
      kept.set(url, { body: await response.arrayBuffer(), until: Date.now() + seconds * 1_000 })
    },
  }
}
function evict(page: string): void {
  for (const url of kept.keys())
    if (url.startsWith('https://session') && url.endsWith(`/${page}`)) kept.delete(url)
}
/** It has its cache from its first request on. */
async function isolate(life = { isDead: false }): Promise<Isolate> {
  const ask = world.isolate()
  Reflect.set(globalThis, 'caches', { default: cacheFor(life) })
  await ask('/rest/v1/notes?id=eq.77')
  return ask
}

const { fetch } = globalThis
/** What comes between a Worker and its database, for all that is sent from now on. */
function meanwhile(step: (number: number) => { readonly before?: number; readonly after?: () => unknown }) {
  let sent = 0
  globalThis.fetch = async (input, init) => {
    sent += 1
    const { before = 0, after } = step(sent)
    await sleep(before)
    const response = await fetch(input, init)
    await after?.()
    return response
  }
}

const { now } = Date
let ahead = 0
let number = 0
let as = ''
beforeEach(async () => {
  number += 1
  ahead = 0
  // What the last test left for later.
  await sleep(100)
  kept.clear()
  vi.spyOn(Date, 'now').mockImplementation(() => now() + ahead)
  await world.run([
    'delete from pages',
    'delete from plain',
    "insert into pages values (1, 'old')",
    "insert into plain values (1, 'old')",
    'update selvage_versions set version = version + 1',
    'update selvage_clock set tick = max(tick + 1, unixepoch() * 1000)',
  ])
  as = await world.signIn(`ann${number}`, 'member', `session-${number}`)
})
afterEach(() => {
  vi.restoreAllMocks()
  globalThis.fetch = fetch
})

const change = { method: 'PATCH', body: { text: 'new' } }
const changed = (text: string) => ({ method: 'PATCH', body: { text: `${text} ${number}` } })

/** Two writes of the session in two isolates, each on its way while the other one is; that of `two` is the later. */
async function writeAtOnce(one: Isolate, two: Isolate): Promise<void> {
  meanwhile((sent) => (sent === 1 ? { after: () => sleep(120) } : { before: 60 }))
  const first = one('/rest/v1/notes/1', { as, ...changed('first') })
  await sleep(10)
  const second = two('/rest/v1/pages/1', { as, ...change })
  expect([(await first).status, (await second).status]).toEqual([204, 204])
  globalThis.fetch = fetch
}

test('an own write is seen after hours, as long as what was kept before it may be given', async () => {
  const [one, two] = [await isolate(), await isolate()]
  expect((await one('/rest/v1/pages/1')).text).toContain('old')
  expect((await one('/rest/v1/pages/1', { as, ...change })).status).toBe(204)
  ahead += 12 * 3_600_000
  await world.run([`update auth_sessions set expires_at = ${Date.now() + 3_600_000}`])
  const later = await world.token(`ann${number}`, 'member', `session-${number}`)
  expect((await two('/rest/v1/pages/1', { as: later })).text).toContain('new')
})

test.each(['plain', 'pages'])(
  '%s: and when the isolate dies that answered it, before it told',
  async (name) => {
    const life = { isDead: false }
    const [one, two] = [await isolate(life), await isolate()]
    expect((await two(`/rest/v1/${name}/1`)).text).toContain('old')
    meanwhile(() => ({
      before: 60,
      after: () => {
        life.isDead = true
      },
    }))
    expect((await one(`/rest/v1/${name}/1`, { as, ...change, isHasty: true })).status).toBe(204)
    globalThis.fetch = fetch
    // That the table has another version is known by then, or not.
    if (name === 'pages') await two('/rest/v1/plain/1', { as })
    ahead += 31_000
    expect((await two(`/rest/v1/${name}/1`, { as })).text).toContain('new')
    // Who had to ask the primary has told how far that is.
    await two(`/rest/v1/${name}/1`, { as })
    expect((await two(`/rest/v1/${name}/1`, { as })).headers.get('cache-status')).toContain('; hit')
  },
)

test.each(['record', 'claim'])('and when the data centre lets the %s of its session go', async (page) => {
  const [one, two] = [await isolate(), await isolate()]
  expect((await two('/rest/v1/pages/1')).text).toContain('old')
  meanwhile(() => ({ before: 60, after: () => (page === 'claim' ? evict(page) : undefined) }))
  expect((await one('/rest/v1/pages/1', { as, ...change })).status).toBe(204)
  globalThis.fetch = fetch
  if (page === 'record') evict(page)
  else ahead += 31_000
  expect((await two('/rest/v1/pages/1', { as })).text).toContain('new')
})

test('of two at once the later is not forgotten for a third that is refused', async () => {
  const [one, two] = [await isolate(), await isolate()]
  expect((await one('/rest/v1/pages/1')).text).toContain('old')
  await writeAtOnce(one, two)
  ahead += 16_000
  const refused = await one('/rest/v1/notes/1', { as, method: 'PATCH', body: { text: 'b' } })
  expect(refused.status).toBe(409)
  expect((await one('/rest/v1/pages/1', { as })).text).toContain('new')
})

test('nor while a third is on its way', async () => {
  const [one, two, three] = [await isolate(), await isolate(), await isolate()]
  expect((await three('/rest/v1/pages/1')).text).toContain('old')
  await writeAtOnce(one, two)
  ahead += 16_000
  meanwhile(() => ({ before: 200 }))
  const third = three('/rest/v1/notes/2', { as, ...changed('third') })
  await sleep(100)
  expect((await three('/rest/v1/pages/1', { as })).text).toContain('new')
  await third
})

test('nor for a browser that kept the cookie of the first', async () => {
  const [one, two] = [await isolate(), await isolate()]
  expect((await one('/rest/v1/pages/1')).text).toContain('old')
  // The first is done first, and answered last.
  meanwhile((sent) => (sent === 1 ? { after: () => sleep(200) } : { before: 60 }))
  const headers = { cookie: 'a=b' }
  const first = one('/rest/v1/notes/1', { as, headers, ...changed('first') })
  await sleep(10)
  const second = two('/rest/v1/pages/1', { as, headers, ...change })
  const answers = await Promise.all([first, second])
  globalThis.fetch = fetch
  expect(answers.map(({ status }) => status)).toEqual([204, 204])
  const cookie = `a=b; ${/selvage-bookmark=[^;]*/.exec(answers[0].headers.get('set-cookie') ?? '')?.[0]}`
  expect((await one('/rest/v1/pages/1', { as, headers: { cookie } })).text).toContain('new')
})

test('an isolate that was told that a session is over gives it nothing that is kept', async () => {
  const ask = await isolate()
  const staff = await world.signIn(`boss${number}`, 'staff', `boss-${number}`)
  expect((await ask('/rest/v1/files', { as: staff })).text).toContain('secret')
  await world.run([`update auth_sessions set revoked_at = 1 where id = 'boss-${number}'`])
  ahead += 11_000
  expect((await ask('/rest/v1/files?limit=5', { as: staff })).status).toBe(401)
  expect((await ask('/rest/v1/files', { as: staff })).status).toBe(401)
})

test('what goes with a user by way of a table that is no resource is seen to be gone', async () => {
  const ask = await isolate()
  const id = crypto.randomUUID()
  await world.signIn(id, 'member', `gone-${number}`)
  await world.run([`insert into seats values (1, '${id}')`, "insert into cards values (1, 1, 'Ann')"])
  expect((await ask('/rest/v1/cards?id=eq.1')).text).toContain('Ann')
  const gone = await ask(`/auth/v1/admin/users/${id}`, { as: 'service', method: 'DELETE' })
  expect([gone.status, gone.text]).toEqual([200, '{}'])
  const headers = { 'selvage-bookmark': gone.headers.get('selvage-bookmark') ?? '' }
  expect((await ask('/rest/v1/cards?id=eq.1', { headers })).text).toBe('[]')
})
