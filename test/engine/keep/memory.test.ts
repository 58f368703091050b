import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { defaultLimits } from '../../../src/base/limits.ts'
import { backend, everyone, resource } from '../../../src/index.ts'
import { readParser } from '../../../src/rest/parse/request/known.ts'
import { createServer, createTenantServers } from '../../../src/server.ts'
import { entryOf } from '../../cache/fixture.ts'
import { queryAt } from '../../cache/isolate.ts'
import { type KeptWorld, startKept } from './world.ts'

const news = sqliteTable('news', { id: integer().primaryKey(), text: text().notNull() })
const declared = backend({
  name: 'News',
  roles: { member: [] },
  defaultRole: 'member',
  resources: [resource(news, { read: everyone, cache: { maxAge: 60 } })],
})
let world: KeptWorld
beforeAll(async () => {
  world = await startKept(declared)
  await world.run([
    "with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000) insert into news select i, printf('%.*c', 1000, 'x') from n",
  ])
}, 60_000)
afterAll(() => world.stop())

setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')

/** Bytes that are still held when all that may go has gone. */
async function held(): Promise<number> {
  // What a finaliser lets go of goes with the next collection.
  for (let round = 0; round < 3; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    if (typeof collect === 'function') collect()
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

test('one answer that is asked for in many spellings is held once, as CSV, too', async () => {
  const ask = world.isolate()
  const read = (spelling: number) =>
    ask('/rest/v1/news', { headers: { accept: 'text/csv', prefer: `spelling=${spelling}` } })
  expect((await read(0)).text.length).toBeGreaterThan(1_000_000)
  const before = await held()
  for (let spelling = 1; spelling < 60; spelling += 1) {
    expect((await read(spelling)).headers.get('cache-status')).toContain('hit')
  }
  expect(await held()).toBeLessThan(before + 20_000_000)
})

test('what was parsed takes no more of an isolate than it says', async () => {
  const parse = readParser()
  const before = await held()
  for (let index = 0; index < 1_500; index += 1) {
    const columns = Array.from({ length: 290 }, (_, at) => `a${at}`).join(',')
    const query = `select=${columns}&id=eq.${index}`
    const { request } = parse({
      resource: 'news',
      key: null,
      query,
      headers: new Headers(),
      limits: defaultLimits,
    })
    expect(request.values.length).toBe(3)
  }
  expect(await held()).toBeLessThan(before + 16_000_000)
  expect(
    parse({ resource: 'news', key: null, query: '', headers: new Headers(), limits: defaultLimits }),
  ).toBeDefined()
})

test('what is kept of all tenants of an isolate together is within one bound', async () => {
  const server = await createServer(declared)(world.bindings)
  const serverFor = createTenantServers()
  const tenants = ['acme', 'globex'].map((tenant) => serverFor(server, { ...server.settings, tenant }))
  const filled = Array.from({ length: 30 }, (_, number) => tenants.map((tenant) => ({ ...tenant, number })))
  const size = 1_000_000
  const before = await held()
  for (const { store, realm, number } of filled.flat()) {
    const entry = entryOf({ body: new Uint8Array(size), storedAtMilliseconds: Date.now() })
    const kept = store.fill(`${realm} ${number}`, entry, { realm, scope: 'private' }, () => {})
    expect(kept).toBe('kept')
  }
  expect(await held()).toBeLessThan(before + 36 * size)
  const isThere = filled.flat().map(({ store, realm, number }) => {
    const query = queryAt(0, realm, { scope: 'private', nowMilliseconds: Date.now() })
    return store.recall(`${realm} ${number}`, query, () => {}) !== null
  })
  const first = isThere.indexOf(true)
  expect(isThere).toEqual(filled.flat().map((_, index) => index >= first))
  const bytes = (isThere.length - first) * size
  expect(bytes).toBeLessThanOrEqual(32_000_000)
  expect(bytes).toBeGreaterThan(28_000_000)
})
