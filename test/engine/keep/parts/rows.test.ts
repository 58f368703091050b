import { eq, exists, sql } from 'drizzle-orm'
import { type AnySQLiteColumn, integer, QueryBuilder, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { backend, everyone, procedure, resource } from '../../../../src/index.ts'
import { bookmarkOf, type Isolate, type KeptWorld, newDataCentre, startKept } from '../world.ts'

const cache = { maxAge: 60 }
const shelves = sqliteTable('shelves', {
  code: text().primaryKey(),
  above: text().references((): AnySQLiteColumn => shelves.code, { onDelete: 'cascade' }),
  name: text().notNull(),
})
const things = sqliteTable('things', {
  id: integer().primaryKey(),
  shelf: text().references(() => shelves.code),
  name: text().notNull(),
})
/** Whether a thing is shown is asked of another one. */
const twins = sqliteTable('twins', {
  id: integer().primaryKey(),
  other: integer().notNull(),
  name: text().notNull(),
})

const all = { read: everyone, create: everyone, update: everyone, delete: everyone, cache } as const
let world: KeptWorld
beforeAll(async () => {
  world = await startKept(
    backend({
      name: 'Things',
      roles: { member: [] },
      defaultRole: 'member',
      resources: [
        resource(shelves, all),
        resource(things, all),
        resource(twins, {
          ...all,
          read: () =>
            exists(
              new QueryBuilder()
                .select({ one: sql`1` })
                .from(sql`twins as seen`)
                .where(sql`seen.id = ${twins.other}`),
            ),
        }),
      ],
      procedures: {
        renumber: procedure({
          policy: everyone,
          handler: ({ db }) => db.update(things).set({ id: 7 }).where(eq(things.id, 2)),
        }),
        rename: procedure({
          policy: everyone,
          handler: ({ db }) => db.update(things).set({ name: 'called' }).where(eq(things.id, 2)),
        }),
      },
    }),
  )
  await world.run([
    'drop table things',
    'drop table shelves',
    'create table shelves (code text primary key collate nocase, above text references shelves (code) on delete cascade, name text not null)',
    'create table things (id integer primary key, shelf text references shelves (code), name text not null)',
  ])
}, 60_000)
afterAll(() => world.stop())

let ask: Isolate
beforeEach(async () => {
  newDataCentre()
  await world.run([
    'delete from things',
    'delete from twins',
    'delete from shelves',
    'delete from selvage_parts',
    "insert into shelves (code, above, name) values ('a', null, 'first'), ('b', null, 'second'), ('c', 'a', 'third')",
    "insert into things values (1, 'a', 'one'), (2, 'a', 'two'), (3, 'b', 'three'), (1030, 'b', 'far')",
    "insert into twins values (1, 2, 'one'), (2, 1, 'two'), (3, 3, 'three')",
    'update selvage_versions set version = version + 1',
  ])
  ask = world.isolate()
})

const put = (path: string, method: string, body?: unknown, headers = {}) =>
  ask(path, { method, headers, ...(body !== undefined && { body }) })
const ofShelf = (code: string) => `/rest/v1/things?shelf=eq.${code}&select=name&order=id`

/** What is read with the bookmark of a write: the kept answer, if nothing of it can have changed. */
async function after(paths: readonly string[], write: () => ReturnType<Isolate>) {
  for (const path of paths) await ask(path)
  const bookmark = await bookmarkOf(write)
  const told: Record<string, string> = {}
  for (const path of paths) {
    const { headers, text } = await ask(path, { headers: bookmark })
    told[path] = `${headers.get('cache-status')?.includes('hit') ? 'kept' : 'asked'} ${text}`
  }
  return told
}

test('a change of one row leaves what is kept of others, and of its own item nothing', async () => {
  const paths = ['/rest/v1/things/1?select=name', '/rest/v1/things/2?select=name', ofShelf('a'), ofShelf('b')]
  expect(await after(paths, () => put('/rest/v1/things?id=eq.2', 'PATCH', { name: 'new' }))).toEqual({
    '/rest/v1/things/1?select=name': 'kept {"name":"one"}',
    '/rest/v1/things/2?select=name': 'asked {"name":"new"}',
    [ofShelf('a')]: 'asked [{"name":"one"},{"name":"new"}]',
    [ofShelf('b')]: 'kept [{"name":"three"},{"name":"far"}]',
  })
})

test('a row that moves is missed where it was, and found where it is', async () => {
  expect(
    await after([ofShelf('a'), ofShelf('b')], () => put('/rest/v1/things/2', 'PATCH', { shelf: 'b' })),
  ).toEqual({
    [ofShelf('a')]: 'asked [{"name":"one"}]',
    [ofShelf('b')]: 'asked [{"name":"two"},{"name":"three"},{"name":"far"}]',
  })
})

test('a row that did not exist is found, and one that is gone is not', async () => {
  const paths = ['/rest/v1/things/9', '/rest/v1/things/3?select=name', ofShelf('a')]
  const made = await after(paths, () => put('/rest/v1/things', 'POST', { id: 9, shelf: 'b', name: 'nine' }))
  expect(made['/rest/v1/things/9']).toContain('"nine"')
  expect(made['/rest/v1/things/3?select=name']).toBe('kept {"name":"three"}')
  expect(made[ofShelf('a')]).toBe('kept [{"name":"one"},{"name":"two"}]')
  const gone = await after(['/rest/v1/things/9', ofShelf('a')], () => put('/rest/v1/things/9', 'DELETE'))
  expect(gone['/rest/v1/things/9']).toContain('NOT_FOUND')
  expect(gone[ofShelf('a')]).toMatch(/^kept/)
})

test('rows that the database numbers are found', async () => {
  const made = await after([ofShelf('a'), ofShelf('b')], () =>
    put('/rest/v1/things', 'POST', [
      { shelf: 'a', name: 'x' },
      { shelf: 'a', name: 'y' },
    ]),
  )
  expect(made[ofShelf('a')]).toMatch(/^asked .*"x".*"y"/)
  expect(made[ofShelf('b')]).toMatch(/^kept/)
})

test('a row that is merged into is missed where it was', async () => {
  const merge = { prefer: 'resolution=merge-duplicates' }
  const told = await after([ofShelf('a'), ofShelf('b'), '/rest/v1/things/1?select=name'], () =>
    put('/rest/v1/things', 'POST', [{ id: 2, shelf: 'b', name: 'merged' }], merge),
  )
  expect(told[ofShelf('a')]).toBe('asked [{"name":"one"}]')
  expect(told[ofShelf('b')]).toMatch(/^asked .*"merged"/)
  expect(told['/rest/v1/things/1?select=name']).toMatch(/^kept/)
})

test('a procedure says what it writes as well', async () => {
  const paths = ['/rest/v1/things/1?select=name', '/rest/v1/things/2?select=name']
  expect(await after(paths, () => put('/rest/v1/rpc/rename', 'POST', {}))).toEqual({
    '/rest/v1/things/1?select=name': 'kept {"name":"one"}',
    '/rest/v1/things/2?select=name': 'asked {"name":"called"}',
  })
})

test('a list of writes says all that they write', async () => {
  const paths = [1, 2, 3].map((id) => `/rest/v1/things/${id}?select=name`)
  const told = await after(paths, () =>
    put('/rest/v1/', 'POST', [
      { method: 'PATCH', path: '/things?id=eq.1', body: { name: 'p' } },
      { method: 'DELETE', path: '/things?id=eq.3' },
    ]),
  )
  expect(Object.values(told).map((each) => each.split(' ')[0])).toEqual(['asked', 'kept', 'asked'])
})

test('rows that go with one that is deleted are not named, and nothing of their table stays, but what is kept of others', async () => {
  const paths = [
    '/rest/v1/shelves/b?select=name',
    '/rest/v1/shelves/c?select=name',
    '/rest/v1/things/1?select=name',
  ]
  await world.run(['update things set shelf = null'])
  const told = await after(paths, () => put('/rest/v1/shelves/a', 'DELETE'))
  expect(told['/rest/v1/shelves/b?select=name']).toMatch(/^asked/)
  expect(told['/rest/v1/shelves/c?select=name']).toMatch(/^asked.*NOT_FOUND/)
  expect(told['/rest/v1/things/1?select=name']).toMatch(/^kept/)
})

test('who changes a key names nothing', async () => {
  const told = await after(['/rest/v1/things/7', '/rest/v1/things/1?select=name'], () =>
    put('/rest/v1/rpc/renumber', 'POST', {}),
  )
  expect(told['/rest/v1/things/7']).toContain('"two"')
  expect(told['/rest/v1/things/1?select=name']).toMatch(/^asked/)
})

test('where a policy looks at other rows of the table, all of them count', async () => {
  const told = await after(['/rest/v1/twins/1?select=name'], () => put('/rest/v1/twins/2', 'DELETE'))
  expect(told['/rest/v1/twins/1?select=name']).toMatch(/^asked.*NOT_FOUND/)
})

test('a write beside the Worker that raises the version alone is about all rows', async () => {
  const told = await after(['/rest/v1/things/1?select=name'], async () => {
    await world.run(["update things set name = 'else'", 'update selvage_versions set version = version + 1'])
    return put('/rest/v1/things?id=eq.3', 'PATCH', { name: 'new' })
  })
  expect(told['/rest/v1/things/1?select=name']).toBe('asked {"name":"else"}')
})

test('of more changes than are told at once none is missed', async () => {
  const rows = Array.from({ length: 300 }, (_, index) => ({ id: 2_200 + index, shelf: 'b', name: 'many' }))
  await put('/rest/v1/things', 'POST', rows)
  const paths = [2_200, 2_350, 2_499].map((id) => `/rest/v1/things/${id}?select=name`)
  const told = await after(paths, () => put('/rest/v1/things?id=gte.2200', 'PATCH', { name: 'new' }))
  expect(Object.values(told)).toEqual(paths.map(() => 'asked {"name":"new"}'))
})

test('a text key is found under any spelling that its collation takes for the same', async () => {
  const told = await after(['/rest/v1/shelves/B?select=name', '/rest/v1/shelves/a?select=name'], () =>
    put('/rest/v1/shelves?name=eq.second', 'PATCH', { name: 'new' }),
  )
  expect(told['/rest/v1/shelves/B?select=name']).toBe('asked {"name":"new"}')
  expect(told['/rest/v1/shelves/a?select=name']).toMatch(/^kept/)
})
