import type { Client } from '@libsql/client'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { createApp } from '../../../src/app.ts'
import { copyDatabase } from '../../../src/cli/tenants/copy/copy.ts'
import { checksumOf } from '../../../src/cli/tenants/copy/rows.ts'
import { moveTenant } from '../../../src/cli/tenants/move.ts'
import { removeOld } from '../../../src/cli/tenants/remove.ts'
import { openBookmark } from '../../../src/database/bookmark.ts'
import declared from '../../tenant/backend/index.ts'
import { waiting } from '../../tenant/holder.ts'
import { startTenantWorld, type TenantWorld } from '../../tenant/world.ts'

let world: TenantWorld
beforeAll(async () => {
  world = await startTenantWorld()
}, 60_000)
afterAll(() => world.stop())

let count = 0
/** A tenant with rows, and an empty database beside it. */
async function pair() {
  const name = `mover-${++count}`
  await world.create(name)
  await world.namespaces.create(`${name}-new`)
  const [source, target] = [world.open(name), world.open(`${name}-new`)]
  await source.batch(
    Array.from({ length: 1_203 }, (_, index) => ({
      sql: 'insert into notes (id, body) values (?, ?)',
      args: [`note-${index}`, `body ${index}`],
    })),
    'write',
  )
  return { name, source, target, to: world.gateway.urlOf(`${name}-new`), from: world.gateway.urlOf(name) }
}

const sqlOf = (statement: unknown) =>
  typeof statement === 'object' && statement !== null && 'sql' in statement ? String(statement.sql) : ''

const countOf = async (client: Client, table = 'notes') =>
  Number((await client.execute(`select count(*) as rows from ${table}`)).rows[0]?.rows)

async function read(name: string, query: string) {
  const { secretKey: apikey } = await world.settingsOf(name, { from: 'path' })
  const request = new Request(`http://api.test/t/${name}/rest/v1/notes?${query}`, { headers: { apikey } })
  const response = await createApp(declared).fetch(request, world.bindings)
  return { status: response.status, body: await response.json() }
}

test('a move takes everything along, keys and search too; the old database stays until it is removed', async () => {
  const { name, source, target, to, from } = await pair()
  const before = await world.settingsOf(name, { from: 'path' })
  await moveTenant(world.place, name, { to, settleMilliseconds: 0 })
  expect(await world.directory.get(name)).toMatchObject({ status: 'active', url: to, oldUrl: from })
  expect(await countOf(target)).toBe(1_203)
  expect((await world.settingsOf(name, { from: 'path' })).secretKey).toBe(before.secretKey)
  // Only the new one has it.
  await target.execute(`insert into notes (id, body) values ('fresh', 'quite fresh')`)
  expect(await read(name, 'body=fts.fresh&select=id')).toEqual({ status: 200, body: [{ id: 'fresh' }] })
  expect(await read(name, 'body=fts.1202&select=id')).toEqual({ status: 200, body: [{ id: 'note-1202' }] })
  expect(await countOf(source)).toBe(1_203)
  await world.namespaces.create(`${name}-third`)
  const third = world.gateway.urlOf(`${name}-third`)
  await expect(moveTenant(world.place, name, { to: third })).rejects.toThrow('--old')
  expect(await removeOld(world.place, name)).toBeNull()
  await expect(countOf(source)).rejects.toThrow()
  expect((await read(name, 'limit=1')).status).toBe(200)
})

test('a copy is another history: the bookmark of before is answered in time, from the copy, and replaced', async () => {
  const { name, source, target, to } = await pair()
  const app = createApp(declared)
  const { secretKey: apikey, serverSecret } = await world.settingsOf(name, { from: 'path' })
  const ask = async (more: Readonly<Record<string, string>>, method = 'GET') => {
    const headers = { apikey, 'content-type': 'application/json', ...more }
    const init = method === 'GET' ? { headers } : { method, headers, body: '{"body":"written"}' }
    const url = `http://api.test/t/${name}/rest/v1/notes${method === 'GET' ? '?id=eq.note-0&select=body' : ''}`
    const response = await app.fetch(new Request(url, init), world.bindings, waiting)
    const sealed = response.headers.get('selvage-bookmark') ?? ''
    return { text: await response.text(), sealed, bookmark: openBookmark(serverSecret, sealed) }
  }
  const epochOf = async (client: Client) =>
    String((await client.execute('select epoch from selvage_clock')).rows[0]?.epoch)
  const { sealed, bookmark } = await ask({}, 'POST')
  expect(bookmark?.epoch).toBe(await epochOf(source))
  await moveTenant(world.place, name, { to, settleMilliseconds: 0 })
  const epoch = await epochOf(target)
  expect(epoch).toMatch(/^[0-9a-f]{32}$/)
  expect(epoch).not.toBe(await epochOf(source))
  await target.execute(`update notes set body = 'of the copy' where id = 'note-0'`)
  // Who was active is believed for ten seconds to be where it was.
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 10_000)
  onTestFinished(() => void vi.restoreAllMocks())
  const since = performance.now()
  const after = await ask({ 'selvage-bookmark': sealed })
  expect([after.text, after.bookmark?.epoch]).toEqual(['[{"body":"of the copy"}]', epoch])
  expect(performance.now() - since).toBeLessThan(3_500)
})

test('while it moves nobody is served', async () => {
  const { name, to } = await pair()
  const moving = moveTenant(world.place, name, { to, settleMilliseconds: 600 })
  await expect.poll(async () => (await world.directory.get(name)).status).toBe('moving')
  expect(await read(name, 'limit=1')).toMatchObject({ status: 503, body: { code: 'TENANT_NOT_READY' } })
  await moving
  expect((await read(name, 'limit=1')).status).toBe(200)
})

test('what is written meanwhile is found: the tenant stays where it was', async () => {
  const { name, source, target, to } = await pair()
  let writes = 1
  const busy = new Proxy(source, {
    get(client, property) {
      const member: unknown = Reflect.get(client, property)
      if (typeof member !== 'function') return member
      return async (...args: unknown[]) => {
        // The second page is asked for: what the first one held was copied by now.
        if (property === 'execute' && /"notes" where/.test(sqlOf(args[0])) && writes-- > 0)
          await client.execute(`update notes set body = 'late' where id = 'note-0'`)
        return Reflect.apply(member, client, args)
      }
    },
  })
  await expect(copyDatabase(busy, target)).rejects.toThrow(
    'notes of the copy differs (1203 rows, 1203 in the copy)',
  )
  // The command leaves such a tenant where it was.
  await expect(moveTenant(world.place, name, { to, settleMilliseconds: 0 })).rejects.toThrow('is not empty')
  expect(await world.directory.get(name)).toMatchObject({ status: 'active', url: null })
})

test('a value that differs in type alone, or a row that is missing, is found', async () => {
  const { name, source, target, to } = await pair()
  await moveTenant(world.place, name, { to, settleMilliseconds: 0 })
  expect(await countOf(target)).toBe(await countOf(source))
  const table = { name: 'notes', columns: ['id', 'body'], order: ['rowid'] }
  const same = async () =>
    JSON.stringify(await checksumOf(source, table)) === JSON.stringify(await checksumOf(target, table))
  expect(await same()).toBe(true)
  await target.execute(`update notes set body = cast('body 7' as blob) where id = 'note-7'`)
  expect(await same()).toBe(false)
})

test('a run that was killed is started again by the same command, or given up', async () => {
  const { name, target, to, from } = await pair()
  // As it is left: moving, and half of it copied.
  await world.directory.change(name, ['active'], { status: 'moving', targetUrl: to })
  await target.batch(
    [
      'create table notes (id text primary key, body text)',
      `insert into notes values ('half', '')`,
      'create virtual table half using fts5(body)',
      'create view look as select * from notes',
    ],
    'write',
  )
  await expect(moveTenant(world.place, name, { to: `${to}-other`, settleMilliseconds: 0 })).rejects.toThrow()
  expect((await world.directory.get(name)).status).toBe('moving')
  await moveTenant(world.place, name, { to, settleMilliseconds: 0 })
  expect(await countOf(target)).toBe(1_203)
  expect(await world.directory.get(name)).toMatchObject({ status: 'active', oldUrl: from, targetUrl: null })
})

test('a database that is not empty is not moved into', async () => {
  const { name, target, to } = await pair()
  await target.execute('create table theirs (id)')
  await expect(moveTenant(world.place, name, { to, settleMilliseconds: 0 })).rejects.toThrow('is not empty')
  expect((await world.directory.get(name)).status).toBe('active')
})

test('all kinds of values, tables and keys arrive as they are', async () => {
  await world.namespaces.create('kinds')
  await world.namespaces.create('kinds-new')
  const [source, target] = [world.open('kinds'), world.open('kinds-new')]
  await source.batch(
    [
      'create table parents (id integer primary key autoincrement, "odd ""name" any)',
      'create table pairs (a text not null, b integer not null, c, primary key (a, b)) without rowid',
      'create table sums (rowid text, a integer, twice integer generated always as (a * 2) stored, r real)',
      'create table children (id integer primary key, parent_id integer references parents(id) on delete cascade)',
      'create view look as select count(*) as many from parents',
      'create trigger grow after insert on children begin update parents set "odd ""name" = 1; end',
      `insert into parents values (1, 9007199254740993), (2, 1.0), (3, 'text'), (4, x'00ff'), (5, null), (900, 1e300), (901, -0.0)`,
      'delete from parents where id = 900',
      `insert into pairs values ('b', 1, 1), ('a', 2, 2), ('a', 10, 3)`,
      `insert into sums (rowid, a, r) values ('x', 3, 0.1), ('y', 4, 2)`,
      `insert into parents values (902, 'nul' || char(0) || 'ä€😀')`,
      'drop trigger grow',
      'insert into children values (1, 2), (2, 902)',
      'create trigger grow after insert on children begin update parents set "odd ""name" = 1; end',
    ],
    'write',
  )
  expect(await copyDatabase(source, target)).toEqual({ tables: 4, rows: 7 + 3 + 2 + 2 })
  const seen = async (client: Client) =>
    JSON.stringify(
      await Promise.all(
        [
          'select id, quote("odd ""name"), typeof("odd ""name") from parents order by id',
          'select * from pairs order by a, b',
          'select *, typeof(r) from sums order by 1',
          'select * from sqlite_sequence',
          "select name, sql from sqlite_schema where name not like 'sqlite%' order by name",
          'select * from look',
        ].map(async (sql) => (await client.execute(sql)).rows.map((row) => Array.from(row, String))),
      ),
    )
  expect(await seen(target)).toBe(await seen(source))
})
