import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTenant } from '../../../src/cli/tenants/create.ts'
import { openDirectory } from '../../../src/cli/tenants/directory.ts'
import { migrateTenants } from '../../../src/cli/tenants/migrate.ts'
import { moveTenant } from '../../../src/cli/tenants/move.ts'
import { removeTenant } from '../../../src/cli/tenants/remove.ts'
import { verbs } from '../../../src/cli/tenants/verbs.ts'
import { startTenantWorld, type TenantWorld } from '../../tenant/world.ts'
import { migrationsOf } from './migrations.ts'

let world: TenantWorld
beforeAll(async () => {
  world = await startTenantWorld()
}, 60_000)
afterAll(() => world.stop())

const withMigration = migrationsOf(() => world)
const bodies = async (name: string) =>
  (await world.open(name).execute('select body from notes order by body')).rows.map(({ body }) => body)
const put = (name: string, body: string) =>
  world.open(name).execute({ sql: 'insert into notes (id, body) values (?, ?)', args: [body, body] })
const told = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => String(error),
  )
/** As by the command. */
const resume = (name: string) =>
  verbs.get('resume')?.(world.place, name, {
    ...{ url: null, to: null, allowLoss: [], isJson: false, isOld: false, isSure: false, rotates: false },
    tenants: async () => ({ from: 'path' }),
  })

async function fresh(name: string): Promise<string> {
  await world.namespaces.create(name)
  return world.gateway.urlOf(name)
}

test('a move that was given up may not wipe what has become that of another tenant', async () => {
  await world.create('given-up')
  const to = await fresh('spot')
  // As a run that was killed leaves it.
  await world.directory.change('given-up', ['active'], { status: 'moving', targetUrl: to, moveId: 'one' })
  await expect(createTenant(world.place, 'early', to)).rejects.toThrow('is that of given-up')
  await resume('given-up')
  await createTenant(world.place, 'other', to)
  await put('spot', 'of the other one')
  expect(await told(moveTenant(world.place, 'given-up', { to }))).toContain('is not empty')
  // Nor where it says nothing of itself yet.
  await world.directory.change('given-up', ['active'], { status: 'moving', targetUrl: to })
  expect(await told(moveTenant(world.place, 'given-up', { to }))).toContain('is that of other')
  expect(await bodies('spot')).toEqual(['of the other one'])
})

test('nor what is that of another tenant by the pattern', async () => {
  await world.create('by-url')
  await world.create('by-pattern')
  await put('by-pattern', 'here')
  const to = world.gateway.urlOf('by-pattern')
  await world.directory.change('by-url', ['active'], { status: 'moving', targetUrl: to })
  expect(await told(moveTenant(world.place, 'by-url', { to }))).toContain('is that of by-pattern')
  expect(await bodies('by-pattern')).toEqual(['here'])
})

test('of two moves at once the later one goes on, and what is written after it stays', async () => {
  await world.create('twice')
  await put('twice', 'before')
  const to = await fresh('twice-new')
  const first = told(moveTenant(world.place, 'twice', { to, settleMilliseconds: 800 }))
  await expect.poll(async () => (await world.directory.get('twice')).status).toBe('moving')
  await moveTenant(world.place, 'twice', { to, settleMilliseconds: 0 })
  await put('twice-new', 'after')
  expect(await first).toContain('Another command has taken over')
  expect(await world.directory.get('twice')).toMatchObject({ status: 'active', url: to, moveId: null })
  expect(await bodies('twice-new')).toEqual(['after', 'before'])
})

test('a move that was given up switches nothing, whatever began meanwhile', async () => {
  await world.create('given')
  const [b, c] = [await fresh('given-b'), await fresh('given-c')]
  const first = told(moveTenant(world.place, 'given', { to: b, settleMilliseconds: 500 }))
  await expect.poll(async () => (await world.directory.get('given')).status).toBe('moving')
  await resume('given')
  const second = moveTenant(world.place, 'given', { to: c, settleMilliseconds: 1_500 })
  expect(await first).toContain('Another command has taken over')
  expect(await world.directory.get('given')).toMatchObject({ status: 'moving', targetUrl: c })
  await second
  expect(await world.directory.get('given')).toMatchObject({ status: 'active', url: c })
})

test('a move that fails leaves the new database empty, for the next try', async () => {
  await world.create('fails')
  await put('fails', 'one')
  const to = await fresh('fails-new')
  const source = world.open('fails')
  await source.execute('create virtual table own using fts5(body)')
  expect(await told(moveTenant(world.place, 'fails', { to }))).toContain('cannot be copied')
  expect(await world.directory.get('fails')).toMatchObject({
    status: 'active',
    targetUrl: null,
    moveId: null,
  })
  await source.execute('drop table own')
  await moveTenant(world.place, 'fails', { to })
  expect(await bodies('fails-new')).toEqual(['one'])
})

test('a fan-out of migrations follows who is moved meanwhile', async () => {
  await world.create('wander')
  const to = await fresh('wander-new')
  const place = await withMigration('title', [`alter table notes add column title text default 'none'`])
  const directory = {
    ...place.directory,
    // Others come first.
    list: async () => {
      const all = await place.directory.list()
      if ((await place.directory.get('wander')).url !== to) await moveTenant(place, 'wander', { to })
      return all
    },
  }
  await migrateTenants({ ...place, directory }, [])
  const { rows } = await world.open('wander-new').execute(`select name from pragma_table_info('notes')`)
  expect(rows.map(({ name }) => name)).toContain('title')
})

test('a name is given anew when no isolate takes it for its former bearer any more', async () => {
  await world.create('anew')
  await removeTenant(world.place, 'anew')
  const { changedAt = 0 } = (await world.directory.find('anew')) ?? {}
  const place = { ...world.place, settleMilliseconds: 700 }
  await sleep(100)
  await createTenant(place, 'anew', null)
  expect(Date.now() - changedAt).toBeGreaterThanOrEqual(700)
  expect(world.said.join()).toContain('anew was removed a moment ago: waiting 1 s')
})

test('a directory of a former version is brought up to date', async () => {
  await world.namespaces.create('former')
  const client = world.open('former')
  await client.execute(`create table selvage_tenants (name text primary key not null, status text not null, salt text not null,
    url text, old_url text, target_url text, schema_version integer, created_at integer not null, changed_at integer not null) strict`)
  await client.execute(`insert into selvage_tenants values ('old', 'active', 's', null, null, null, 1, 5, 5)`)
  const directory = await openDirectory(client)
  expect(await directory.get('old')).toMatchObject({ salt: 's', keySalt: null, stay: null, changedAt: 5 })
  expect(await directory.change('old', ['active'], { keySalt: 'k' }, { moveId: null })).toBe(true)
  expect(await directory.change('old', ['active'], { keySalt: 'l' }, { moveId: 'other' })).toBe(false)
  expect((await directory.get('old')).keySalt).toBe('k')
})
