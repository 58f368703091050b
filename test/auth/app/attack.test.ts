import * as openid from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { membersOf } from '../server.ts'
import { signedUp } from '../someone.ts'
import {
  type App,
  agreed,
  asked,
  callback,
  connected,
  exchanged,
  type Product,
  post,
  type Started,
  start,
  startProduct,
} from './product.ts'

let product: Product
beforeAll(async () => {
  product = await startProduct()
})
afterAll(() => product.stop())

/** A public app with a code that waits for it. */
async function waiting(changes: Readonly<Record<string, string | null>> = {}) {
  const app = await product.app({ token_endpoint_auth_method: 'none' })
  const user = await signedUp(product)
  const started = await start(app, changes)
  const back = await agreed(user, await asked(product, started.url))
  return { app, user, started, back, form: formOf(app, started, back) }
}

const formOf = (app: App, { verifier }: Started, back: URL) => ({
  grant_type: 'authorization_code',
  client_id: app.id,
  code: back.searchParams.get('code') ?? '',
  redirect_uri: callback,
  code_verifier: verifier,
})

const userOf = (token: string) => product.send('/user', { headers: { authorization: `Bearer ${token}` } })

test('a code that comes twice gives nothing, and ends what it gave', async () => {
  const { app, form } = await waiting()
  const first = await post(product, form)
  expect(first).toMatchObject({ status: 200, trips: '1' })
  const { access_token, refresh_token } = Object.fromEntries(Object.entries(first))
  expect((await userOf(String(access_token))).status).toBe(200)
  const other = await product.app({ token_endpoint_auth_method: 'none' })
  // Who is not the client ends nothing.
  expect(await post(product, { ...form, client_id: other.id })).toMatchObject({ error: 'invalid_grant' })
  expect((await userOf(String(access_token))).status).toBe(200)
  expect(await post(product, form)).toMatchObject({ status: 400, trips: '1', error: 'invalid_grant' })
  expect((await userOf(String(access_token))).status).toBe(403)
  await expect(openid.refreshTokenGrant(app.config, String(refresh_token))).rejects.toMatchObject({
    error: 'invalid_grant',
  })
})

test('fifty exchanges at once: one wins', async () => {
  const { form } = await waiting()
  const answers = await Promise.all(Array.from({ length: 50 }, () => post(product, form)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(new Set(answers.map(({ error }) => error))).toEqual(new Set([null, 'invalid_grant']))
})

test.each([
  ['a wrong verifier', { code_verifier: 'x'.repeat(43) }, 'invalid_grant'],
  ['the challenge for the verifier', { code_verifier: '' }, 'invalid_request'],
  ['a short verifier', { code_verifier: 'x' }, 'invalid_grant'],
  ['another redirect URI', { redirect_uri: `${callback}/` }, 'invalid_grant'],
  ['no redirect URI', { redirect_uri: '' }, 'invalid_request'],
  ['another resource', { resource: 'https://other.test/' }, 'invalid_grant'],
  ['another code', { code: 'x'.repeat(43) }, 'invalid_grant'],
  ['no code', { code: '' }, 'invalid_request'],
  ['an unknown client', { client_id: crypto.randomUUID() }, 'invalid_client'],
  ['no client', { client_id: '' }, 'invalid_client'],
  ['a secret that there is not', { client_secret: 'x' }, 'invalid_client'],
  ['an unknown grant', { grant_type: 'password' }, 'unsupported_grant_type'],
  ['no grant', { grant_type: '' }, 'invalid_request'],
])('%s: refused, and the code is still good', async (_, changes, error) => {
  const { form } = await waiting()
  expect(await post(product, { ...form, ...changes })).toMatchObject({
    status: 400,
    error,
  })
  expect(await post(product, form)).toMatchObject({ status: 200 })
})

test('a code of another client, also with the right secret', async () => {
  const { form } = await waiting()
  const thief = await product.app({ token_endpoint_auth_method: 'none' })
  expect(await post(product, { ...form, client_id: thief.id })).toMatchObject({ error: 'invalid_grant' })
})

test('a code is good for a minute, and while the user is there', async () => {
  const late = await waiting()
  product.travel(61_000)
  expect(await post(product, late.form)).toMatchObject({ error: 'invalid_grant' })
  const gone = await waiting()
  await gone.user.client.signOut({ scope: 'local' })
  expect(await post(product, gone.form)).toMatchObject({ error: 'invalid_grant' })
})

test('a body that is no form, or says something twice', async () => {
  const { form } = await waiting()
  const json = { 'content-type': 'application/json' }
  expect(await post(product, form, json)).toMatchObject({ status: 400, error: 'invalid_request' })
  const twice = await product.fetch(`${product.url}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `${new URLSearchParams(form)}&code=again`,
  })
  expect(await membersOf(twice)).toMatchObject({ error: 'invalid_request' })
})

test('each client shows who it is in its own way', async () => {
  const { data } = await product.clients.createClient({ client_name: 'x', redirect_uris: [callback] })
  const id = data?.client_id ?? ''
  const secret = data?.client_secret ?? ''
  const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })
  const form = { grant_type: 'refresh_token', refresh_token: 'x' }
  expect(await post(product, form, basic(`${id}:${secret}`))).toMatchObject({ error: 'invalid_grant' })
  expect(await post(product, form, basic(`${encodeURIComponent(id)}:${secret}`))).toMatchObject({
    error: 'invalid_grant',
  })
  const refused = { status: 401, error: 'invalid_client', trips: '1' }
  expect(await post(product, form, basic(`${id}:${secret}x`))).toMatchObject(refused)
  expect(await post(product, form, basic(`${id}:`))).toMatchObject(refused)
  expect(await post(product, { ...form, client_id: id })).toMatchObject({ ...refused, status: 400 })
  const inBody = { ...form, client_id: id, client_secret: secret }
  expect(await post(product, inBody)).toMatchObject({ ...refused, status: 400 })
  expect(await post(product, form, basic('nothing'))).toMatchObject({ error: 'invalid_client', trips: '0' })
  const both = await post(
    product,
    { ...form, client_id: id, client_secret: secret },
    basic(`${id}:${secret}`),
  )
  expect(both).toMatchObject({ error: 'invalid_request' })
})

test('a request belongs to who looks first, and runs out', async () => {
  const app = await product.app()
  const [ann, bob] = [await signedUp(product), await signedUp(product)]
  const id = await asked(product, (await start(app)).url)
  const unseen = await ann.client.oauth.approveAuthorization(id)
  expect(unseen.error).toMatchObject({ status: 404, code: 'oauth_authorization_not_found' })
  expect((await ann.client.oauth.getAuthorizationDetails(id)).error).toBeNull()
  for (const answer of [
    await bob.client.oauth.getAuthorizationDetails(id),
    await bob.client.oauth.approveAuthorization(id),
    await bob.client.oauth.denyAuthorization(id),
    await ann.client.oauth.getAuthorizationDetails('none'),
  ]) {
    expect(answer.error).toMatchObject({ status: 404, code: 'oauth_authorization_not_found' })
  }
  product.travel(601_000)
  expect((await ann.client.oauth.approveAuthorization(id)).error).toMatchObject({ status: 404 })
})

test('of twenty decisions at once one holds', async () => {
  const app = await product.app()
  const { client } = await signedUp(product)
  const started = await start(app)
  const id = await asked(product, started.url)
  await client.oauth.getAuthorizationDetails(id)
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      index % 2 === 0 ? client.oauth.approveAuthorization(id) : client.oauth.denyAuthorization(id),
    ),
  )
  expect(answers.filter(({ error }) => error === null)).toHaveLength(1)
  for (const { error } of answers) if (error !== null) expect(error.code).toBe('validation_failed')
})

test('a page of another origin decides nothing', async () => {
  const id = await asked(product, (await start(await product.app())).url)
  const { session } = await signedUp(product)
  const look = (origin: string) =>
    product.send(`/oauth/authorizations/${id}`, {
      headers: { authorization: `Bearer ${session.access_token}`, origin },
    })
  for (const origin of ['https://evil.test', 'null', 'http://site.test.evil.test'])
    expect((await look(origin)).status).toBe(400)
  expect((await look('http://site.test')).status).toBe(200)
})

test('who has a second factor decides with it, and what comes of it is as well assured', async () => {
  const app = await product.app()
  const user = await signedUp(product)
  const started = await start(app)
  const id = await asked(product, started.url)
  const whose = `where id = '${user.session.user.id}'`
  await product.query(`update auth_users set least_aal = 2 ${whose}`)
  expect((await user.client.oauth.getAuthorizationDetails(id)).error).toMatchObject({
    status: 403,
    code: 'insufficient_aal',
  })
  await product.query(`update auth_users set least_aal = 1 ${whose}`)
  const back = await agreed(user, id)
  await product.query(`update auth_sessions set aal = 2 where user_id = '${user.session.user.id}'`)
  const { access, refresh } = await exchanged(app, started, back)
  await product.query(`update auth_users set least_aal = 2 ${whose}`)
  expect(await openid.fetchUserInfo(app.config, access, user.session.user.id)).toMatchObject({
    email: user.email,
  })
  const next = await openid.refreshTokenGrant(app.config, refresh)
  await openid.fetchUserInfo(app.config, next.access_token, user.session.user.id)
})

test('a used refresh token, given where it is none, does not wake a session that ran out', async () => {
  const app = await product.app()
  const { refresh } = await connected(product, app, await signedUp(product))
  const next = (await openid.refreshTokenGrant(app.config, refresh)).refresh_token ?? ''
  product.travel(91 * 86_400_000)
  await product.post('/token?grant_type=refresh_token', { refresh_token: refresh })
  await expect(openid.refreshTokenGrant(app.config, next)).rejects.toMatchObject({ error: 'invalid_grant' })
})
