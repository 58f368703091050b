import { GoTrueClient } from '@supabase/auth-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { credentials, type Holder, password, tenantAsker, waiting } from './holder.ts'
import { startTenantWorld, type TenantWorld } from './world.ts'

let world: TenantWorld
beforeAll(async () => {
  world = await startTenantWorld()
  await world.create('acme')
  await world.create('globex')
}, 60_000)
afterAll(() => world.stop())

describe.each(['host', 'path', 'claim'] as const)('tenants by %s', (from) => {
  const { app, ask, signUp } = tenantAsker(() => world, from)
  let acme: Holder
  let globex: Holder
  beforeAll(async () => {
    acme = await signUp('acme')
    globex = await signUp('globex')
  }, 30_000)

  test('links and locations can be followed: with the tenant in them where it is in the path', async () => {
    const root = from === 'path' ? '/t/acme' : ''
    const headers = credentials(acme)
    const page = await ask('acme', '/rest/v1/notes?select=body&limit=1', { headers })
    expect(page.headers.get('link')).toContain(`<${root}/rest/v1/notes?`)
    const item = new RegExp(`^${root}/rest/v1/notes/`)
    const made = await ask('acme', '/rest/v1/notes', {
      method: 'POST',
      headers: { ...headers, prefer: 'return=headers-only' },
      body: { body: 'acme' },
    })
    expect(made.headers.get('location'), made.text).toMatch(item)
    const batch = [
      { method: 'POST', path: 'notes', headers: { prefer: 'return=headers-only' }, body: { body: 'acme' } },
    ]
    const answers = await ask('acme', '/rest/v1/', { method: 'POST', headers, body: batch })
    expect(answers.json[0].headers.location, answers.text).toMatch(item)
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
      fetch: async (input, init) => app.fetch(new Request(input, init), world.bindings, waiting),
    })
    const { data, error } = await client.signInWithPassword({ email: `${from}@example.com`, password })
    expect([error, data.user?.email]).toEqual([null, `${from}@example.com`])
    expect((await client.refreshSession()).error).toBeNull()
  })
})

test('by claim, the token alone names the tenant; a header that says another one is refused', async () => {
  const { app } = tenantAsker(() => world, 'claim')
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
  const stale = await ask('/auth/v1/user', { authorization: `${authorization.slice(0, -8)}AAAAAAAA` })
  expect([stale.status, await stale.json()]).toEqual([401, expect.objectContaining({ code: 'bad_jwt' })])
  const forged = `Bearer ${access_token.slice(0, -8)}AAAAAAAA`
  expect((await ask('/rest/v1/notes', { authorization: forged })).status).toBe(401)
})
