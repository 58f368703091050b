import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ask, credentials, type Holder, password, tenantAsker } from './holder.ts'
import { startTenantWorld, type TenantWorld } from './world.ts'

let world: TenantWorld
let holder: Holder
let user: string
const { ask, signUp } = tenantAsker(() => world, 'path')
beforeAll(async () => {
  world = await startTenantWorld()
  await world.create('acme')
  holder = await signUp('acme')
  user = (await ask('acme', '/auth/v1/user', { headers: credentials(holder) })).json.id
}, 60_000)
afterAll(() => world.stop())

type Asker = 'key' | 'user' | 'service'
interface Asked extends Ask {
  readonly as: Asker
  readonly path: string
}

const write = (method: string, path: string, body?: unknown, headers: Ask['headers'] = {}): Asked => ({
  ...{ as: 'service', method, path, headers },
  ...(body !== undefined && { body }),
})

/** One of each kind, each of which does what it says as long as all is well. */
function requests(): readonly Asked[] {
  const { note, refresh } = holder
  const item = `/rest/v1/notes/${note}`
  const body = { body: 'new' }
  const auth = (path: string, given: unknown): Asked => ({
    ...{ as: 'key', method: 'POST', path: `/auth/v1/${path}`, body: given },
  })
  const admin = (method: string, path: string, given?: unknown) =>
    write(method, `/auth/v1/admin/${path}`, given)
  const email = 'path@example.com'
  const batch = [
    { method: 'POST', path: 'notes', body },
    { method: 'PATCH', path: `notes/${note}`, body },
  ]
  return [
    { as: 'key', path: '/rest/v1/notes?select=body' },
    { as: 'key', path: '/rest/v1/notes?body=fts.acme' },
    { as: 'user', path: item },
    { as: 'user', method: 'POST', path: '/rest/v1/notes', body },
    { as: 'user', method: 'PATCH', path: item, body },
    write('POST', '/rest/v1/notes', body),
    write('POST', '/rest/v1/notes', body, { 'idempotency-key': crypto.randomUUID() }),
    write('POST', '/rest/v1/notes', { id: note, ...body }, { prefer: 'resolution=merge-duplicates' }),
    write('PATCH', `/rest/v1/notes?id=eq.${note}`, body),
    write('PUT', item, body),
    write('POST', '/rest/v1/', batch),
    write('DELETE', item),
    write('DELETE', '/rest/v1/notes?id=neq.none'),
    auth('signup', { email: 'new@example.com', password }),
    auth('token?grant_type=password', { email, password }),
    auth('token?grant_type=refresh_token', { refresh_token: refresh }),
    // An address is sent so many mails, and whether there is one is not told.
    auth('recover', { email: `${crypto.randomUUID()}@example.com` }),
    auth('otp', { email: `${crypto.randomUUID()}@example.com` }),
    { as: 'user', path: '/auth/v1/user' },
    { as: 'user', method: 'PUT', path: '/auth/v1/user', body: { data: { called: 'Ada' } } },
    { as: 'user', path: '/auth/v1/user/sessions' },
    admin('GET', 'users'),
    admin('GET', `users/${user}`),
    admin('POST', 'users', { email: 'made@example.com' }),
    admin('GET', 'audit'),
    admin('POST', 'api-keys', { name: 'robot', roles: ['member'] }),
    admin('POST', 'generate_link', { email, type: 'magiclink' }),
    { as: 'user', method: 'POST', path: '/auth/v1/logout' },
    admin('PUT', `users/${user}`, { email: 'renamed@example.com' }),
    admin('DELETE', `users/${user}`),
  ]
}

/** What each is answered, one after another. */
async function answers(): Promise<readonly (readonly [request: string, status: number, told: string])[]> {
  const told: [string, number, string][] = []
  const { publishableKey, secretKey } = holder.settings
  const keys = {
    key: { apikey: publishableKey },
    user: credentials(holder),
    service: { apikey: secretKey },
  }
  for (const { as, path, ...asked } of requests()) {
    const answer = await ask('acme', path, { ...asked, headers: { ...keys[as], ...asked.headers } })
    const wait = answer.headers.get('retry-after')
    const code = answer.json?.code ?? answer.json?.error_code ?? ''
    told.push([`${asked.method ?? 'GET'} ${path} as ${as}`, answer.status, `${code} ${wait}`])
  }
  return told
}

/** @param told the error code, and `Retry-After` */
const all = (status: number, told: string) => requests().map(() => [expect.any(String), status, told])

test('each of these does what it says', async () => {
  expect((await answers()).filter(([, status]) => status >= 300)).toEqual([])
})

test('of a database that lacks a column of each table nothing is answered, and nothing is empty: it is not ready', async () => {
  const renames = ['notes', 'auth_users', 'selvage_audit'].map(
    (table) => `alter table ${table} rename column id to former_id`,
  )
  await world.open('acme').batch(renames, 'write')
  expect(await answers()).toEqual(all(503, 'TENANT_NOT_READY 2'))
})

test('nor of one without tables', async () => {
  await world.namespaces.remove('acme')
  await world.namespaces.create('acme')
  expect(await answers()).toEqual(all(503, 'TENANT_NOT_READY 2'))
})

test('of one that is gone it is said that it does not answer', async () => {
  await world.namespaces.remove('acme')
  expect(await answers()).toEqual(all(503, 'UNAVAILABLE_DATABASE 5'))
})
