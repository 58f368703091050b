import { afterAll, beforeAll, expect, test } from 'vitest'
import { textOf } from '../../../src/base/statement.ts'
import { membersOf } from '../server.ts'
import { signedUp } from '../someone.ts'
import { callback, connected, type Product, sentTo, start, startProduct } from './product.ts'

let product: Product
beforeAll(async () => {
  product = await startProduct()
})
afterAll(() => product.stop())

test.each([
  ['no PKCE', { code_challenge: null }, 'invalid_request'],
  ['no method', { code_challenge_method: null }, 'invalid_request'],
  ['plain', { code_challenge_method: 'plain' }, 'invalid_request'],
  ['a challenge that is none', { code_challenge: 'x' }, 'invalid_request'],
  ['an unknown scope', { scope: 'openid everything' }, 'invalid_scope'],
  ['a token at once', { response_type: 'id_token token' }, 'unsupported_response_type'],
  ['an answer in a form', { response_mode: 'form_post' }, 'invalid_request'],
  ['a resource with a fragment', { resource: 'https://a.test/#b' }, 'invalid_target'],
  ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
  ['a request elsewhere', { request_uri: 'https://a.test/' }, 'request_uri_not_supported'],
  ['no page', { prompt: 'none' }, 'interaction_required'],
])('%s: the app is told', async (_, changes, error) => {
  const app = await product.app()
  const { url, state } = await start(app, changes)
  const back = await sentTo(product, url)
  expect(back.href.startsWith(`${callback}?`)).toBe(true)
  expect(Object.fromEntries(back.searchParams)).toMatchObject({ error, state, iss: product.url })
})

test('what is said twice is told, and a state of two is none', async () => {
  const app = await product.app()
  for (const name of ['scope', 'nonce', 'code_challenge', 'state']) {
    const { url } = await start(app)
    url.searchParams.append(name, 'again')
    const back = await sentTo(product, url)
    expect(back.searchParams.get('error')).toBe('invalid_request')
  }
})

test.each([
  ['another path', `${callback}/x`],
  ['a prefix', 'https://client.test/'],
  ['another case', 'https://client.test/Callback'],
  ['a port', 'https://client.test:443/callback'],
  ['a fragment', `${callback}#x`],
  ['a user', 'https://client.test@evil.test/callback'],
  ['another host', 'https://client.test.evil.test/callback'],
  ['a query', `${callback}?x=1`],
  ['a pattern', 'https://client.test/*'],
  ['a pattern of one', 'https://client.test/callbac?'],
  ['http', 'http://client.test/callback'],
  ['a script', 'javascript:alert(1)'],
  ['a line break', `${callback}\n`],
  ['another loopback path', 'http://127.0.0.1:1/other'],
  ['another loopback host', 'http://localhost:7000/cb'],
  ['a loopback user', 'http://127.0.0.1:1@evil.test/cb'],
  ['a port that is none', 'http://127.0.0.1:x/cb'],
  ['a loopback port of six digits', 'http://127.0.0.1:123456/cb'],
])('a redirect URI with %s: nobody is sent there', async (_, redirect_uri) => {
  const app = await product.app({ redirect_uris: [callback, 'http://127.0.0.1:7000/cb'] })
  const { url } = await start(app, { redirect_uri })
  const response = await product.fetch(url.href)
  expect([response.status, response.headers.get('location')]).toEqual([400, null])
  expect(await membersOf(response)).toMatchObject({ code: 'validation_failed' })
})

test('an unknown client, no client, two clients: nobody is sent anywhere', async () => {
  const { url } = await start(await product.app())
  const send = async (change: (query: URLSearchParams) => void) => {
    const changed = new URL(url)
    change(changed.searchParams)
    const response = await product.fetch(changed.href)
    return [response.status, (await membersOf(response)).code]
  }
  expect(await send((query) => query.set('client_id', 'x'))).toEqual([400, 'oauth_client_not_found'])
  expect(await send((query) => query.delete('client_id'))).toEqual([400, 'validation_failed'])
  expect(await send((query) => query.append('client_id', 'x'))).toEqual([400, 'validation_failed'])
  expect(await send((query) => query.append('redirect_uri', callback))).toEqual([400, 'validation_failed'])
})

test('a client that is registered for some scopes has no others', async () => {
  const app = await product.app({ scope: 'openid email' })
  const wide = await sentTo(product, (await start(app, { scope: 'openid profile' })).url)
  expect(wide.searchParams.get('error')).toBe('invalid_scope')
  await connected(product, app, await signedUp(product), { scope: 'email openid' })
})

test('what has run out is forgotten a day later', async () => {
  const app = await product.app()
  const count = async () => {
    const { rows } = await product.query(
      `select count(*) from auth_authorizations where app_id = '${app.id}'`,
    )
    return textOf(rows[0]?.[0])
  }
  await sentTo(product, (await start(app)).url)
  product.travel(3_600_000)
  await sentTo(product, (await start(app)).url)
  expect(await count()).toBe('2')
  product.travel(86_400_000)
  await sentTo(product, (await start(app)).url)
  expect(await count()).toBe('2')
})
