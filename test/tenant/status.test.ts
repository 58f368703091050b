import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import type { TenantStatus } from '../../src/tenant/directory.ts'
import declared from './backend/index.ts'
import { startTenantWorld, type TenantWorld } from './world.ts'

let world: TenantWorld
let app: ReturnType<typeof createApp>
beforeAll(async () => {
  world = await startTenantWorld()
  await world.create('acme')
}, 60_000)
afterAll(() => world.stop())
// An isolate that remembers nothing.
beforeEach(() => {
  app = createApp(declared)
})

async function read(tenant: string, path = '/rest/v1/notes') {
  const row = await world.directory.find(tenant)
  const { publishableKey: apikey } =
    row === null
      ? { publishableKey: 'none' }
      : await world.settingsOf(tenant, { from: 'path' }).catch(() => ({ publishableKey: 'none' }))
  const response = await app.fetch(
    new Request(`http://api.test/t/${tenant}${path}`, { headers: { apikey } }),
    world.bindings,
  )
  const timing = response.headers.get('server-timing') ?? ''
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as { code?: string },
    trips: Number(/trips;desc="(\d+)"/.exec(timing)?.[1]),
  }
}

const set = (status: TenantStatus) =>
  world.directory.change('acme', ['creating', 'active', 'migrating', 'suspended', 'moving', 'removed'], {
    status,
  })

test('the first request of an isolate pays a trip for the directory, the next ones none', async () => {
  expect(await read('acme')).toMatchObject({ status: 200, body: [], trips: 2 })
  expect(await read('acme')).toMatchObject({ status: 200, trips: 1 })
  expect(await read('nobody')).toMatchObject({ status: 404, trips: 1 })
  expect(await read('nobody')).toMatchObject({ status: 404, trips: 0 })
  expect(await read('no--body')).toMatchObject({ status: 404, trips: 0 })
  expect(await read('acme', '/nothing')).toMatchObject({ status: 404, trips: 0 })
})

test.each([
  ['creating', 503, 'TENANT_NOT_READY'],
  ['migrating', 503, 'TENANT_NOT_READY'],
  ['moving', 503, 'TENANT_NOT_READY'],
  ['suspended', 403, 'TENANT_SUSPENDED'],
  ['removed', 404, 'TENANT_UNKNOWN'],
] as const)('%s: %i %s, and nothing of its database', async (status, expected, code) => {
  await set(status)
  const before = world.gateway.requests.get('acme')
  const answer = await read('acme')
  expect([answer.status, answer.body.code]).toEqual([expected, code])
  expect(answer.headers.get('retry-after')).toBe(expected === 503 ? '2' : null)
  expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  expect(world.gateway.requests.get('acme')).toBe(before)
  await set('active')
  // Who was not ready is looked up again soon.
  await sleep(1_050)
  expect((await read('acme')).status).toBe(200)
})

test('who is suspended is believed to be active for ten seconds at most', async () => {
  expect((await read('acme')).status).toBe(200)
  await set('suspended')
  try {
    expect((await read('acme')).status).toBe(200)
    await sleep(10_050)
    expect(await read('acme')).toMatchObject({ status: 403, body: { code: 'TENANT_SUSPENDED' } })
  } finally {
    await set('active')
  }
})

test('a database that is gone, or is there without tables, is declared: never an empty answer', async () => {
  await world.create('lost')
  expect((await read('lost')).status).toBe(200)
  await world.namespaces.remove('lost')
  expect(await read('lost')).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE_DATABASE' } })
  await world.namespaces.create('lost')
  for (const path of ['/rest/v1/notes', '/rest/v1/notes?select=count()', '/rest/v1/notes?body=fts.x']) {
    const answer = await read('lost', path)
    expect([answer.status, answer.body.code], path).toEqual([503, 'TENANT_NOT_READY'])
    expect(answer.headers.get('retry-after')).toBe('2')
  }
})

test('a directory that is not there, or no pattern: declared', async () => {
  const ask = async (bindings: Readonly<Record<string, unknown>>) => {
    const request = new Request('http://api.test/t/acme/rest/v1/notes')
    const response = await createApp(declared).fetch(request, { ...world.bindings, ...bindings })
    return [response.status, ((await response.json()) as { code: string }).code]
  }
  await world.namespaces.create('blank')
  expect(await ask({ DATABASE_URL: world.gateway.urlOf('blank') })).toEqual([503, 'UNAVAILABLE_DATABASE'])
  expect(await ask({ DATABASE_URL: 'http://127.0.0.1:1' })).toEqual([503, 'UNAVAILABLE_DATABASE'])
  for (const TENANT_DATABASE_URL of [undefined, '', 'http://no-place.example', 'ftp://{tenant}', 7])
    expect(await ask({ TENANT_DATABASE_URL })).toEqual([503, 'UNAVAILABLE_CONFIGURATION'])
})

test('a name that was given anew opens nothing to the keys of its former bearer', async () => {
  await world.create('anew')
  const former = await world.settingsOf('anew', { from: 'path' })
  await world.directory.change('anew', ['active'], { status: 'removed' })
  await world.namespaces.remove('anew')
  await world.create('anew')
  const now = await world.settingsOf('anew', { from: 'path' })
  for (const key of ['publishableKey', 'secretKey', 'serverSecret'] as const)
    expect(now[key]).not.toBe(former[key])
  for (const [apikey, status] of [
    [former.secretKey, 401],
    [now.secretKey, 200],
  ] as const) {
    const request = new Request('http://api.test/t/anew/rest/v1/notes', { headers: { apikey } })
    expect((await app.fetch(request, world.bindings)).status).toBe(status)
  }
})
