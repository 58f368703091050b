import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { moveTenant } from '../../src/cli/tenants/move.ts'
import { removeOld, removeTenant } from '../../src/cli/tenants/remove.ts'
import { backend, everyone, resource, type TenantsDeclaration } from '../../src/index.ts'
import { notes } from './backend/notes.ts'
import { waiting } from './holder.ts'
import { startTenantWorld, type TenantWorld } from './world.ts'

const declared = backend({
  name: 'Notes that are kept',
  roles: { member: [] },
  defaultRole: 'member',
  resources: [
    resource(notes, {
      read: everyone,
      create: everyone,
      cache: { maxAge: 60, staleWhileRevalidate: 60, staleIfError: 60, clients: 20 },
    }),
  ],
  tenants: { from: 'host' },
})

/** The Cache API of a data centre, which all isolates there share; as much of it as is used. */
function dataCentre() {
  const kept = new Map<string, Response>()
  return {
    match: async (url: string) => kept.get(url)?.clone(),
    put: async (url: string, response: Response) => void kept.set(url, response.clone()),
    size: () => kept.size,
  }
}

let world: TenantWorld
let centre: ReturnType<typeof dataCentre>
beforeAll(async () => {
  world = await startTenantWorld()
}, 60_000)
afterAll(async () => {
  Reflect.deleteProperty(globalThis, 'caches')
  await world.stop()
})
beforeEach(() => {
  centre = dataCentre()
  Reflect.set(globalThis, 'caches', { default: centre })
})

type From = TenantsDeclaration['from']
const root = (from: From, name: string) =>
  ({ host: `http://${name}.api.test`, path: `http://api.test/t/${name}`, claim: 'http://api.test' })[from]

interface Asked {
  readonly from?: From
  readonly given?: Readonly<Record<string, string>>
  /** To be written as JSON. */
  readonly body?: unknown
}

async function ask(
  app: ReturnType<typeof createApp>,
  name: string,
  { from = 'host', given = {}, body }: Asked = {},
) {
  const { publishableKey: apikey } = await world.settingsOf(name, { from })
  const headers = {
    ...{ apikey, 'content-type': 'application/json' },
    ...(from === 'claim' && { 'selvage-tenant': name }),
    ...given,
  }
  const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) }
  const request = new Request(`${root(from, name)}/rest/v1/notes?select=body`, init)
  const response = await app.fetch(request, { ...world.bindings, CACHE_OFF: '' }, waiting)
  const text = await response.text()
  const [, trips] = /trips;desc="(\d+)"/.exec(response.headers.get('server-timing') ?? '') ?? []
  const kept = response.headers.get('cache-status') ?? ''
  return { text, trips, status: response.status, headers: response.headers, kept }
}

const read = (
  app: ReturnType<typeof createApp>,
  name: string,
  from: From = 'host',
  given: Readonly<Record<string, string>> = {},
) => ask(app, name, { from, given })

const write = (name: string, body: string) =>
  world.open(name).execute({ sql: 'insert into notes (id, body) values (?, ?)', args: [body, body] })

describe.each(['host', 'path', 'claim'] as const)('tenants by %s', (from) => {
  const names = [`acme-${from}`, `globex-${from}`] as const
  const isolate = () => createApp({ ...declared, tenants: { from } })
  beforeAll(async () => {
    for (const name of names) {
      await world.create(name)
      await write(name, `of ${name}`)
    }
  })

  test('the same query of two tenants is two entries, in this isolate and in the data centre', async () => {
    for (const app of [isolate(), isolate()]) {
      for (let round = 0; round < 2; round += 1) {
        for (const name of names) expect((await read(app, name, from)).text).toBe(`[{"body":"of ${name}"}]`)
      }
      expect((await read(app, names[0], from)).kept).toContain('hit')
    }
    expect(centre.size()).toBeGreaterThan(1)
  })

  test('what clients may keep they do not keep of another tenant: of one URL it varies by who names it', async () => {
    const app = isolate()
    const [acme, globex] = [await read(app, names[0], from), await read(app, names[1], from)]
    for (const { headers } of [acme, globex, await read(app, names[0], from)]) {
      expect(headers.get('cache-control')).toMatch(/^public, max-age=/)
      const varies = (headers.get('vary') ?? '').toLowerCase().split(/, */)
      expect([varies.includes('apikey'), varies.includes('selvage-tenant')]).toEqual([true, from === 'claim'])
    }
    const etag = acme.headers.get('etag') ?? ''
    const unchanged = await read(app, names[0], from, { 'if-none-match': etag })
    expect([unchanged.status, unchanged.headers.get('vary')]).toEqual([304, acme.headers.get('vary')])
    const other = await read(app, names[1], from, { 'if-none-match': etag })
    expect([other.status, other.text]).toEqual([200, globex.text])
  })
})

test('what nobody in particular writes for one tenant is no news to those who read of another', async () => {
  const here = createApp(declared)
  for (const name of ['writer', 'reader']) {
    await world.create(name)
    await write(name, `of ${name}`)
  }
  await read(here, 'reader')
  const body = { id: 'new', body: 'new' }
  expect((await ask(here, 'writer', { body })).status).toBe(201)
  const { text, kept, trips } = await read(here, 'reader')
  expect([text, kept, trips]).toEqual(['[{"body":"of reader"}]', expect.stringContaining('; hit;'), '0'])
  expect((await read(here, 'writer')).text).toContain('new')
  expect((await read(createApp(declared), 'reader')).kept).toContain('; hit;')
})

test('who is suspended gets nothing that was kept', async () => {
  await world.create('gone')
  await write('gone', 'secret')
  expect((await read(createApp(declared), 'gone')).status).toBe(200)
  await world.directory.change('gone', ['active'], { status: 'suspended' })
  const answer = await read(createApp(declared), 'gone')
  expect([answer.status, answer.text.includes('secret')]).toEqual([403, false])
})

test('a name that is given anew is told nothing that was kept of its former bearer', async () => {
  const app = createApp(declared)
  await world.create('anew')
  await write('anew', 'secret')
  expect((await read(app, 'anew')).text).toContain('secret')
  expect((await read(app, 'anew')).kept).toContain('hit')
  await removeTenant(world.place, 'anew')
  await world.create('anew')
  const answer = await read(createApp(declared), 'anew')
  expect([answer.status, answer.text]).toEqual([200, '[]'])
})

test('what was kept before a move is not served after it', async () => {
  await world.create('mover')
  await world.namespaces.create('mover-new')
  await write('mover', 'before')
  expect((await read(createApp(declared), 'mover')).text).toBe('[{"body":"before"}]')
  await moveTenant(world.place, 'mover', { to: world.gateway.urlOf('mover-new'), settleMilliseconds: 0 })
  await world.open('mover-new').execute(`update notes set body = 'after'`)
  expect((await read(createApp(declared), 'mover')).text).toBe('[{"body":"after"}]')
})

test('nor after a move there and back', async () => {
  await world.create('wanderer')
  const home = world.gateway.urlOf('wanderer')
  await world.namespaces.create('wanderer-new')
  await write('wanderer', 'before')
  expect((await read(createApp(declared), 'wanderer')).text).toBe('[{"body":"before"}]')
  await moveTenant(world.place, 'wanderer', { to: world.gateway.urlOf('wanderer-new') })
  await world.open('wanderer-new').execute(`update notes set body = 'after'`)
  await removeOld(world.place, 'wanderer')
  await world.namespaces.create('wanderer')
  await moveTenant(world.place, 'wanderer', { to: home })
  expect((await read(createApp(declared), 'wanderer')).text).toBe('[{"body":"after"}]')
})
