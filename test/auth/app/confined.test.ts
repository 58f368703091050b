import { afterAll, beforeAll, expect, test } from 'vitest'
import { textOf } from '../../../src/base/statement.ts'
import { membersOf } from '../server.ts'
import { signedUp } from '../someone.ts'
import { asked, connected, type Product, start, startProduct } from './product.ts'

let product: Product
beforeAll(async () => {
  product = await startProduct()
})
afterAll(() => product.stop())

const json = (body: object) => ({ method: 'POST', body: JSON.stringify(body) })

/** All that a user decides of their own account, with an access token. */
const decisions: readonly (readonly [string, RequestInit])[] = [
  ['/oauth/authorizations/:authorization', {}],
  ['/oauth/authorizations/:authorization/consent', json({ action: 'approve' })],
  ['/user/oauth/grants', {}],
  ['/user/oauth/grants?client_id=:app', { method: 'DELETE' }],
  ['/logout?scope=global', { method: 'POST' }],
  ['/factors', json({ factor_type: 'totp' })],
  ['/factors/recovery-codes', { method: 'POST' }],
  ['/factors/:factor', { method: 'DELETE' }],
  ['/user', { ...json({ password: 'another horse' }), method: 'PUT' }],
  ['/user', { ...json({ email: 'other@example.com' }), method: 'PUT' }],
  ['/user', { ...json({ data: { name: 'App' } }), method: 'PUT' }],
  ['/reauthenticate', {}],
  ['/user/sessions', {}],
  ['/user/sessions/:session', { method: 'DELETE' }],
  ['/user/identities/:identity', { method: 'DELETE' }],
]

test('an app decides nothing over the account, and leaves no trace of having tried', async () => {
  const user = await signedUp(product)
  const app = await product.app()
  const { access } = await connected(product, app, user)
  const id = user.session.user.id
  const [identity, factor] = [crypto.randomUUID(), crypto.randomUUID()]
  await product.query(`insert into auth_identities (id, user_id, provider, provider_id, identity_data, created_at, updated_at)
    values ('${identity}', '${id}', 'acme', '${identity}', '{}', 0, 0)`)
  await product.query(`insert into auth_factors (id, user_id, type, status, created_at, updated_at)
    values ('${factor}', '${id}', 'totp', 'unverified', ${product.clock.nowMilliseconds()}, 0)`)
  const session = await product.query(
    `select id from auth_sessions where user_id = '${id}' and app_id is null`,
  )
  const names: Readonly<Record<string, string>> = {
    ...{ identity, factor, app: app.id, session: textOf(session.rows[0]?.[0]) ?? '' },
    authorization: await asked(product, (await start(await product.app())).url),
  }
  const state = async () => {
    const { rows } = await product.query(`select
      (select json_group_array(json_array(id, revoked_at)) from auth_sessions where user_id = '${id}'),
      (select json_group_array(id) from auth_identities where user_id = '${id}'),
      (select json_group_array(id) from auth_factors where user_id = '${id}'),
      (select json_group_array(json_array(id, revoked_at)) from auth_consents where user_id = '${id}'),
      (select json_group_array(json_array(status, user_id)) from auth_authorizations),
      (select json_array(password_hash, email, new_email, user_metadata) from auth_users where id = '${id}'),
      (select count(*) from selvage_audit), (select count(*) from selvage_outbox),
      (select count(*) from auth_one_time_tokens), (select count(*) from auth_recovery_codes)`)
    return rows.map((row) => row.map(textOf))
  }
  const before = await state()
  for (const [path, init] of decisions) {
    const named = path.replace(/:(\w+)/g, (_, name: string) => names[name] ?? '')
    const headers = { authorization: `Bearer ${access}`, 'content-type': 'application/json' }
    const response = await product.send(named, { ...init, headers })
    expect([path, response.status, (await membersOf(response)).code]).toEqual([
      path,
      403,
      'session_not_found',
    ])
  }
  expect(await state()).toEqual(before)
})

test('an app may see whose account it is', async () => {
  const user = await signedUp(product)
  const { access } = await connected(product, await product.app(), user)
  const response = await product.send('/user', { headers: { authorization: `Bearer ${access}` } })
  expect([response.status, (await membersOf(response)).id]).toEqual([200, user.session.user.id])
})
