import * as openid from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { textOf } from '../../../src/base/statement.ts'
import { oauthServer } from '../../../src/index.ts'
import { membersOf } from '../server.ts'
import { signedUp } from '../someone.ts'
import { callback, connected, type Product, startProduct } from './product.ts'

let product: Product
beforeAll(async () => {
  product = await startProduct({ dynamicRegistration: true })
})
afterAll(() => product.stop())

const app = { client_name: 'Loom', redirect_uris: [callback] }

test('auth-js makes, reads, changes and deletes clients', async () => {
  const { createClient, getClient, updateClient, deleteClient, regenerateClientSecret } = product.clients
  const made = await createClient({ ...app, client_uri: 'https://client.test' })
  expect(made).toEqual({
    data: {
      client_id: expect.stringMatching(/^[\da-f-]{36}$/),
      client_secret: expect.stringMatching(/^[\w-]{43}$/),
      client_name: 'Loom',
      client_type: 'confidential',
      redirect_uris: [callback],
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      client_uri: 'https://client.test',
      registration_type: 'manual',
      created_at: expect.any(String),
      updated_at: expect.any(String),
    },
    error: null,
  })
  const id = made.data?.client_id ?? ''
  const { client_secret: _, ...shown } = { ...made.data }
  expect((await getClient(id)).data).toEqual(shown)
  const changed = await updateClient(id, {
    client_name: 'Reed',
    logo_uri: 'https://client.test/logo.svg',
    grant_types: ['authorization_code'],
  })
  expect(changed.data).toEqual({
    ...shown,
    client_name: 'Reed',
    logo_uri: 'https://client.test/logo.svg',
    grant_types: ['authorization_code'],
    updated_at: expect.any(String),
  })
  const secret = (await regenerateClientSecret(id)).data?.client_secret
  expect(secret).toMatch(/^[\w-]{43}$/)
  expect(secret).not.toBe(made.data?.client_secret)
  const kept = await product.query('select secret_hash from auth_apps')
  expect(kept.rows.map((row) => textOf(row[0]))).not.toContain(secret)

  expect((await deleteClient(id)).error).toBeNull()
  for (const { error } of [
    await getClient(id),
    await updateClient(id, { client_name: 'x' }),
    await deleteClient(id),
    await regenerateClientSecret(id),
  ]) {
    expect(error).toMatchObject({ status: 404, code: 'oauth_client_not_found' })
  }
})

test('clients are listed in pages, the last one first', async () => {
  await product.query('delete from auth_apps')
  for (const client_name of ['a', 'b', 'c']) {
    await product.clients.createClient({ ...app, client_name })
    product.travel(1)
  }
  const { data } = await product.clients.listClients({ page: 1, perPage: 2 })
  expect(data).toMatchObject({ nextPage: 2, lastPage: 2, total: 3 })
  expect(data.clients.map(({ client_name }) => client_name)).toEqual(['c', 'b'])
  const rest = await product.clients.listClients({ page: 2, perPage: 2 })
  expect(rest.data.clients.map(({ client_name }) => client_name)).toEqual(['a'])
  const all = await product.clients.listClients()
  expect(all.data.clients).toHaveLength(3)
})

test('clients are for the secret key alone; one trip each', async () => {
  const { data } = await product.clients.createClient(app)
  const { session } = await signedUp(product)
  const of = `/admin/oauth/clients/${data?.client_id}`
  const requests: readonly [string, string, object?][] = [
    ['GET', '/admin/oauth/clients'],
    ['POST', '/admin/oauth/clients', app],
    ['GET', of],
    ['PUT', of, { client_name: 'x' }],
    ['POST', `${of}/regenerate_secret`],
    ['DELETE', of],
  ]
  const { secretKey } = product.settings
  for (const [method, path, body] of requests) {
    const json = { 'content-type': 'application/json' }
    const send = (headers: Record<string, string>) =>
      product.fetch(product.url + path, {
        method,
        headers: { ...json, ...headers },
        body: body ? JSON.stringify(body) : null,
      })
    const { publishableKey } = product.settings
    const user = { apikey: publishableKey, authorization: `Bearer ${session.access_token}` }
    expect([path, (await send(user)).status]).toEqual([path, 403])
    const served = await send({ apikey: secretKey })
    expect([path, served.ok, served.headers.get('x-trips')]).toEqual([path, true, '1'])
  }
})

test.each([
  ['no redirect URI', { redirect_uris: [] }],
  [
    'eleven redirect URIs',
    { redirect_uris: Array.from({ length: 11 }, (_, index) => `${callback}/${index}`) },
  ],
  ...[
    'http://client.test/',
    'https://',
    'https:client.test',
    'https://client.test/#',
    'https://a:b@client.test/',
    'https://client.test/a b',
    'https://client.test/\n',
    'javascript:alert(1)',
    'data:text/html,x',
    'app://callback',
    'http://127.0.0.1.evil.test/',
    'http://127.0.0.1:1@evil.test/',
    'http://127.1/',
    '//client.test/',
    '/callback',
  ].map((uri): [string, object] => [`the redirect URI ${JSON.stringify(uri)}`, { redirect_uris: [uri] }]),
  ['an implicit grant', { grant_types: ['implicit'] }],
  ['another response', { response_types: ['token'] }],
  ['another method', { token_endpoint_auth_method: 'private_key_jwt' }],
  [
    'a public client with a secret',
    { client_type: 'public', token_endpoint_auth_method: 'client_secret_post' },
  ],
  ['a confidential client without', { client_type: 'confidential', token_endpoint_auth_method: 'none' }],
  ['another type', { client_type: 'secret' }],
  ['a link that runs', { client_uri: 'javascript:alert(1)' }],
  ['a logo that runs', { logo_uri: 'data:text/html,x' }],
  ['an unknown scope', { scope: 'everything' }],
  ['a long name', { client_name: 'x'.repeat(1_025) }],
])('a client with %s: refused, by whomever', async (_, changes) => {
  const body = { ...app, ...changes }
  const own = await product.fetch(`${product.url}/oauth/clients/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const error = 'redirect_uris' in changes ? 'invalid_redirect_uri' : 'invalid_client_metadata'
  expect([own.status, (await membersOf(own)).error]).toEqual([400, error])
  const operator = await product.fetch(`${product.url}/admin/oauth/clients`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', apikey: product.settings.secretKey },
    body: JSON.stringify(body),
  })
  expect([operator.status, (await membersOf(operator)).code]).toEqual([400, 'validation_failed'])
})

test('a client stays public, or confidential', async () => {
  const { data } = await product.clients.createClient({ ...app, token_endpoint_auth_method: 'none' })
  expect(data).toMatchObject({ client_type: 'public' })
  expect(data).not.toHaveProperty('client_secret')
  const id = data?.client_id ?? ''
  const refused = { status: 400, code: 'validation_failed' }
  const change = { token_endpoint_auth_method: 'client_secret_basic' } as const
  expect((await product.clients.updateClient(id, change)).error).toMatchObject(refused)
  expect((await product.clients.updateClient(id, {})).error).toMatchObject(refused)
  expect((await product.clients.regenerateClientSecret(id)).error).toMatchObject(refused)
  expect((await product.clients.getClient(id)).data).toEqual(data)
})

test('an app registers itself, and signs users in', async () => {
  const metadata = { ...app, client_name: 'Shuttle', token_endpoint_auth_method: 'client_secret_post' }
  const config = await openid.dynamicClientRegistration(new URL(product.url), metadata, undefined, {
    execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks],
    [openid.customFetch]: (input, { body, ...init }) => product.fetch(input, { ...init, body: body ?? null }),
  })
  const { client_id: id, registration_type, client_secret_expires_at } = config.clientMetadata()
  expect([registration_type, client_secret_expires_at]).toEqual(['dynamic', 0])
  const user = await signedUp(product)
  const { claims } = await connected(product, { id, config }, user)
  expect(claims).toMatchObject({ aud: id, sub: user.session.user.id })
})

test('what is wrong of a request sends nobody to an app that registered itself', async () => {
  const metadata = { ...app, token_endpoint_auth_method: 'none' }
  const registered = await product.fetch(`${product.url}/oauth/clients/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(metadata),
  })
  const { client_id } = await membersOf(registered)
  const query = new URLSearchParams({ client_id: String(client_id), redirect_uri: callback, scope: 'none' })
  const answer = await product.fetch(`${product.url}/oauth/authorize?${query}`, {})
  expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
  expect(await membersOf(answer)).toMatchObject({ code: 'validation_failed' })
})

test('a client that is deleted is out at once', async () => {
  const loom = await product.app({ token_endpoint_auth_method: 'client_secret_post' })
  const { access, refresh } = await connected(product, loom, await signedUp(product))
  await product.clients.deleteClient(loom.id)
  await expect(openid.fetchUserInfo(loom.config, access, openid.skipSubjectCheck)).rejects.toMatchObject({
    status: 401,
  })
  await expect(openid.refreshTokenGrant(loom.config, refresh)).rejects.toMatchObject({
    error: 'invalid_client',
  })
})

test('a client that may not refresh is given nothing to do it with', async () => {
  const loom = await product.app({ grant_types: ['authorization_code'] })
  const user = await signedUp(product)
  const { tokens } = await connected(product, loom, user)
  expect(tokens).not.toHaveProperty('refresh_token')
  await expect(openid.refreshTokenGrant(loom.config, user.session.refresh_token)).rejects.toMatchObject({
    error: 'unauthorized_client',
  })
})

test('without dynamic registration nobody registers', async () => {
  const closed = await startProduct()
  for (const path of ['/oauth/register', '/oauth/clients/register']) {
    const response = await closed.fetch(closed.url + path, { method: 'POST' })
    expect([response.status, (await membersOf(response)).code]).toEqual([
      403,
      'oauth_dynamic_client_registration_disabled',
    ])
  }
  await closed.stop()
})

test.each([
  ['a page that is none', { consentUrl: 'consent' }],
  ['a page of another host', { consentUrl: '//evil.test/' }],
  ['a page that runs', { consentUrl: 'javascript:alert(1)' }],
  ['a scope of two words', { consentUrl: '/consent', scopes: ['a b'] }],
])('%s is a mistake of the author', (_, options) => {
  expect(() => oauthServer(options)).toThrow(TypeError)
})
