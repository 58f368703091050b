import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { membersOf } from '../server.ts'
import { type Acme, countOf, signInAs, startAcme, welcome } from './acme.ts'
import { browser, fragmentOf } from './browser.ts'
import { people } from './owner.ts'

const atHome = { 'user-agent': 'Browser of the owner', 'cf-connecting-ip': '198.51.100.7' }

let acme: Acme
const { accounts, somebody, owner } = people(() => acme)

/** `linkIdentity` of a client: the URL that it leads to. */
async function linkUrl(client: Awaited<ReturnType<typeof owner>>['client'], login: string) {
  const { data, error } = await client.linkIdentity({
    provider: 'custom:acme',
    options: { redirectTo: welcome, queryParams: { login_hint: login } },
  })
  expect(error).toBeNull()
  return data?.url ?? ''
}

/** The same, as a browser sends it whose address and name are known. */
async function linkUrlFrom(token: string, login: string, headers: Record<string, string>) {
  const response = await acme.server.send(
    `/user/identities/authorize?provider=custom:acme&skip_http_redirect=true&redirect_to=${welcome}&login_hint=${login}`,
    { headers: { ...headers, authorization: `Bearer ${token}` } },
  )
  expect([response.status, response.headers.get('x-trips')]).toEqual([200, '1'])
  return String((await membersOf(response)).url)
}

beforeAll(async () => {
  acme = await startAcme(accounts, { auth: { confirmEmail: false } })
})
afterAll(() => acme.stop())
beforeEach(() => acme.server.sent.splice(0))

describe('linkIdentity', () => {
  test('with PKCE: one more way in, once the app has exchanged the code', async () => {
    const { client, id, email } = await owner()
    const sub = somebody()
    const back = await browser(acme.server).follow(await linkUrl(client, sub))
    expect(await countOf(acme.server, 'auth_identities', `provider_id = '${sub}'`)).toBe(0)
    const { data, error } = await client.exchangeCodeForSession(back.searchParams.get('code') ?? '')
    expect(error).toBeNull()
    expect(data.user).toMatchObject({ id, email, app_metadata: { providers: ['email', 'custom:acme'] } })
    expect(data.session?.provider_token).toBeTypeOf('string')
    expect(acme.server.sent.map(({ to, subject }) => [to, subject])).toEqual([
      [email, 'An account was linked at sign-in'],
    ])
    expect(await countOf(acme.server, 'auth_challenges', `kind = 'oauth_link'`)).toBe(0)
    expect((await signInAs(acme.server, sub)).user?.id).toBe(id)
  })

  test('with PKCE: whoever is led to end what another began is not linked to them', async () => {
    const attacker = await owner()
    const victim = somebody()
    const back = await browser(acme.server).follow(await linkUrl(attacker.client, victim))
    const { error } = await acme.server
      .client({ flowType: 'pkce' })
      .exchangeCodeForSession(back.searchParams.get('code') ?? '')
    expect(error).not.toBeNull()
    const wrong = await acme.server.post('/token?grant_type=pkce', {
      auth_code: back.searchParams.get('code'),
      code_verifier: 'of the victim',
    })
    expect(wrong.status).toBe(400)
    expect((await signInAs(acme.server, victim)).user?.id).not.toBe(attacker.id)
  })

  test('without PKCE: in the browser that asked', async () => {
    const { client, id } = await owner('implicit')
    const sub = somebody()
    const { data } = await client.getSession()
    const url = await linkUrlFrom(data.session?.access_token ?? '', sub, atHome)
    const fragment = fragmentOf(await browser(acme.server, atHome).follow(url))
    const { data: found } = await client.getUser(fragment.get('access_token') ?? '')
    expect(found.user).toMatchObject({ id, app_metadata: { providers: ['email', 'custom:acme'] } })
  })

  test.each([
    ['at another address', { ...atHome, 'cf-connecting-ip': '203.0.113.9' }],
    ['of another kind', { ...atHome, 'user-agent': 'Browser of a victim' }],
  ])('without PKCE: not in a browser %s', async (_, elsewhere) => {
    const { client } = await owner('implicit')
    const sub = somebody()
    const { data } = await client.getSession()
    const url = await linkUrlFrom(data.session?.access_token ?? '', sub, atHome)
    const back = await browser(acme.server, elsewhere).follow(url)
    expect(back.searchParams.get('error_code')).toBe('bad_oauth_state')
    expect(await countOf(acme.server, 'auth_identities', `provider_id = '${sub}'`)).toBe(0)
  })

  test.each(['pkce', 'implicit'] as const)(
    'is refused of an identity that is somebody’s: %s',
    async (flowType) => {
      const sub = somebody()
      await signInAs(acme.server, sub)
      const { client } = await owner(flowType)
      const back = await browser(acme.server).follow(await linkUrl(client, sub))
      expect(back.searchParams.get('error_code')).toBe('identity_already_exists')
    },
  )

  test('is refused when it became somebody’s before the code was exchanged', async () => {
    const sub = somebody()
    const { client, id } = await owner()
    const back = await browser(acme.server).follow(await linkUrl(client, sub))
    const { user } = await signInAs(acme.server, sub)
    const { error } = await client.exchangeCodeForSession(back.searchParams.get('code') ?? '')
    expect(error?.code).toBe('identity_already_exists')
    expect((await signInAs(acme.server, sub)).user?.id).toBe(user?.id)
    expect(user?.id).not.toBe(id)
  })

  test('is refused once the session is over: at the beginning, and in the end', async () => {
    const sub = somebody()
    const { client } = await owner('implicit')
    const url = await linkUrl(client, sub)
    const { data } = await client.getSession()
    const authorization = `Bearer ${data.session?.access_token}`
    await client.signOut()
    const back = await browser(acme.server).follow(url)
    expect(back.searchParams.get('error_code')).toBe('session_not_found')
    const response = await acme.server.send('/user/identities/authorize?provider=custom:acme', {
      headers: { authorization },
    })
    expect(response.status).toBe(403)
    expect(await countOf(acme.server, 'auth_identities', `provider_id = '${sub}'`)).toBe(0)
  })

  test.each(['exchange', 'callback'] as const)(
    'with PKCE: a way that was begun before all sessions ended is no way back in: %s',
    async (last) => {
      const { client, id } = await owner()
      const sub = somebody()
      const url = await linkUrl(client, sub)
      const end = () =>
        acme.server.query('update auth_sessions set revoked_at = 1 where user_id = ?', {
          type: 'text',
          value: id,
        })
      if (last === 'callback') await end()
      const back = await browser(acme.server).follow(url)
      if (last === 'callback') expect(back.searchParams.get('error_code')).toBe('session_not_found')
      else {
        await end()
        const { data, error } = await client.exchangeCodeForSession(back.searchParams.get('code') ?? '')
        expect([data.session, error?.name]).toEqual([null, 'AuthSessionMissingError'])
      }
      expect(await countOf(acme.server, 'auth_sessions', `user_id = '${id}' and revoked_at is null`)).toBe(0)
      expect(await countOf(acme.server, 'auth_codes', `user_id = '${id}'`)).toBe(0)
    },
  )

  test('wants the second factor of who has one', async () => {
    const { client, id } = await owner()
    await acme.server.query('update auth_users set least_aal = 2 where id = ?', { type: 'text', value: id })
    const { error } = await client.linkIdentity({ provider: 'custom:acme' })
    expect(error?.code).toBe('insufficient_aal')
  })

  test('without a session there is nothing to link to', async () => {
    const response = await acme.server.send('/user/identities/authorize?provider=custom:acme')
    expect(response.status).toBe(401)
  })

  test('makes a person of somebody anonymous, with the address that the provider speaks for', async () => {
    const own = await startAcme(accounts, { auth: { anonymous: true } })
    const client = own.server.client({ flowType: 'pkce' })
    const { data: before } = await client.signInAnonymously()
    const sub = somebody()
    const { data } = await client.linkIdentity({
      provider: 'custom:acme',
      options: { redirectTo: welcome, queryParams: { login_hint: sub } },
    })
    const back = await browser(own.server).follow(data?.url ?? '')
    const { data: after } = await client.exchangeCodeForSession(back.searchParams.get('code') ?? '')
    expect(after.user).toMatchObject({
      id: before.user?.id,
      is_anonymous: false,
      email: `${sub}@elsewhere.example`,
    })
    await own.stop()
  })
})

describe('linkIdentity with an ID token', () => {
  test('one trip, and one more way in', async () => {
    const { client, id } = await owner()
    const sub = somebody()
    const token = await acme.issuer.idToken({ sub, email: `${sub}@elsewhere.example`, email_verified: true })
    const { data, error } = await client.linkIdentity({ provider: 'custom:acme', token })
    expect(error).toBeNull()
    expect(data.user).toMatchObject({ id, app_metadata: { providers: ['email', 'custom:acme'] } })
    const again = await client.linkIdentity({ provider: 'custom:acme', token })
    expect(again.error?.code).toBe('identity_already_exists')
  })

  test('is refused without a session', async () => {
    const token = await acme.issuer.idToken({ sub: somebody() })
    const response = await acme.server.post('/token?grant_type=id_token', {
      provider: 'custom:acme',
      id_token: token,
      link_identity: true,
    })
    expect(response.status).toBe(401)
    expect(response.headers.get('x-trips')).toBe('0')
  })
})
