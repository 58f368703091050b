import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changeRights, type RightsChange } from '../../src/auth/account/rights.ts'
import { textOf, textValue } from '../../src/base/statement.ts'
import type { ClaimsUser } from '../../src/index.ts'
import { startAuthServer, type TestAuthServer } from './server.ts'
import { signedUp } from './someone.ts'

let server: TestAuthServer
let claims: (user: ClaimsUser) => Readonly<Record<string, unknown>> = () => ({})
beforeAll(async () => {
  server = await startAuthServer({
    auth: { claims: async (user) => claims(user) },
  })
})
afterAll(() => server.stop())

async function change(id: string, rights: RightsChange): Promise<void> {
  const whose = { sql: 'auth_users.id = ?', args: [textValue(id)] }
  const { sql, args } = changeRights(whose, rights, server.clock.nowMilliseconds())
  await server.query(sql, ...args)
}
const account = async (id: string) =>
  (
    await server.query('select role, app_metadata, authority from auth_users where id = ?', textValue(id))
  ).rows[0]?.map(textOf)
const payloadOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

describe('a change of rights', () => {
  test.each<readonly [string, RightsChange]>([
    ['another role', { role: 'admin' }],
    ['more roles', { appMetadata: { roles: ['admin'] } }],
    ['another claim', { appMetadata: { org_id: 'b' } }],
  ])('%s: tokens are refused on the next trip, and a refresh gives good ones', async (_, rights) => {
    const { client, session } = await signedUp(server)
    await change(session.user.id, rights)
    const { error } = await client.getUser(session.access_token)
    expect(error).toMatchObject({ code: 'bad_jwt', status: 401 })
    const { data } = await client.refreshSession()
    expect((await client.getUser()).error).toBeNull()
    const { role, app_metadata } = payloadOf(data.session?.access_token ?? '')
    expect({ role, app_metadata }).toMatchObject(
      rights.role === undefined ? { app_metadata: rights.appMetadata } : rights,
    )
  })

  test('that changes nothing refuses nobody', async () => {
    const { client, session } = await signedUp(server)
    await change(session.user.id, { appMetadata: { roles: ['a', 'b'], org: 1 } })
    await client.refreshSession()
    await change(session.user.id, { role: 'customer', appMetadata: { org: 1 }, bannedUntil: null })
    expect((await client.getUser()).error).toBeNull()
    expect(await account(session.user.id)).toEqual(['customer', '{"roles":["a","b"],"org":1}', '1'])
  })

  test('takes in members of metadata one by one, whatever they are', async () => {
    const { id } = (await signedUp(server)).session.user
    const odd = {
      'a"b': "it's",
      "$.x'": [1, { y: null }],
      t: true,
      f: false,
      n: -0.5,
      s: '{"no":"json"}',
      '': 'e',
    }
    await change(id, { appMetadata: { ...odd, gone: 1 } })
    await change(id, { appMetadata: { gone: null, t: { deep: 1 } } })
    expect(JSON.parse((await account(id))?.[1] ?? '')).toEqual({ ...odd, t: { deep: 1 } })
  })

  test('a ban ends at its instant', async () => {
    const { client, session } = await signedUp(server)
    const until = server.clock.nowMilliseconds() + 60_000
    await change(session.user.id, { bannedUntil: until })
    expect((await client.getUser()).error).toMatchObject({ code: 'user_banned' })
    server.travel(60_001)
    expect((await client.getUser()).error).toBeNull()
  })
})

describe('claims of the backend', () => {
  test('stand at the top of the token, as the account is at that time', async () => {
    claims = ({ appMetadata, email, roles }) => ({
      org_id: appMetadata.org_id ?? null,
      email_of: email,
      has: roles,
    })
    const { client, email, session } = await signedUp(server)
    expect(payloadOf(session.access_token)).toMatchObject({ org_id: null, email_of: email, has: [] })
    await change(session.user.id, { appMetadata: { org_id: 'acme', roles: ['admin'] } })
    const { data } = await client.refreshSession()
    expect(payloadOf(data.session?.access_token ?? '')).toMatchObject({ org_id: 'acme', has: ['admin'] })
  })

  test.each<readonly [string, Readonly<Record<string, unknown>>]>([
    ['the subject', { sub: 'another' }],
    ['the role', { role: 'admin' }],
    ['an app', { client_id: 'x' }],
    ['too much', { text: 'x'.repeat(1_100) }],
    ['too much in few letters', { text: 'é'.repeat(600) }],
  ])('%s is not theirs: nobody gets a token', async (_, made) => {
    claims = () => made
    await expect(signedUp(server)).rejects.toThrow(/auth\.claims/)
  })
})
