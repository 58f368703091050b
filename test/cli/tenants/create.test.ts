import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createApp } from '../../../src/app.ts'
import { tenants } from '../../../src/cli/tenants/command.ts'
import { createTenant } from '../../../src/cli/tenants/create.ts'
import { removeTenant } from '../../../src/cli/tenants/remove.ts'
import declared from '../../tenant/backend/index.ts'
import { startTenantWorld, type TenantWorld } from '../../tenant/world.ts'

let world: TenantWorld
beforeAll(async () => {
  world = await startTenantWorld()
}, 60_000)
afterAll(() => world.stop())

test.each(['Acme', 'a--b', 'xn--a', 'a.b', '', 'a'.repeat(41)])('%j cannot be a name', async (name) => {
  await expect(createTenant(world.place, name, null)).rejects.toThrow('cannot be a name')
  expect(await world.directory.find(name)).toBeNull()
})

test('a run that was killed is taken up; a name that is taken is not', async () => {
  await world.namespaces.create('half')
  await world.directory.add('half', null)
  await createTenant(world.place, 'half', null)
  expect(await world.directory.get('half')).toMatchObject({ status: 'active', url: null })
  await expect(createTenant(world.place, 'half', null)).rejects.toThrow('There is a tenant half already.')
})

test('a database with tables may be somebody else’s', async () => {
  await world.namespaces.create('taken')
  await world.open('taken').execute('create table secrets (id)')
  await expect(createTenant(world.place, 'taken', null)).rejects.toThrow('is not empty')
  expect(await world.directory.find('taken')).toBeNull()
  await world.create('owner')
  const url = world.gateway.urlOf('owner')
  await expect(createTenant(world.place, 'thief', url)).rejects.toThrow('is not empty')
})

test('no two tenants have one database', async () => {
  await world.namespaces.create('shared')
  const url = world.gateway.urlOf('shared')
  await world.directory.add('one', url)
  await expect(world.directory.add('two', url)).rejects.toThrow(/UNIQUE|unique/)
})

test('without an admin API a database is not deleted, and its name cannot get it again', async () => {
  await world.create('kept')
  const place = { ...world.place, namespaces: null }
  expect(await removeTenant(place, 'kept')).toContain('delete it there')
  await expect(createTenant(place, 'kept', null)).rejects.toThrow('is not empty')
  await expect(removeTenant(place, 'kept')).rejects.toThrow('There is no tenant kept.')
})

test('npm run tenants: what it prints works', async () => {
  const file = join(world.folder, '.env')
  const lines = Object.entries(world.bindings).map(([name, value]) => `${name}='${value}'\n`)
  await writeFile(file, lines.join(''))
  const flags = [
    ...['--env-file', file, '--backend', 'test/tenant/backend', '--folder', world.place.folder],
    ...['--admin-url', world.adminUrl],
  ]
  const script = 'src/cli/tenants/command.ts'
  const { stdout: created } = await promisify(execFile)(process.execPath, [
    script,
    'create',
    'acme',
    ...flags,
  ])
  const run = async (...args: string[]): Promise<string> => {
    const said = vi.spyOn(console, 'log').mockImplementation(() => {})
    try {
      await tenants([...args, ...flags])
      return said.mock.calls.map(([line]) => `${String(line)}\n`).join('')
    } finally {
      said.mockRestore()
    }
  }
  const shown = (label: string) => new RegExp(`${label} +(\\S+)`).exec(created)?.[1] ?? ''
  // An isolate believes for ten seconds what it knows of a tenant.
  const [before, after] = [createApp(declared), createApp(declared)]
  const read = async (apikey: string, isolate = before) =>
    (
      await isolate.fetch(
        new Request(`${shown('API URL')}/rest/v1/notes`, { headers: { apikey } }),
        world.bindings,
      )
    ).status
  expect([await read(shown('Publishable key')), await read(shown('Secret key'))]).toEqual([200, 200])
  expect(shown('API URL')).toBe('http://api.test/t/acme')

  expect(await run('keys', 'acme')).toBe(created)
  const made = await world.settingsOf('acme', { from: 'path' })
  const rotated = await run('keys', 'acme', '--rotate')
  for (const name of ['Publishable key', 'Secret key']) expect(rotated).not.toContain(shown(name))
  // What is sealed with the tenant's own secret, such as second factors, is as it was.
  const renewed = await world.settingsOf('acme', { from: 'path' })
  expect([renewed.serverSecret, renewed.secretKey]).toEqual([
    made.serverSecret,
    expect.not.stringMatching(made.secretKey),
  ])
  expect([await read(made.secretKey, after), await read(renewed.secretKey, after)]).toEqual([401, 200])
  expect(JSON.parse(await run('list', '--json'))).toContainEqual(
    expect.objectContaining({ name: 'acme', status: 'active' }),
  )
  expect(await run('suspend', 'acme')).toContain('within 10 seconds')
  expect((await world.directory.get('acme')).status).toBe('suspended')
  await run('resume', 'acme')
  expect(await run('migrate')).toContain('tenants are current')
  await expect(run('remove', 'acme')).rejects.toThrow('--yes')
  await run('remove', 'acme', '--yes')
  await expect(run('keys', 'acme')).rejects.toThrow('There is no tenant acme.')
  await expect(run('steal', 'acme')).rejects.toThrow('create|list')
  await expect(run('create')).rejects.toThrow('Which tenant? Give its name.')
}, 60_000)
