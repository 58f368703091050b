import { eq, sql } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { backend, everyone, resource } from '../../../../src/index.ts'
import { bookmarkOf, type Isolate, type KeptWorld, newDataCentre, startKept } from '../world.ts'

const all = {
  ...{ read: everyone, create: everyone, update: everyone, delete: everyone },
  cache: { maxAge: 60 },
} as const
const shelves = sqliteTable('shelves', { code: text().primaryKey() })
/** No resource: between two that are. */
const boxes = sqliteTable('boxes', {
  id: integer().primaryKey(),
  shelf: text().references(() => shelves.code, { onDelete: 'cascade' }),
})
const things = sqliteTable('things', {
  id: integer().primaryKey(),
  box: integer().references(() => boxes.id, { onDelete: 'cascade' }),
  name: text().notNull(),
})
/** Where they lie is worked out by the database. */
const labelled = sqliteTable('labelled', {
  id: integer().primaryKey(),
  label: text().notNull(),
  shelf: text()
    .generatedAlwaysAs(sql`lower(label)`, { mode: 'stored' })
    .references(() => shelves.code, { onDelete: 'cascade' }),
})
/** Who reads them says so in a token, whose values may be texts. */
const seats = sqliteTable('seats', {
  id: integer().primaryKey(),
  box: integer().references(() => ones.id),
  name: text().notNull(),
})
const ones = sqliteTable('ones', { id: integer().primaryKey() })
const twins = sqliteTable('twins', {
  id: integer().primaryKey(),
  other: integer().notNull(),
  name: text().notNull(),
})

let world: KeptWorld
beforeAll(async () => {
  world = await startKept(
    backend({
      name: 'Things',
      roles: { member: [] },
      defaultRole: 'member',
      resources: [
        ...[resource(shelves, all), resource(things, all), resource(labelled, all), resource(ones, all)],
        resource(seats, { ...all, read: ({ caller }) => eq(seats.box, caller.claim('box')) }),
        resource(twins, {
          ...all,
          read: () => sql`exists (select 1 from ones, twins as seen where seen.id = ${twins.other})`,
        }),
      ],
    }),
  )
  await world.run([
    'create table boxes (id integer primary key, shelf text references shelves (code) on delete cascade)',
    "insert into shelves values ('a'), ('b')",
    "insert into boxes values (1, 'a'), (2, 'b')",
    "insert into things values (1, 1, 'one'), (2, 2, 'two')",
    "insert into labelled (id, label) values (1, 'A'), (2, 'B'), (3, 'A')",
    'insert into ones values (1), (1000)',
    "insert into seats values (1, 1000, 'one')",
    "insert into twins values (1, 2, 'one'), (2, 1, 'two')",
  ])
}, 60_000)
afterAll(() => world.stop())

let ask: Isolate
beforeEach(() => {
  newDataCentre()
  ask = world.isolate()
})

/** What was kept is read with the bookmark of a write. */
async function after(path: string, write: () => ReturnType<Isolate>): Promise<string> {
  await ask(path)
  expect((await ask(path)).headers.get('cache-status')).toContain('hit')
  const headers = await bookmarkOf(write)
  return (await ask(path, { headers })).text
}

test('a row that the database takes to another part is found there', async () => {
  const path = '/rest/v1/labelled?shelf=eq.b&select=id&order=id'
  expect(await after(path, () => ask('/rest/v1/labelled/1', { method: 'PATCH', body: { label: 'B' } }))).toBe(
    '[{"id":1},{"id":2}]',
  )
})

test('a row that is merged into, and that the database takes to another part, is missed where it was', async () => {
  const headers = { prefer: 'resolution=merge-duplicates' }
  const path = '/rest/v1/labelled?shelf=eq.a&select=id'
  const body = [{ id: 3, label: 'B' }]
  expect(await after(path, () => ask('/rest/v1/labelled', { method: 'POST', headers, body }))).not.toContain(
    '"id":3',
  )
})

test('a policy that looks at other rows behind a comma is about all of them', async () => {
  const told = await after('/rest/v1/twins/1', () => ask('/rest/v1/twins/2', { method: 'DELETE' }))
  expect(told).toContain('NOT_FOUND')
})

test('rows that go with others by way of a table that is no resource are not answered', async () => {
  const told = await after('/rest/v1/things/1', () => ask('/rest/v1/shelves/a', { method: 'DELETE' }))
  expect(told).toContain('NOT_FOUND')
})

test('a number that comes as a text is the number that it is for SQLite', async () => {
  const as = await world.signIn('ann', 'member', 'session', { claims: { box: '1e3' } })
  const look = async () => (await ask('/rest/v1/seats?select=name', { as })).text
  expect(await look()).toBe('[{"name":"one"}]')
  await look()
  await ask('/rest/v1/seats/1', { method: 'PATCH', as: 'service', body: { name: 'new' } })
  expect(await look()).toBe('[{"name":"new"}]')
})
