import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createApp } from '../../../src/app.ts'
import { migrateTenants } from '../../../src/cli/tenants/migrate.ts'
import { type BackendDeclaration, everyone, id, resource } from '../../../src/index.ts'
import old from '../../tenant/backend/index.ts'
import { waiting } from '../../tenant/holder.ts'
import { startTenantWorld, type TenantWorld } from '../../tenant/world.ts'
import { migrationsOf } from './migrations.ts'

/** As the next version has it. */
const notes = sqliteTable('notes', {
  id: id(),
  user_id: text(),
  body: text().notNull(),
  public: integer({ mode: 'boolean' }).notNull().default(true),
  title: text(),
  stars: integer().notNull().default(0),
})
const tags = sqliteTable('tags', { id: id(), name: text().notNull() })
const next: BackendDeclaration = {
  ...old,
  resources: [resource(notes, { read: everyone, search: [notes.body] }), resource(tags, { read: everyone })],
}
const apps = { old: createApp(old), next: createApp(next) }

const expansion = [
  'alter table notes add column title text',
  'alter table notes add column stars integer default 0 not null',
  'create table tags (id text primary key not null, name text not null)',
  "delete from notes where body = 'gone'",
]

let world: TenantWorld
const withMigration = migrationsOf(() => world)
beforeAll(async () => {
  world = await startTenantWorld()
  for (const name of ['migrated', 'failed']) await world.create(name)
  await world.open('failed').execute("insert into notes (id, body) values ('kept', 'gone')")
  const { done, failed } = await migrateTenants(await withMigration('expansion', expansion), [])
  expect([done, [...failed.keys()]]).toEqual([['migrated'], ['failed']])
}, 60_000)
afterAll(() => world.stop())
beforeEach(async () => {
  const begin = (tenant: string, insert: string) =>
    world.open(tenant).batch(['delete from notes', insert], 'write')
  await Promise.all([
    begin('migrated', "insert into notes (id, body, title, stars) values ('one', 'one', 'first', 5)"),
    begin('failed', "insert into notes (id, body) values ('one', 'one')"),
  ])
})

type Ask = (method: string, path: string, body?: unknown, prefer?: string) => Promise<readonly unknown[]>

/** The status, and the rows or the code of the problem. */
function asker(code: keyof typeof apps, tenant: 'migrated' | 'failed'): Ask {
  return async (method, path, body, prefer = 'return=minimal') => {
    const { secretKey: apikey } = await world.settingsOf(tenant, { from: 'path' })
    const headers = { apikey, prefer, 'content-type': 'application/json' }
    const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) }
    const request = new Request(`http://api.test/t/${tenant}/rest/v1/${path}`, init)
    const response = await apps[code].fetch(request, world.bindings, waiting)
    const answer = await response.text()
    if (answer === '') return [response.status]
    const json = JSON.parse(answer)
    return [response.status, json.code ?? json]
  }
}

type Sent = readonly [kind: string, path: string, body: unknown, status: number]

/** Each as clients send it who know nothing of what is new. */
const writes: readonly Sent[] = [
  ['POST', 'notes', { body: 'two' }, 201],
  ['POST', 'notes', [{ body: 'two' }, { body: 'three' }], 201],
  ['upsert', 'notes', { id: 'one', body: 'changed' }, 201],
  ['PATCH', 'notes/one', { body: 'changed' }, 204],
  ['PATCH', 'notes?body=eq.one', { body: 'changed' }, 204],
  ['PUT', 'notes/one', { body: 'changed' }, 204],
  ['DELETE', 'notes/one', undefined, 204],
  ['DELETE', 'notes?body=fts.one', undefined, 204],
]

const send = (ask: Ask, kind: string, path: string, body: unknown, prefer: string) =>
  kind === 'upsert'
    ? ask('POST', path, body, `resolution=merge-duplicates, ${prefer}`)
    : ask(kind, path, body, prefer)

describe.each([
  ['is migrated', 'migrated'],
  ['could not be migrated', 'failed'],
] as const)('old code, and a tenant that %s', (_, tenant) => {
  test.each(writes)(
    '%s %s works, and takes nothing of what is new away',
    async (kind, path, body, status) => {
      const ask = asker('old', tenant)
      expect(await send(ask, kind, path, body, 'return=minimal')).toEqual([status])
      const [read, rows] = await ask('GET', 'notes?select=body&order=id')
      const bodies = (rows as { body: string }[]).map(({ body }) => body).sort()
      const left = { POST: ['one', 'two'], DELETE: [] }[kind] ?? ['changed']
      expect([read, bodies.filter((body) => body !== 'three')]).toEqual([200, left])
      if (tenant === 'failed' || kind === 'DELETE') return
      const { rows: found } = await world
        .open(tenant)
        .execute("select title, stars from notes where id = 'one'")
      expect(found, path).toMatchObject([{ title: 'first', stars: 5n }])
    },
  )
})

const fresh = { title: 'new', stars: 3 }
const changed = { id: 'one', user_id: null, body: 'changed', public: true, ...fresh }

describe('new code', () => {
  const requests: readonly (readonly [...Sent, told: unknown])[] = [
    ['POST', 'notes', { body: 'changed', ...fresh }, 201, { ...changed, id: expect.any(String) }],
    ['upsert', 'notes', { id: 'one', body: 'changed', ...fresh }, 201, changed],
    ['PATCH', 'notes/one', { body: 'changed', ...fresh }, 200, changed],
    ['PATCH', 'notes?stars=eq.5', { body: 'changed', ...fresh }, 200, changed],
    ['PUT', 'notes/one', { body: 'changed', ...fresh }, 200, changed],
    ['DELETE', 'notes/one', undefined, 200, { ...changed, body: 'one', title: 'first', stars: 5 }],
    ['POST', 'tags', { name: 'new' }, 201, { id: expect.any(String), name: 'new' }],
    ['GET', 'notes', undefined, 200, { ...changed, body: 'one', title: 'first', stars: 5 }],
    ['GET', 'notes?select=id&order=stars', undefined, 200, { id: 'one' }],
    ['GET', 'notes?select=count()&title=eq.first', undefined, 200, { count: 1 }],
    [
      'POST',
      '',
      [{ method: 'PATCH', path: 'notes/one', body: { stars: 1 } }],
      200,
      expect.objectContaining({ status: 204 }),
    ],
  ]
  const ask = (tenant: 'migrated' | 'failed', kind: string, path: string, body: unknown) =>
    send(asker('next', tenant), kind, path, body, 'return=representation')

  test.each(requests)('works where the tenant is migrated: %s %s', async (kind, path, body, status, rows) => {
    const [answered, told] = await ask('migrated', kind, path, body)
    expect([answered, [told].flat()]).toEqual([status, [rows]])
  })

  test.each(requests)(
    'declares what a tenant is not ready for whose migration failed: %s %s',
    async (kind, path, body) => {
      expect(await ask('failed', kind, path, body)).toEqual([503, 'TENANT_NOT_READY'])
      const { rows } = await world.open('failed').execute('select id, body from notes')
      expect(rows).toMatchObject([{ id: 'one', body: 'one' }])
    },
  )

  test('serves of such a tenant what is as it was', async () => {
    const failed = asker('next', 'failed')
    expect(await failed('GET', 'notes?select=body')).toEqual([200, [{ body: 'one' }]])
    expect(await failed('PATCH', 'notes/one', { body: 'changed' })).toEqual([204])
    expect(await failed('POST', 'notes', { body: 'two' })).toEqual([201])
    expect(await failed('DELETE', 'notes?id=eq.one')).toEqual([204])
    expect(await failed('GET', 'notes?select=body&body=fts.two')).toEqual([200, [{ body: 'two' }]])
  })
})
