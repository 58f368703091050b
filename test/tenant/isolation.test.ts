import { GoTrueClient } from '@supabase/auth-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import type { Settings } from '../../src/base/settings.ts'
import declared from './backend/index.ts'
import { startTenantWorld, type TenantWorld } from './world.ts'

let world: TenantWorld
beforeAll(async () => {
  world = await startTenantWorld()
  await world.create('acme')
  await world.create('globex')
}, 60_000)
afterAll(() => world.stop())

const password = 'correct horse battery'

interface Ask {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

describe.each(['host', 'path', 'claim'] as const)('tenants by %s', (from) => {
  /** What somebody of one tenant holds. */
  interface Holder {
    readonly settings: Settings
    readonly token: string
    readonly refresh: string
    readonly note: string
    readonly cursor: string
  }

  const app = createApp({ ...declared, tenants: { from } })
  let acme: Holder
  let globex: Holder

  /** One request to a tenant, with whatever it is given. */
  async function ask(tenant: string, path: string, { method = 'GET', headers = {}, body }: Ask = {}) {
    const root = {
      host: `http://${tenant}.api.test`,
      path: `http://api.test/t/${tenant}`,
      claim: 'http://api.test',
    }
    const request = new Request(`${root[from]}${path}`, {
      method,
      headers: {
        ...(from === 'claim' && { 'selvage-tenant': tenant }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const response = await app.fetch(request, world.bindings)
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: text === '' ? null : JSON.parse(text),
    }
  }

  const user = ({ settings, token }: Holder) => ({
    apikey: settings.publishableKey,
    authorization: `Bearer ${token}`,
  })

  async function signUp(tenant: string): Promise<Holder> {
    const settings = await world.settingsOf(tenant, { from })
    const apikey = settings.publishableKey
    const email = `${from}@example.com`
    const signed = await ask(tenant, '/auth/v1/signup', {
      method: 'POST',
      headers: { apikey },
      body: { email, password },
    })
    expect(signed.status, signed.text).toBe(200)
    const holder = { settings, token: signed.json.access_token, refresh: signed.json.refresh_token }
    const headers = { apikey, authorization: `Bearer ${holder.token}` }
    const notes = [1, 2, 3].map((each) => ({ body: `${tenant} ${from} ${each}` }))
    const made = await ask(tenant, '/rest/v1/notes', {
      method: 'POST',
      headers: { ...headers, prefer: 'return=representation' },
      body: notes,
    })
    expect(made.status, made.text).toBe(201)
    const page = await ask(tenant, '/rest/v1/notes?select=body&limit=1', { headers })
    const link = page.headers.get('link') ?? ''
    const cursor = /cursor=([^&>]+)/.exec(link)?.[1] ?? ''
    expect(cursor).not.toBe('')
    // The link is one that can be followed: with the tenant in it where that is in the path.
    expect(link).toContain(from === 'path' ? `</t/${tenant}/rest/v1/notes` : '</rest/v1/notes')
    return { ...holder, note: made.json[0].id, cursor }
  }

  beforeAll(async () => {
    acme = await signUp('acme')
    globex = await signUp('globex')
  }, 30_000)

  test('each works where it belongs', async () => {
    const own = await ask('acme', `/rest/v1/notes?select=body&limit=1&cursor=${acme.cursor}`, {
      headers: user(acme),
    })
    expect([own.status, own.json.length]).toEqual([200, 1])
    const item = await ask('acme', `/rest/v1/notes/${acme.note}`, { headers: user(acme) })
    expect([item.status, item.json.body]).toEqual([200, `acme ${from} 1`])
    const all = await ask('acme', '/rest/v1/notes?select=body', {
      headers: { apikey: acme.settings.secretKey },
    })
    expect(all.json.every(({ body }: { body: string }) => body.startsWith('acme'))).toBe(true)
  })

  test('an API key of one is a wrong key in another, and those of the server are wrong in both', async () => {
    const { PUBLISHABLE_KEY = '', SECRET_KEY = '' } = world.bindings
    const { publishableKey, secretKey } = acme.settings
    for (const apikey of [publishableKey, secretKey, PUBLISHABLE_KEY, SECRET_KEY]) {
      const answer = await ask('globex', '/rest/v1/notes', { headers: { apikey } })
      expect([answer.status, answer.json.code], answer.text).toEqual([401, 'PGRST302'])
      const signIn = await ask('globex', '/auth/v1/token?grant_type=password', {
        method: 'POST',
        headers: { apikey },
        body: { email: `${from}@example.com`, password },
      })
      expect(signIn.status).toBe(401)
    }
  })

  test('an access token of one is none in another, with its own key or the right one', async () => {
    for (const apikey of [
      acme.settings.publishableKey,
      globex.settings.publishableKey,
      globex.settings.secretKey,
    ]) {
      const headers = { apikey, authorization: `Bearer ${acme.token}` }
      for (const path of ['/rest/v1/notes', '/auth/v1/user']) {
        await ask('globex', '/openapi.json')
        const answer = await ask('globex', path, { headers })
        expect(answer.status, answer.text).toBe(401)
        // By what the token says, before any database is asked for the session.
        expect(answer.headers.get('server-timing')).toContain('trips;desc="0"')
      }
      const write = await ask('globex', '/rest/v1/notes', {
        method: 'POST',
        headers,
        body: { body: 'foreign' },
      })
      expect(write.status).toBe(401)
    }
    const seen = await ask('globex', '/rest/v1/notes?select=body', { headers: user(globex) })
    expect(seen.text).not.toContain('foreign')
  })

  test('a refresh token of one is not known in another', async () => {
    const answer = await ask('globex', '/auth/v1/token?grant_type=refresh_token', {
      method: 'POST',
      headers: { apikey: globex.settings.publishableKey },
      body: { refresh_token: acme.refresh },
    })
    expect([answer.status, answer.json.code]).toEqual([400, 'refresh_token_not_found'])
  })

  test('a cursor of one is not valid in another', async () => {
    const path = `/rest/v1/notes?select=body&limit=1&cursor=${acme.cursor}`
    const answer = await ask('globex', path, { headers: user(globex) })
    expect([answer.status, answer.json.code]).toEqual([400, 'CURSOR_INVALID'])
    // The same person, the same query: the server's key alone tells them apart.
    const anyone = async (tenant: string, { settings }: Holder, cursor = '') =>
      ask(tenant, `/rest/v1/notes?select=body&limit=1${cursor}`, {
        headers: { apikey: settings.publishableKey },
      })
    const link = (await anyone('acme', acme)).headers.get('link') ?? ''
    const cursor = `&cursor=${/cursor=([^&>]+)/.exec(link)?.[1]}`
    expect((await anyone('acme', acme, cursor)).status).toBe(200)
    expect((await anyone('globex', globex, cursor)).json.code).toBe('CURSOR_INVALID')
  })

  test('a row id of one is absent in another', async () => {
    const answer = await ask('globex', `/rest/v1/notes/${acme.note}`, { headers: user(globex) })
    expect(answer.status).toBe(404)
    const change = await ask('globex', `/rest/v1/notes?id=eq.${acme.note}`, {
      method: 'PATCH',
      headers: { ...user(globex), prefer: 'return=representation' },
      body: { body: 'changed' },
    })
    expect([change.status, change.json]).toEqual([200, []])
  })

  test('an Idempotency-Key of one is free in another, also while it runs', async () => {
    const send = (tenant: string, holder: Holder) =>
      ask(tenant, '/rest/v1/notes', {
        method: 'POST',
        headers: {
          ...user(holder),
          'idempotency-key': 'the-same-key-in-both',
          prefer: 'return=representation',
        },
        body: { body: `${tenant} ${from} once` },
      })
    const [one, other] = await Promise.all([send('acme', acme), send('globex', globex)])
    expect([one.status, other.status]).toEqual([201, 201])
    expect([one.json[0].body, other.json[0].body]).toEqual([`acme ${from} once`, `globex ${from} once`])
    expect((await send('globex', globex)).json[0].id).toBe(other.json[0].id)
    const location = await ask('acme', '/rest/v1/notes', {
      method: 'POST',
      headers: user(acme),
      body: { body: 'acme' },
    })
    expect(location.headers.get('location')).toMatch(
      from === 'path' ? /^\/t\/acme\/rest\/v1\/notes\// : /^\/rest\/v1/,
    )
  })

  test('the reference of each has its own address', async () => {
    for (const [tenant, holder] of [
      ['acme', acme],
      ['globex', globex],
    ] as const) {
      const { json } = await ask(tenant, '/openapi.json', {
        headers: { apikey: holder.settings.publishableKey },
      })
      expect(json.servers).toEqual([{ url: holder.settings.apiUrl }])
    }
  })

  test('a request that names none is refused, with the keys of the server too; what is the same for all is not', async () => {
    const { PUBLISHABLE_KEY = '', SECRET_KEY = '' } = world.bindings
    const bare = (path: string, headers: Record<string, string>) =>
      app.fetch(new Request(`http://api.test${path}`, { headers }), world.bindings)
    for (const apikey of [PUBLISHABLE_KEY, SECRET_KEY, acme.settings.secretKey]) {
      for (const path of ['/rest/v1/notes', '/rest/v1/', '/auth/v1/user', '/graphql']) {
        const answer = await bare(path, { apikey })
        expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
          400,
          'TENANT_REQUIRED',
        ])
      }
    }
    for (const path of ['/', '/health', '/docs', '/openapi.json', '/auth/v1/.well-known/jwks.json'])
      expect((await bare(path, {})).status, path).toBe(200)
  })

  test('auth-js signs in and refreshes', async () => {
    const { apiUrl, publishableKey } = acme.settings
    const client = new GoTrueClient({
      url: `${apiUrl}/auth/v1`,
      headers: { apikey: publishableKey, ...(from === 'claim' && { 'Selvage-Tenant': 'acme' }) },
      autoRefreshToken: false,
      persistSession: false,
      fetch: async (input, init) => app.fetch(new Request(input, init), world.bindings),
    })
    const { data, error } = await client.signInWithPassword({ email: `${from}@example.com`, password })
    expect([error, data.user?.email]).toEqual([null, `${from}@example.com`])
    expect((await client.refreshSession()).error).toBeNull()
  })
})

test('by claim, the token alone names the tenant; a header that says another one is refused', async () => {
  const app = createApp({ ...declared, tenants: { from: 'claim' } })
  const { publishableKey: apikey } = await world.settingsOf('acme', { from: 'claim' })
  const ask = (path: string, headers: Record<string, string>, body?: unknown) =>
    app.fetch(
      new Request(`http://api.test${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { apikey, 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
      world.bindings,
    )
  const signed = await ask(
    '/auth/v1/signup',
    { 'selvage-tenant': 'acme' },
    { email: 'alone@example.com', password },
  )
  const { access_token } = (await signed.json()) as { access_token: string }
  const authorization = `Bearer ${access_token}`
  const answer = await ask('/rest/v1/notes', { authorization })
  expect([answer.status, answer.headers.get('vary')]).toEqual([
    200,
    expect.stringContaining('Selvage-Tenant'),
  ])
  expect((await ask('/rest/v1/notes', { authorization, 'selvage-tenant': 'globex' })).status).toBe(401)
  const forged = `Bearer ${access_token.slice(0, -8)}AAAAAAAA`
  expect((await ask('/rest/v1/notes', { authorization: forged })).status).toBe(401)
})
