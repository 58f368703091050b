import { GoTrueClient } from '@supabase/auth-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { oauth, oauthServer, oidc } from '../../src/index.ts'
import { clientId, clientSecret, startIssuer, type TestIssuer } from '../auth/oauth/issuer.ts'
import { linkIn, type Mailbox, startMailbox } from '../sign-in/harness/mailbox.ts'
import declared from './backend/index.ts'
import { password, waiting } from './holder.ts'
import { startTenantWorld, type TenantWorld } from './world.ts'

let world: TenantWorld
let issuer: TestIssuer
let mailbox: Mailbox
let app: ReturnType<typeof createApp>
let bindings: Readonly<Record<string, string>>
beforeAll(async () => {
  const people = { ann: { email: 'ann@elsewhere.example', email_verified: true } }
  ;[world, issuer, mailbox] = await Promise.all([startTenantWorld(), startIssuer(people), startMailbox()])
  await world.create('acme')
  await world.create('globex')
  const features = [
    oauth({ providers: [oidc({ name: 'custom:elsewhere', issuer: issuer.url })] }),
    oauthServer({ consentUrl: 'http://app.test/consent' }),
  ]
  const auth = { confirmEmail: true, redirectUrls: ['http://app.test/in'], features }
  app = createApp({ ...declared, auth, tenants: { from: 'claim' } })
  bindings = {
    ...world.bindings,
    ...{ RESEND_API_KEY: 're_test', RESEND_URL: mailbox.url, MAIL_FROM: 'Notes <mail@notes.test>' },
    ...{
      OAUTH_CUSTOM_ELSEWHERE_CLIENT_ID: clientId,
      OAUTH_CUSTOM_ELSEWHERE_CLIENT_SECRET: clientSecret,
    },
  }
}, 60_000)
afterAll(async () => {
  await world.stop()
  await issuer.stop()
  await mailbox.stop()
})

const fetched = async (url: string, init: RequestInit = {}) =>
  app.fetch(new Request(url, { redirect: 'manual', ...init }), bindings, waiting)

/** `auth-js` of a tenant; its requests have the header, and what a browser opens has not. */
async function clientOf(tenant: string) {
  const { publishableKey, apiUrl } = await world.settingsOf(tenant, { from: 'claim' })
  const stored = new Map<string, string>()
  return new GoTrueClient({
    url: `${apiUrl}/auth/v1`,
    headers: { apikey: publishableKey, 'Selvage-Tenant': tenant },
    autoRefreshToken: false,
    flowType: 'pkce',
    storage: {
      getItem: (key) => stored.get(key) ?? null,
      setItem: (key, value) => void stored.set(key, value),
      removeItem: (key) => void stored.delete(key),
    },
    fetch: (input, init) => fetched(String(input), init),
  })
}

/** Where an answer leads to. */
function locationOf(response: Response): URL {
  return new URL(response.headers.get('location') ?? `none:${response.status}`)
}

/** A browser that has set out, at the provider, which sends it back with a state and a code. */
async function atProvider(tenant: string) {
  const client = await clientOf(tenant)
  const { data } = await client.signInWithOAuth({
    provider: 'custom:elsewhere',
    options: {
      redirectTo: 'http://app.test/in',
      queryParams: { login_hint: 'ann', selvage_tenant: tenant },
    },
  })
  const begun = await fetched(data.url ?? '')
  const theirs = locationOf(begun)
  const cookie = begun.headers.get('set-cookie')?.split(';')[0] ?? ''
  const jar: string[] = []
  let next = theirs.href
  while (next.startsWith(issuer.url)) {
    const response = await fetch(next, { redirect: 'manual', headers: { cookie: jar.join('; ') } })
    jar.push(...response.headers.getSetCookie().map((line) => line.split(';')[0] ?? ''))
    next = new URL(response.headers.get('location') ?? 'none:', next).href
  }
  return { client, theirs, back: new URL(next), headers: { cookie } }
}

async function tenantOfSession(client: GoTrueClient, location: URL) {
  const { data, error } = await client.exchangeCodeForSession(location.searchParams.get('code') ?? '')
  expect([location.href, error]).toEqual([location.href, null])
  return JSON.parse(atob(data.session?.access_token.split('.')[1] ?? '')).tenant
}

test('who comes back from a provider is known to be of the tenant by the state, and the provider learns no parameter', async () => {
  const { client, theirs, back, headers } = await atProvider('acme')
  expect([theirs.origin, theirs.searchParams.get('selvage_tenant')]).toEqual([issuer.url, null])
  expect([back.origin, back.pathname]).toEqual(['http://api.test', '/auth/v1/callback'])
  const location = locationOf(await fetched(back.href, { headers }))
  expect(location.href).toContain('http://app.test/in?code=')
  expect(await tenantOfSession(client, location)).toBe('acme')
  const other = await clientOf('globex')
  expect((await other.exchangeCodeForSession(location.searchParams.get('code') ?? '')).error).not.toBeNull()
})

test('and by the state of what a provider posts', async () => {
  const { client, back, headers } = await atProvider('globex')
  const body = back.searchParams
  const posted = await fetched(`http://api.test${back.pathname}`, { method: 'POST', headers, body })
  expect(await tenantOfSession(client, locationOf(posted))).toBe('globex')
})

test.each([
  ['of another tenant', (state: string) => state.replace(/^acme\./, 'globex.')],
  ['that is longer than its own', (state: string) => `acme.${state}`],
  ['that nobody has, beside a header that names its own', (state: string) => state.replace('acme', 'emca')],
])('a state in the name %s is none', async (name, changed) => {
  const { back, headers } = await atProvider('acme')
  const state = back.searchParams.get('state') ?? ''
  expect(state).toMatch(/^acme\.[\w-]+$/)
  back.searchParams.set('state', changed(state))
  const named = name.includes('header') ? { 'selvage-tenant': 'acme' } : {}
  const location = locationOf(await fetched(back.href, { headers: { ...headers, ...named } }))
  expect(location.searchParams.get('error_code')).toBe('bad_oauth_state')
  // It was not used up thereby.
  back.searchParams.set('state', state)
  expect(locationOf(await fetched(back.href, { headers })).searchParams.get('code')).not.toBeNull()
})

test('a link of a mail names the tenant, and is nothing in another', async () => {
  const email = 'bob@example.com'
  for (const tenant of ['acme', 'globex']) {
    const client = await clientOf(tenant)
    const sent = mailbox.all(email).length
    await client.signUp({ email, password, options: { emailRedirectTo: 'http://app.test/in' } })
    const link = new URL(linkIn(await mailbox.after(email, sent)))
    expect(link.searchParams.get('selvage_tenant')).toBe(tenant)
    const elsewhere = new URL(link)
    elsewhere.searchParams.set('selvage_tenant', tenant === 'acme' ? 'globex' : 'acme')
    const wrong = locationOf(await fetched(elsewhere.href))
    expect(wrong.searchParams.get('error_code')).toBe('otp_expired')
    expect(await tenantOfSession(client, locationOf(await fetched(link.href)))).toBe(tenant)
  }
})

test('another app that signs its users in here finds the tenant in the endpoints that it is told of', async () => {
  const { secretKey } = await world.settingsOf('acme', { from: 'claim' })
  const made = await fetched('http://api.test/auth/v1/admin/oauth/clients', {
    method: 'POST',
    headers: { apikey: secretKey, 'selvage-tenant': 'acme', 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: 'Loom', redirect_uris: ['https://loom.test/back'] }),
  })
  const known = (await made.json()) as { client_id: string; client_secret: string }
  const told = await fetched('http://api.test/auth/v1/.well-known/openid-configuration?selvage_tenant=acme')
  const document = (await told.json()) as { authorization_endpoint: string; token_endpoint: string }
  const begin = new URL(document.authorization_endpoint)
  expect(begin.searchParams.get('selvage_tenant')).toBe('acme')
  const asked = {
    ...{ client_id: known.client_id, redirect_uri: 'https://loom.test/back', response_type: 'code' },
    ...{ code_challenge: 'x'.repeat(43), code_challenge_method: 'S256', scope: 'openid' },
  }
  for (const [name, value] of Object.entries(asked)) begin.searchParams.set(name, value)
  const page = locationOf(await fetched(begin.href))
  expect([page.origin, page.pathname, page.searchParams.get('selvage_tenant')]).toEqual([
    'http://app.test',
    '/consent',
    'acme',
  ])
  const redeemed = await fetched(document.token_endpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${known.client_id}:${known.client_secret}`)}` },
    body: new URLSearchParams({
      ...{ grant_type: 'authorization_code', code: 'none', code_verifier: 'y'.repeat(43) },
      redirect_uri: 'https://loom.test/back',
    }),
  })
  expect([redeemed.status, await redeemed.json()]).toMatchObject([400, { error: 'invalid_grant' }])
  begin.searchParams.set('selvage_tenant', 'globex')
  expect((await fetched(begin.href)).status).toBe(400)
})

test.each([
  ['a link that names none', '/auth/v1/verify?token=x&type=signup', 400],
  ['a state that names none', '/auth/v1/callback?state=x&code=y', 400],
  ['two names', '/auth/v1/verify?token=x&type=signup&selvage_tenant=acme&selvage_tenant=globex', 400],
  ['a name of nobody', '/auth/v1/verify?token=x&type=signup&selvage_tenant=nobody', 404],
  ['no name at all', '/auth/v1/callback?state=..%2Facme.x', 404],
  ['data by the query', '/rest/v1/notes?selvage_tenant=acme', 400],
  ['sign-in by the query', '/auth/v1/user?selvage_tenant=acme', 400],
])('%s is refused', async (_, path, status) => {
  const { publishableKey: apikey } = await world.settingsOf('acme', { from: 'claim' })
  expect((await fetched(`http://api.test${path}`, { headers: { apikey } })).status).toBe(status)
})
