import { decodeJwt, decodeProtectedHeader } from 'jose'
import * as openid from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyAccessToken } from '../../../src/auth/token/tokens.ts'
import { textOf } from '../../../src/base/statement.ts'
import { membersOf } from '../server.ts'
import { signedUp } from '../someone.ts'
import {
  agreed,
  asked,
  callback,
  connected,
  exchanged,
  type Product,
  sentTo,
  start,
  startProduct,
} from './product.ts'

let product: Product
beforeAll(async () => {
  product = await startProduct()
})
afterAll(() => product.stop())

test('discovery says what there is', async () => {
  for (const name of ['openid-configuration', 'oauth-authorization-server']) {
    const response = await product.fetch(`${product.url}/.well-known/${name}`)
    expect([response.status, response.headers.get('x-trips')]).toEqual([200, '0'])
    const metadata = await membersOf(response)
    expect(metadata).toMatchObject({
      issuer: product.url,
      code_challenge_methods_supported: ['S256'],
      id_token_signing_alg_values_supported: ['ES256'],
      authorization_response_iss_parameter_supported: true,
    })
    expect(metadata).not.toHaveProperty('registration_endpoint')
  }
})

test.each(['client_secret_basic', 'client_secret_post', 'none'] as const)(
  'openid-client, with %s: code, id token, userinfo, refresh',
  async (token_endpoint_auth_method) => {
    const app = await product.app({ token_endpoint_auth_method })
    const user = await signedUp(product)
    const started = await start(app)
    const id = await asked(product, started.url)

    const shown = await user.client.oauth.getAuthorizationDetails(id)
    expect(shown).toEqual({
      data: {
        authorization_id: id,
        redirect_uri: callback,
        client: { id: app.id, name: 'Loom', uri: 'https://client.test' },
        user: { id: user.session.user.id, email: user.email },
        scope: 'openid email profile',
      },
      error: null,
    })
    const back = await agreed(user, id)
    expect(back.href).toContain(`${callback}?code=`)
    expect(back.searchParams.get('iss')).toBe(product.url)

    const { tokens, claims, access, refresh } = await exchanged(app, started, back)
    expect(tokens.scope).toBe('openid email profile')
    expect(claims).toMatchObject({
      iss: product.url,
      aud: app.id,
      sub: user.session.user.id,
      nonce: started.nonce,
      email: user.email,
      email_verified: true,
    })
    expect(decodeProtectedHeader(tokens.id_token ?? '')).toMatchObject({ alg: 'ES256', typ: 'JWT' })
    expect(decodeJwt(access)).toMatchObject({
      client_id: app.id,
      scope: 'openid email profile',
      amr: [{ method: 'oauth_provider/authorization_code' }],
    })

    const info = await openid.fetchUserInfo(app.config, access, user.session.user.id)
    expect(info).toMatchObject({ sub: user.session.user.id, email: user.email, name: user.email })

    const next = await openid.refreshTokenGrant(app.config, refresh)
    expect(next.refresh_token).not.toBe(refresh)
    expect(next).toMatchObject({ scope: 'openid email profile', token_type: 'bearer' })
    expect(next).not.toHaveProperty('user')
    expect(decodeJwt(next.access_token)).toMatchObject({ client_id: app.id, sid: decodeJwt(access).sid })
  },
)

test('scopes decide what an app learns; without openid there is no id token', async () => {
  const app = await product.app()
  const user = await signedUp(product)
  const { tokens, access } = await connected(product, app, user, { scope: 'profile' })
  expect(tokens.id_token).toBeUndefined()
  const info = await openid.fetchUserInfo(app.config, access, openid.skipSubjectCheck)
  expect(info).toEqual({
    sub: user.session.user.id,
    updated_at: expect.any(Number),
    user_metadata: expect.any(Object),
  })
  const other = await connected(product, app, user, { scope: null })
  expect(other.tokens.scope).toBe('email')
  const token = { authorization: `Bearer ${user.session.access_token}` }
  const own = await product.fetch(`${product.url}/oauth/userinfo`, { method: 'POST', headers: token })
  expect([own.headers.get('x-trips'), await membersOf(own)]).toEqual(['1', { sub: user.session.user.id }])
})

test('an id token is no access token; an access token tells policies of the app', async () => {
  const app = await product.app()
  const { tokens } = await connected(product, app, await signedUp(product))
  const context = {
    issuer: product.url,
    tenant: '',
    keys: product.keys,
    nowMilliseconds: product.clock.nowMilliseconds(),
  }
  await expect(verifyAccessToken(tokens.id_token ?? '', context)).rejects.toMatchObject({ code: 'PGRST303' })
  await expect(verifyAccessToken(tokens.access_token, context)).resolves.toMatchObject({
    role: 'customer',
    claims: { client_id: app.id, scope: 'openid email profile' },
  })
})

test('denial is told to the app', async () => {
  const app = await product.app()
  const user = await signedUp(product)
  const started = await start(app)
  const id = await asked(product, started.url)
  await user.client.oauth.getAuthorizationDetails(id)
  const { data } = await user.client.oauth.denyAuthorization(id)
  await expect(exchanged(app, started, new URL(data?.redirect_url ?? ''))).rejects.toMatchObject({
    error: 'access_denied',
  })
  const again = await user.client.oauth.approveAuthorization(id)
  expect(again.error).toMatchObject({ status: 400, code: 'validation_failed' })
})

test('a consent is remembered, for what was agreed to', async () => {
  const app = await product.app()
  const user = await signedUp(product)
  await connected(product, app, user, { scope: 'openid email' })
  const started = await start(app, { scope: 'email' })
  const { data } = await user.client.oauth.getAuthorizationDetails(await asked(product, started.url))
  expect(data).toEqual({ redirect_url: expect.stringContaining('?code=') })
  const back = data !== null && 'redirect_url' in data ? data.redirect_url : ''
  expect((await exchanged(app, started, new URL(back))).tokens.scope).toBe('email')

  const wider = await start(app, { scope: 'email profile' })
  const shown = await user.client.oauth.getAuthorizationDetails(await asked(product, wider.url))
  expect(shown.data).toMatchObject({ scope: 'email profile' })
  const stranger = await signedUp(product)
  const theirs = await start(app, { scope: 'email' })
  const forThem = await stranger.client.oauth.getAuthorizationDetails(await asked(product, theirs.url))
  expect(forThem.data).toMatchObject({ scope: 'email' })
})

test('an app on a port of the machine is asked about each time (RFC 8252 §8.6), and may take any port', async () => {
  const app = await product.app({
    token_endpoint_auth_method: 'none',
    redirect_uris: ['http://127.0.0.1:7000/cb', 'http://[::1]/cb'],
  })
  const user = await signedUp(product)
  for (const redirect_uri of ['http://127.0.0.1:51004/cb', 'http://127.0.0.1/cb', 'http://[::1]:8/cb']) {
    const started = await start(app, { redirect_uri })
    const id = await asked(product, started.url)
    const shown = await user.client.oauth.getAuthorizationDetails(id)
    expect(shown.data).toMatchObject({ redirect_uri })
    expect((await exchanged(app, started, await agreed(user, id))).claims?.aud).toBe(app.id)
  }
})

test('each step is one trip, and is told', async () => {
  const app = await product.app()
  const user = await signedUp(product)
  const started = await start(app)
  const id = await asked(product, started.url)
  const headers = { authorization: `Bearer ${user.session.access_token}` }
  const shown = await product.send(`/oauth/authorizations/${id}`, { headers })
  const decided = await product.post(`/oauth/authorizations/${id}/consent`, { action: 'approve' }, headers)
  expect([shown, decided].map((each) => [each.status, each.headers.get('x-trips')])).toEqual([
    [200, '1'],
    [200, '1'],
  ])
  const { redirect_url } = await membersOf(decided)
  await exchanged(app, started, new URL(String(redirect_url)))
  const told = await product.query(
    `select event, json_extract(payload, '$.client_id'), json_extract(payload, '$.scope') from selvage_outbox
      where json_extract(payload, '$.user_id') = '${user.session.user.id}' order by rowid`,
  )
  expect(told.rows.map((row) => row.map(textOf))).toEqual([
    ['auth.signed_up', null, null],
    ['auth.app_authorized', app.id, 'openid email profile'],
    ['auth.app_signed_in', null, null],
  ])
  // What the browser carries is not what is kept.
  const code = new URL(String(redirect_url)).searchParams.get('code')
  const kept = await product.query(
    `select count(*) from auth_authorizations where id = '${id}' or code_hash = '${code}'`,
  )
  expect(textOf(kept.rows[0]?.[0])).toBe('0')
})

test('the state comes back as it was, beside what else the redirect URI says', async () => {
  const redirect_uri = 'https://client.test/callback?from=selvage'
  const app = await product.app({ redirect_uris: [redirect_uri] })
  const state = 'a b&c=d#é"'
  const started = await start(app, { state, redirect_uri, response_type: 'token' })
  const back = await sentTo(product, started.url)
  expect(Object.fromEntries(back.searchParams)).toMatchObject({
    from: 'selvage',
    state,
    error: 'unsupported_response_type',
    iss: product.url,
  })
})
