import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrateTenants } from '../../../src/cli/tenants/migrate.ts'
import { startTenantWorld, type TenantWorld } from '../../tenant/world.ts'
import { migrationsOf } from './migrations.ts'

let world: TenantWorld
const names = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'late', 'odd']
beforeAll(async () => {
  world = await startTenantWorld()
  for (const name of names) await world.create(name)
}, 60_000)
afterAll(() => world.stop())

const withMigration = migrationsOf(() => world)

const columnsOf = async (name: string) => {
  const { rows } = await world.open(name).execute(`select name from pragma_table_info('notes') order by cid`)
  return rows.map((row) => String(row.name))
}
const statusOf = async (name: string) => (await world.directory.find(name))?.status

test('fans out, says how far it is, goes past what fails, and ends with the rest in a second run', async () => {
  const place = await withMigration('title', [`alter table notes add column title text default 'none'`])
  // One has such a column already; one is suspended; one was left by a run that was killed; two are on their way.
  await world.open('odd').execute('alter table notes add column title text')
  await world.directory.change('a2', ['active'], { status: 'suspended' })
  await world.directory.change('a3', ['active'], { status: 'migrating' })
  await world.directory.change('late', ['active'], { status: 'moving' })
  world.said.length = 0
  const first = await migrateTenants(place, [])
  expect([...first.failed.keys()]).toEqual(['odd'])
  expect(first.failed.get('odd')).toContain('nothing was changed')
  expect([...first.done].sort()).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'a6'])
  expect(first.passedOver).toEqual(['late'])
  expect(world.said[0]).toBe('0 are current, 7 are to be migrated')
  expect(world.said).toHaveLength(8)
  expect(world.said.at(-1)).toMatch(/^6 done, 1 failed, 0 left: /)
  for (const name of first.done) expect(await columnsOf(name), name).toContain('title')
  expect(await columnsOf('late')).not.toContain('title')
  expect(await Promise.all(names.map(statusOf))).toEqual([
    ...['active', 'suspended', 'active', 'active', 'active', 'active'],
    ...['moving', 'active'],
  ])

  await world.open('odd').execute('alter table notes drop column title')
  await world.directory.change('late', ['moving'], { status: 'active' })
  world.said.length = 0
  const second = await migrateTenants(place, [])
  expect([second.done.length, second.failed.size]).toEqual([8, 0])
  // Who is current is not asked again.
  expect(world.said[0]).toBe('6 are current, 2 are to be migrated')
  expect(await statusOf('a2')).toBe('suspended')
})

test('who would lose rows keeps them, and the others go on', async () => {
  const place = await withMigration('purge', [`delete from notes where body = 'gone'`])
  await world.open('a4').execute(`insert into notes (id, body) values ('1', 'gone')`)
  const { failed } = await migrateTenants(place, [])
  expect([...failed]).toEqual([['a4', expect.stringContaining('would lose rows of notes')]])
  expect(await statusOf('a4')).toBe('active')
  expect((await migrateTenants(place, ['notes'])).failed.size).toBe(0)
  const { rows } = await world.open('a4').execute('select count(*) as left from notes')
  expect(rows[0]?.left).toBe(0n)
})

test('a database that does not answer fails alone, and its tenant stays as it was', async () => {
  await world.namespaces.remove('a6')
  const { failed } = await migrateTenants(await withMigration('more', ['create table more (id integer)']), [])
  expect([...failed]).toEqual([['a6', expect.stringContaining('does not answer')]])
  expect(await statusOf('a6')).toBe('active')
})

test('a run that is killed is taken up by the next one', async () => {
  const many = Array.from({ length: 24 }, (_, index) => `many-${index}`)
  for (const name of many) await world.create(name)
  const place = await withMigration('last', [
    'alter table notes add column last text',
    'create table last (id integer)',
  ])
  const script = [
    'src/cli/tenants/command.ts',
    'migrate',
    '--folder',
    place.folder,
    '--env-file',
    '/dev/null',
  ]
  const child = spawn(process.execPath, script, { env: { ...process.env, ...world.bindings } })
  for await (const chunk of child.stdout.setEncoding('utf8')) if (/\b3 done/.test(String(chunk))) break
  child.kill('SIGKILL')
  await once(child, 'exit')
  const statuses = (await world.directory.list()).map(({ status }) => status)
  expect(statuses.filter((status) => status === 'migrating').length).toBeGreaterThan(0)
  const { done, failed } = await migrateTenants(place, [])
  expect([...failed.keys()]).toEqual(['a6'])
  expect(done).toEqual(expect.arrayContaining(many))
  for (const name of many) expect(await columnsOf(name), name).toContain('last')
  expect(await migrateTenants(place, []).then(({ done }) => done.length)).toBe(done.length)
}, 60_000)
