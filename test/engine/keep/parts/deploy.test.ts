import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { backend, everyone, resource } from '../../../../src/index.ts'
import { type KeptWorld, newDataCentre, startKept } from '../world.ts'

const all = {
  ...{ read: everyone, create: everyone, update: everyone, delete: everyone },
  cache: { maxAge: 60 },
} as const
const shelves = sqliteTable('shelves', { code: text().primaryKey() })
const things = sqliteTable('things', {
  id: integer().primaryKey(),
  shelf: text().references(() => shelves.code),
})
/** As it was, before there were shelves. */
const thingsBefore = sqliteTable('things', { id: integer().primaryKey(), shelf: text() })

const named = { name: 'Things', roles: { member: [] }, defaultRole: 'member' }
const after = backend({ ...named, resources: [resource(shelves, all), resource(things, all)] })
const before = backend({ ...named, resources: [resource(thingsBefore, all)] })

let world: KeptWorld
beforeAll(async () => {
  world = await startKept(after)
}, 60_000)
afterAll(() => world.stop())
beforeEach(() => {
  newDataCentre()
  return world.run([
    'delete from things',
    "insert or ignore into shelves values ('a'), ('b')",
    "insert into things values (1, 'a'), (2, 'b')",
    'update selvage_versions set version = version + 1',
  ])
})

const path = '/rest/v1/things?shelf=eq.b&select=id&order=id'
const move = { method: 'PATCH', body: { shelf: 'b' } }

test('a write of other code, which knows of other parts, is about all rows', async () => {
  const [ask, other] = [world.isolate(), world.isolate({}, before)]
  for (const _ of [1, 2]) await ask(path)
  const headers = {
    'selvage-bookmark': (await other('/rest/v1/things/1', move)).headers.get('selvage-bookmark') ?? '',
  }
  // This isolate hears of the write by a read of something else.
  await ask('/rest/v1/things/2', { headers })
  expect((await ask(path, { headers })).text).toBe('[{"id":1},{"id":2}]')
})

test('and its own is not', async () => {
  const ask = world.isolate()
  for (const _ of [1, 2]) await ask(path)
  await ask('/rest/v1/things', { method: 'POST', body: { id: 9, shelf: 'a' } })
  expect((await ask(path)).headers.get('cache-status')).toContain('hit')
})
