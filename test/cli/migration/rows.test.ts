import { join } from 'node:path'
import type { Client } from '@libsql/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate } from '../../../src/cli/migrate.ts'
import { applyMigrations } from '../../../src/cli/migration/apply.ts'
import { openClient } from '../../../src/cli/migration/client.ts'
import { nameAfter } from '../../../src/cli/migration/rename.ts'
import { type Gateway, startGateway } from '../../tenant/gateway.ts'
import { type NamespaceServer, startNamespaces } from '../../tenant/namespaces.ts'
import { rebuild, rows, tables, writeMigrations } from './folder.ts'

let database: NamespaceServer
let gateway: Gateway
let namespaces: NamespaceServer['namespaces']
const clients: Client[] = []
beforeAll(async () => {
  database = await startNamespaces()
  namespaces = database.namespaces
  gateway = await startGateway(database.url)
})
afterAll(async () => {
  for (const client of clients) client.close()
  await gateway.stop()
  await database.stop()
})

let count = 0
/** A database with rows, and what comes of one more migration of it. */
async function world(change: readonly string[]) {
  const name = `rows-${++count}`
  await namespaces.create(name)
  const client = openClient(gateway.urlOf(name))
  clients.push(client)
  await applyMigrations(client, {
    folder: await writeMigrations(join(database.folder, name, 'old'), [tables]),
  })
  await client.batch([...rows], 'write')
  const folder = await writeMigrations(join(database.folder, name, 'new'), [tables, change])
  const before = await seen(client)
  return {
    client,
    before,
    seen: () => seen(client),
    migrate: (allowLoss: readonly string[] = []) =>
      migrate({ databaseUrl: gateway.urlOf(name), folder, allowLoss }),
  }
}

/** Schema, rows and journal. */
async function seen(client: Client): Promise<string> {
  const { rows: schema } = await client.execute(
    'select name, sql from sqlite_schema where sql is not null order by name',
  )
  const { rows: journal } = await client.execute('select count(*) from __drizzle_migrations')
  const names = schema.flatMap(({ name, sql }) => (/^create table/i.test(String(sql)) ? [String(name)] : []))
  const counts = await Promise.all(
    names
      .filter((name) => !name.startsWith('__'))
      .map(async (name) => [
        name,
        Object.values((await client.execute(`select count(*) from "${name}"`)).rows[0] ?? {}),
      ]),
  )
  return JSON.stringify([schema, journal, counts], (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
}

test('a table that is rebuilt keeps its rows, and those that refer to it', async () => {
  const { client, migrate } = await world(rebuild)
  await migrate()
  const { rows } = await client.execute(
    'select (select count(*) from parents), (select count(*) from children)',
  )
  expect(Object.values(rows[0] ?? {})).toEqual([2n, 3n])
  expect(
    JSON.stringify((await client.execute(`select sql from sqlite_schema where name = 'parents'`)).rows),
  ).toContain('none')
  expect((await client.execute(`select name from sqlite_schema where name like 'selvage%'`)).rows).toEqual([])
})

test.each([
  ['rows that are deleted', ['delete from children where id = 3'], 'children'],
  ['a table with rows that is dropped', ['drop table children'], 'children'],
  [
    'a rebuild that forgets a row',
    rebuild.map((each) => each.replace('FROM `parents`', 'FROM `parents` where `id` = 1')),
    'parents',
  ],
  ['a rebuild that never comes back', rebuild.filter((each) => !each.includes('RENAME')), 'parents'],
  [
    'rows lost after a rename',
    ['ALTER TABLE `children` RENAME TO `kids`', 'delete from kids where id = 1'],
    'children',
  ],
  [
    'rows that a later statement brings back elsewhere',
    ['create table more as select * from children', 'drop table children'],
    'children',
  ],
])('refused and undone: %s', async (_, change, table) => {
  const { before, migrate, seen, client } = await world(change)
  await expect(migrate()).rejects.toThrow(`would lose rows of ${table}: nothing was changed`)
  expect(await seen()).toBe(before)
  await expect(migrate(['empty'])).rejects.toThrow(`would lose rows of ${table}`)
  await migrate([table])
  expect(await seen()).not.toBe(before)
  const { rows } = await client.execute('select count(*) as applied from __drizzle_migrations')
  expect(rows[0]?.applied).toBe(2n)
})

test.each([
  ['an empty table is dropped', ['drop table empty']],
  ['a table gets another name', ['ALTER TABLE `children` RENAME TO `kids`']],
  ['rows are added', ['insert into children values (9, 2)']],
  ['a column is dropped', ['alter table parents drop column name']],
])('done: %s', async (_, change) => {
  const { before, migrate, seen } = await world(change)
  await migrate()
  expect(await seen()).not.toBe(before)
})

test('what was kept of rows is outlived: every table has a newer version', async () => {
  const { client, migrate } = await world(['insert into children values (9, 2)'])
  await client.batch(
    [
      'create table selvage_versions (table_name text primary key, version integer not null)',
      `insert into selvage_versions values ('children', 7)`,
    ],
    'write',
  )
  await migrate()
  const { rows } = await client.execute(
    `select * from selvage_versions where table_name in ('children', 'parents') order by 1`,
  )
  expect(rows.map((row) => Array.from(row, String))).toEqual([
    ['children', '8'],
    ['parents', '1'],
  ])
})

test('one that fails leaves nothing behind, and says what', async () => {
  const { before, migrate, seen } = await world([
    'insert into children values (9, 2)',
    'insert into nowhere values (1)',
  ])
  await expect(migrate()).rejects.toThrow(/A migration failed, and nothing was changed: .*nowhere/)
  expect(await seen()).toBe(before)
})

test('two runs at once apply everything once', async () => {
  const { client, migrate } = await world([
    'insert into children values (9, 2)',
    'insert into empty values (1)',
  ])
  const ends = await Promise.allSettled([migrate(), migrate(), migrate()])
  // One that found the database busy says so; started again it has nothing to do.
  expect(ends.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0)
  await migrate()
  const { rows } = await client.execute(
    'select (select count(*) from children), (select count(*) from __drizzle_migrations)',
  )
  expect(Object.values(rows[0] ?? {})).toEqual([4n, 2n])
})

test.each([
  ['orders', ['ALTER TABLE `orders` RENAME TO `sales`'], 'sales'],
  ['orders', ['alter table "orders" rename to "sa""les";', 'ALTER TABLE `sa"les` RENAME TO x'], 'x'],
  [
    'orders',
    ['ALTER TABLE orders RENAME TO old', 'CREATE TABLE orders (id)', 'DROP TABLE IF EXISTS `old`'],
    'orders',
  ],
  ['orders', ['DROP TABLE `orders`', 'ALTER TABLE `__new_orders` RENAME TO `orders`'], 'orders'],
  ['orders', ['ALTER TABLE `orders` RENAME COLUMN `a` TO `b`'], 'orders'],
])('where the rows of %s are after %j: %s', (table, statements, name) => {
  expect(nameAfter(table, statements)).toBe(name)
})
