import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { credentials, cursorIn, type Holder, password, tenantAsker } from './holder.ts'
import { startTenantWorld, type TenantWorld } from './world.ts'

let world: TenantWorld
beforeAll(async () => {
  world = await startTenantWorld()
  await world.create('acme')
  await world.create('globex')
}, 60_000)
afterAll(() => world.stop())

describe.each(['host', 'path', 'claim'] as const)('tenants by %s', (from) => {
  const { ask, signUp } = tenantAsker(() => world, from)
  let acme: Holder
  let globex: Holder
  beforeAll(async () => {
    acme = await signUp('acme')
    globex = await signUp('globex')
  }, 30_000)

  test('each works where it belongs', async () => {
    const own = await ask('acme', `/rest/v1/notes?select=body&limit=1&cursor=${acme.cursor}`, {
      headers: credentials(acme),
    })
    expect([own.status, own.json.length]).toEqual([200, 1])
    const item = await ask('acme', `/rest/v1/notes/${acme.note}`, { headers: credentials(acme) })
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
    const seen = await ask('globex', '/rest/v1/notes?select=body', { headers: credentials(globex) })
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
    const answer = await ask('globex', path, { headers: credentials(globex) })
    expect([answer.status, answer.json.code]).toEqual([400, 'CURSOR_INVALID'])
    // The same person, the same query: the server's key alone tells them apart.
    const anyone = async (tenant: string, { settings }: Holder, cursor = '') =>
      ask(tenant, `/rest/v1/notes?select=body&limit=1${cursor}`, {
        headers: { apikey: settings.publishableKey },
      })
    const cursor = `&cursor=${cursorIn((await anyone('acme', acme)).headers)}`
    expect((await anyone('acme', acme, cursor)).status).toBe(200)
    expect((await anyone('globex', globex, cursor)).json.code).toBe('CURSOR_INVALID')
  })

  test('a bookmark of one is none of another', async () => {
    const headers = { ...credentials(acme), prefer: 'return=minimal' }
    const made = await ask('acme', '/rest/v1/notes', { method: 'POST', headers, body: { body: 'acme' } })
    const bookmark = { 'selvage-bookmark': made.headers.get('selvage-bookmark') ?? '' }
    expect(bookmark['selvage-bookmark']).not.toBe('')
    const own = await ask('acme', '/rest/v1/notes', { headers: { ...credentials(acme), ...bookmark } })
    expect(own.status).toBe(200)
    const other = await ask('globex', '/rest/v1/notes', { headers: { ...credentials(globex), ...bookmark } })
    expect([other.status, other.json.code]).toEqual([400, 'BOOKMARK_INVALID'])
  })

  test('a row id of one is absent in another', async () => {
    const answer = await ask('globex', `/rest/v1/notes/${acme.note}`, { headers: credentials(globex) })
    expect(answer.status).toBe(404)
    const change = await ask('globex', `/rest/v1/notes?id=eq.${acme.note}`, {
      method: 'PATCH',
      headers: { ...credentials(globex), prefer: 'return=representation' },
      body: { body: 'changed' },
    })
    expect([change.status, change.json]).toEqual([200, []])
  })

  test('an Idempotency-Key of one is free in another, also while it runs', async () => {
    const send = (tenant: string, holder: Holder) =>
      ask(tenant, '/rest/v1/notes', {
        method: 'POST',
        headers: {
          // Without a user, whose id would tell the two apart.
          apikey: holder.settings.secretKey,
          'idempotency-key': `the-same-key-by-${from}`,
          prefer: 'return=representation',
        },
        body: { body: `${tenant} ${from} once` },
      })
    const [one, other] = await Promise.all([send('acme', acme), send('globex', globex)])
    expect([one.status, other.status]).toEqual([201, 201])
    expect([one.json[0].body, other.json[0].body]).toEqual([`acme ${from} once`, `globex ${from} once`])
    expect((await send('globex', globex)).json[0].id).toBe(other.json[0].id)
  })
})
