import * as openid from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { textOf } from '../../../src/base/statement.ts'
import { membersOf } from '../server.ts'
import { signedUp } from '../someone.ts'
import {
  type App,
  agreed,
  asked,
  connected,
  exchanged,
  type Product,
  start,
  startProduct,
} from './product.ts'

let product: Product
beforeAll(async () => {
  product = await startProduct()
})
afterAll(() => product.stop())

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const info = ({ config }: App, token: string) => openid.fetchUserInfo(config, token, openid.skipSubjectCheck)
const refreshed = ({ config }: App, token: string) => openid.refreshTokenGrant(config, token)
const dead = { error: 'invalid_grant' }

test('auth-js lists what apps may, and takes it back: their sessions end, and others stay', async () => {
  const user = await signedUp(product)
  const [loom, reed] = [await product.app(), await product.app({ client_name: 'Reed' })]
  const first = await connected(product, loom, user)
  const second = await connected(product, reed, user, { scope: 'email' })
  const waiting = await start(loom)
  const back = await agreed(user, await asked(product, waiting.url))
  const { data } = await user.client.oauth.listGrants()
  expect(data).toEqual([
    {
      client: { id: reed.id, name: 'Reed', uri: 'https://client.test' },
      scopes: ['email'],
      granted_at: expect.any(String),
    },
    {
      client: { id: loom.id, name: 'Loom', uri: 'https://client.test' },
      scopes: ['openid', 'email', 'profile'],
      granted_at: expect.any(String),
    },
  ])
  expect((await user.client.oauth.revokeGrant({ clientId: loom.id })).error).toBeNull()
  await expect(info(loom, first.access)).rejects.toMatchObject({ status: 401 })
  await expect(refreshed(loom, first.refresh)).rejects.toMatchObject(dead)
  await expect(exchanged(loom, waiting, back)).rejects.toMatchObject(dead)
  expect(await info(reed, second.access)).toMatchObject({ email: user.email })
  expect((await user.client.getUser()).error).toBeNull()
  expect((await user.client.oauth.listGrants()).data).toMatchObject([{ client: { id: reed.id } }])

  const again = await user.client.oauth.revokeGrant({ clientId: loom.id })
  expect(again.error).toMatchObject({ status: 404, code: 'oauth_consent_not_found' })
  const asksAgain = await user.client.oauth.getAuthorizationDetails(
    await asked(product, (await start(loom)).url),
  )
  expect(asksAgain.data).toHaveProperty('authorization_id')
  const told = await product.query(
    `select json_extract(payload, '$.client_id') from selvage_outbox where event = 'auth.app_revoked'
      and json_extract(payload, '$.user_id') = '${user.session.user.id}'`,
  )
  expect(told.rows.map((row) => row.map(textOf))).toEqual([[loom.id]])
})

test('a stranger takes nothing back', async () => {
  const [user, stranger] = [await signedUp(product), await signedUp(product)]
  const app = await product.app()
  const { access } = await connected(product, app, user)
  const { error } = await stranger.client.oauth.revokeGrant({ clientId: app.id })
  expect(error).toMatchObject({ code: 'oauth_consent_not_found' })
  expect(await info(app, access)).toMatchObject({ email: user.email })
  expect((await stranger.client.oauth.listGrants()).data).toEqual([])
})

test('grants: one trip each', async () => {
  const user = await signedUp(product)
  const app = await product.app()
  await connected(product, app, user)
  const headers = bearer(user.session.access_token)
  const list = await product.send('/user/oauth/grants', { headers })
  const none = await product.send('/user/oauth/grants', { method: 'DELETE', headers })
  const gone = await product.send(`/user/oauth/grants?client_id=${app.id}`, { method: 'DELETE', headers })
  expect([list, none, gone].map((each) => [each.status, each.headers.get('x-trips')])).toEqual([
    [200, '1'],
    [400, '0'],
    [204, '1'],
  ])
})

test.each([
  ['the user signs out everywhere', async (user) => void (await user.client.signOut({ scope: 'global' }))],
  [
    'the user changes the password',
    async (user) => void (await user.client.updateUser({ password: 'another horse' })),
  ],
  ['the user signs out elsewhere', async (user) => void (await user.client.signOut({ scope: 'others' }))],
  ['the user is banned', (_, whose) => `update auth_users set banned_until = 9e15 where id = ${whose}`],
  [
    'the user is erased',
    (_, whose) => `delete from profiles where user_id = ${whose};delete from auth_users where id = ${whose}`,
  ],
  ['all sessions end', (_, whose) => `update auth_sessions set revoked_at = 1 where user_id = ${whose}`],
] satisfies readonly [
  string,
  (user: Awaited<ReturnType<typeof signedUp>>, whose: string) => string | Promise<void>,
][])('%s: the app is out', async (_, event) => {
  const user = await signedUp(product)
  const app = await product.app()
  const { access, refresh } = await connected(product, app, user)
  const sql = await event(user, `'${user.session.user.id}'`)
  for (const statement of sql?.split(';') ?? []) await product.query(statement)
  await expect(info(app, access)).rejects.toMatchObject({ status: 401 })
  await expect(refreshed(app, refresh)).rejects.toMatchObject(dead)
})

test('this device signs out: the app stays', async () => {
  const user = await signedUp(product)
  const app = await product.app()
  const { access } = await connected(product, app, user)
  await user.client.signOut({ scope: 'local' })
  expect(await info(app, access)).toMatchObject({ email: user.email })
})

test("an app's refresh token is good for the app alone, and a user's for the user", async () => {
  const user = await signedUp(product)
  const [app, other] = [
    await product.app({ token_endpoint_auth_method: 'none' }),
    await product.app({ token_endpoint_auth_method: 'none' }),
  ]
  const { refresh } = await connected(product, app, user)
  const own = await product.post('/token?grant_type=refresh_token', { refresh_token: refresh })
  expect([own.status, (await membersOf(own)).code]).toEqual([400, 'refresh_token_not_found'])
  await expect(refreshed(other, refresh)).rejects.toMatchObject(dead)
  await expect(refreshed(app, user.session.refresh_token)).rejects.toMatchObject(dead)
  // None of that has used it, or ended anything.
  const next = await refreshed(app, refresh)
  expect((await user.client.refreshSession()).error).toBeNull()

  // A copy of a token that was used ends the family, in the hands of the client alone.
  await refreshed(app, next.refresh_token ?? '')
  await expect(refreshed(other, refresh)).rejects.toMatchObject(dead)
  const stolen = await product.post('/token?grant_type=refresh_token', { refresh_token: refresh })
  expect(stolen.status).toBe(400)
  expect(await info(app, next.access_token)).toMatchObject({ email: user.email })
  await expect(refreshed(app, refresh)).rejects.toMatchObject(dead)
  await expect(info(app, next.access_token)).rejects.toMatchObject({ status: 401 })
})

test.each([
  ['none', {}],
  ['one that is none', bearer('x')],
  ['an API key', bearer('sb_publishable_x')],
])('userinfo with %s for a token: 401, as RFC 6750 has it', async (_, headers) => {
  const response = await product.fetch(`${product.url}/oauth/userinfo`, { headers })
  expect(response.status).toBe(401)
  expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/)
})
