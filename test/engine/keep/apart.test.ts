import { integer, type SQLiteTable, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { CacheOptions } from '../../../src/declare/resource.ts'
import { backend, everyone, resource } from '../../../src/index.ts'
import { type KeptWorld, newDataCentre, startKept } from './world.ts'

const id = integer().primaryKey()
const deployed = (news: SQLiteTable, cache: CacheOptions = { maxAge: 60 }) =>
  backend({
    name: 'News',
    roles: { member: [] },
    defaultRole: 'member',
    resources: [resource(news, { read: everyone, create: everyone, cache })],
  })
const table = sqliteTable('news', { id, text: text().notNull() })
const declared = deployed(table)
const path = '/rest/v1/news?select=text'
const worlds: KeptWorld[] = []
beforeAll(async () => {
  for (const which of ['staging', 'production']) {
    const world = await startKept(declared)
    await world.run([`insert into news values (1, '${which}')`])
    worlds.push(world)
  }
}, 60_000)
afterAll(() => Promise.all(worlds.map((world) => world.stop())))
beforeEach(newDataCentre)

test('two deployments of one backend in one zone share nothing of what they keep', async () => {
  const [staging, production] = worlds
  if (staging === undefined || production === undefined) throw new RangeError('there are two')
  const first = await staging.isolate()(path)
  expect(first.text).toBe('[{"text":"staging"}]')
  const second = await production.isolate()(path)
  expect([second.text, second.headers.get('cache-status')]).toEqual([
    '[{"text":"production"}]',
    'Selvage; fwd=uri-miss; stored',
  ])
})

test('two versions of a backend share nothing where a column is of another kind', async () => {
  const [world] = worlds
  if (world === undefined) throw new RangeError('there are two')
  // The statement is the same: what differs is what a value of it is taken for.
  const next = deployed(sqliteTable('news', { id, text: integer().notNull() }))
  const asked = [world.isolate(), world.isolate({}, next), world.isolate(), world.isolate({}, next)]
  const told: (string | null)[] = []
  for (const isolate of asked) told.push((await isolate(path)).headers.get('cache-status'))
  const [miss, hit] = ['Selvage; fwd=uri-miss; stored', expect.stringMatching(/hit;.*detail=data-centre$/)]
  expect(told).toEqual([miss, miss, hit, hit])
})

test.each<[string, CacheOptions]>([
  ['for a shorter time', { maxAge: 1 }],
  ['for a longer time', { maxAge: 61 }],
  ['what is read anew', { maxAge: 60, staleWhileRevalidate: 1 }],
  ['what is given in an outage', { maxAge: 60, staleIfError: 1 }],
  ['what was written since', { maxAge: 60, afterWrite: 'revalidate' }],
])('a version that keeps otherwise finds nothing of what was kept before: %s', async (_, cache) => {
  const [world] = worlds
  if (world === undefined) throw new RangeError('there are two')
  await world.isolate()(path)
  const statuses = [world.isolate({}, deployed(table, cache)), world.isolate({}, deployed(table))].map(
    async (isolate) => (await isolate(path)).headers.get('cache-status'),
  )
  expect(await Promise.all(statuses)).toEqual([
    'Selvage; fwd=uri-miss; stored',
    expect.stringContaining('hit'),
  ])
})
