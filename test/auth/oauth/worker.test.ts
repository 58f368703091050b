import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundleWorker } from '../../../bench/build/bundle.ts'
import { makeBindings } from '../../harness/bindings.ts'
import { startAuthServer, type TestAuthServer } from '../server.ts'
import { clientId, clientSecret, startIssuer, type TestIssuer } from './issuer.ts'

/** The same as it is deployed: bundled, in workerd, at https. */
let issuer: TestIssuer
let server: TestAuthServer
let folder: string
let script: string
const running: Miniflare[] = []

beforeAll(async () => {
  issuer = await startIssuer({ ada: { email: 'ada@example.com', email_verified: true } })
  server = await startAuthServer()
  folder = await mkdtemp(join(tmpdir(), 'selvage-oauth-'))
  const src = resolve('src')
  const entry = join(folder, 'entry.ts')
  await writeFile(
    entry,
    `import { createApp } from '${src}/app.ts'
import { apple, oauth, oidc } from '${src}/index.ts'
const features = [oauth({ providers: [oidc({ name: 'acme', issuer: '${issuer.url}' }), apple()] })]
const app = createApp({ name: 'a', roles: { customer: [] }, defaultRole: 'customer', resources: [], auth: { features } })
export default { fetch: app.fetch }`,
  )
  const bundle = await bundleWorker(entry, join(folder, 'out'))
  script = await readFile(join(bundle.folder, bundle.main), 'utf8')
})
afterAll(async () => {
  await Promise.all(running.map((each) => each.dispose()))
  await server.stop()
  await issuer.stop()
  await rm(folder, { recursive: true, force: true })
})

const ofApple = {
  OAUTH_APPLE_CLIENT_ID: 'com.example.web',
  OAUTH_APPLE_TEAM_ID: 'TEAM',
  OAUTH_APPLE_KEY_ID: 'KEY',
  OAUTH_APPLE_PRIVATE_KEY: 'used when it comes back',
}

async function start(more: Record<string, string>) {
  const bindings: Readonly<Record<string, string>> = {
    ...makeBindings(server.settings.databaseUrl),
    ...ofApple,
    ...more,
  }
  const worker = { name: 'worker', modules: true, script, compatibilityDate: '2026-10-01', bindings }
  const miniflare = new Miniflare(convertV4MiniflareOptions({ workers: [worker] }))
  running.push(miniflare)
  await miniflare.ready
  const visit = (url: string, headers: Record<string, string> = {}) =>
    miniflare.dispatchFetch(url, { headers, redirect: 'manual' })
  return { bindings, visit }
}

test('the whole way, with a cookie that is this host’s alone', async () => {
  const { bindings, visit } = await start({
    API_URL: 'https://selvage.test',
    SITE_URL: 'https://site.test',
    OAUTH_ACME_CLIENT_ID: clientId,
    OAUTH_ACME_CLIENT_SECRET: clientSecret,
  })
  const out = await visit('https://selvage.test/auth/v1/authorize?provider=acme&login_hint=ada')
  expect(out.status).toBe(302)
  const [cookie = ''] = out.headers.getSetCookie()
  expect(cookie).toMatch(
    /^__Host-selvage-oauth=[\w-]{43}; Path=\/; HttpOnly; Max-Age=600; Secure; SameSite=Lax$/,
  )
  // What Apple posts from its own site comes with no other cookie.
  const posted = await visit('https://selvage.test/auth/v1/authorize?provider=apple')
  expect(posted.headers.getSetCookie()[0]).toMatch(/^__Host-selvage-oauth-post=.*; Secure; SameSite=None$/)
  let next = out.headers.get('location') ?? ''
  let jar = ''
  for (let hop = 0; hop < 5 && next.startsWith(issuer.url); hop += 1) {
    const response = await fetch(next, { redirect: 'manual', headers: { cookie: jar } })
    jar = [jar, ...response.headers.getSetCookie().map((line) => line.split(';')[0])].join('; ')
    next = new URL(response.headers.get('location') ?? '', next).href
  }
  const refused = await visit(next)
  expect(refused.headers.get('location')).toContain('error_code=bad_oauth_state')
  const back = await visit(next, { cookie: cookie.split(';')[0] ?? '' })
  expect(back.headers.get('location')).toMatch(/^https:\/\/site\.test#access_token=/)
  expect(back.headers.get('server-timing')).toContain('trips;desc="1"')
  const token = new URLSearchParams((back.headers.get('location') ?? '').split('#')[1]).get('access_token')
  const user = await visit('https://selvage.test/auth/v1/user', {
    apikey: bindings.PUBLISHABLE_KEY ?? '',
    authorization: `Bearer ${token}`,
  })
  expect(await user.json()).toMatchObject({ email: 'ada@example.com' })
})

test('without the secret of a provider it does not start, and says what is missing', async () => {
  const { visit } = await start({ OAUTH_ACME_CLIENT_ID: clientId })
  const response = await visit('http://selvage.test/auth/v1/settings')
  expect(response.status).toBe(503)
  expect(await response.json()).toMatchObject({
    message: expect.stringContaining('OAUTH_ACME_CLIENT_SECRET'),
  })
})
