import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { featuresOf } from '../../../src/auth/feature.ts'
import { oauth } from '../../../src/auth/oauth/feature.ts'
import { apple } from '../../../src/auth/oauth/provider/apple.ts'
import { google } from '../../../src/auth/oauth/provider/google.ts'
import { oidc } from '../../../src/auth/oauth/provider/oidc.ts'
import { Problem } from '../../../src/base/problem.ts'
import { membersOf } from '../server.ts'
import { type Acme, begin, countOf, signInAs, startAcme, welcome } from './acme.ts'
import { browser, fragmentOf } from './browser.ts'

let acme: Acme

beforeAll(async () => {
  acme = await startAcme({
    ada: { email: 'Ada@Example.com', email_verified: true, name: 'Ada', picture: 'https://img.test/ada.png' },
    bob: { email: 'bob@example.com', email_verified: true },
  })
})
afterAll(() => acme.stop())

describe('signInWithOAuth', () => {
  test('with PKCE: a code, and for it a session and the tokens of the provider', async () => {
    const { back, user, session, error } = await signInAs(acme.server, 'ada')
    expect(error).toBeNull()
    expect(`${back.origin}${back.pathname}`).toBe(welcome)
    expect(user).toMatchObject({
      email: 'ada@example.com',
      is_anonymous: false,
      app_metadata: { provider: 'custom:acme', providers: ['custom:acme'] },
      user_metadata: { full_name: 'Ada', avatar_url: 'https://img.test/ada.png', email_verified: true },
      identities: [
        { provider: 'custom:acme', id: 'ada', identity_data: { sub: 'ada', iss: acme.issuer.url } },
      ],
    })
    expect(session?.provider_token).toBeTypeOf('string')
    expect(await countOf(acme.server, 'profiles')).toBe(1)
  })

  test('without PKCE: the session in the fragment', async () => {
    const { url } = await begin(acme.server, 'ada', 'implicit')
    const fragment = fragmentOf(await browser(acme.server).follow(url))
    expect(fragment.get('token_type')).toBe('bearer')
    expect(fragment.get('provider_token')).toBeTypeOf('string')
    expect(fragment.has('user')).toBe(false)
    const { data } = await acme.server.client().getUser(fragment.get('access_token') ?? '')
    expect(data.user?.email).toBe('ada@example.com')
  })

  test('trips: none to set out, one to come back, one for the session; nothing secret stays', async () => {
    const { client, url } = await begin(acme.server, 'bob')
    const agent = browser(acme.server)
    const out = await agent.visit(url)
    expect([out.status, out.headers.get('x-trips')]).toEqual([302, '0'])
    const callback = await agent.follow(out.headers.get('location') ?? '', (next) =>
      next.includes('/callback'),
    )
    const back = await agent.visit(callback.href)
    expect([back.status, back.headers.get('x-trips')]).toEqual([302, '1'])
    const code = new URL(back.headers.get('location') ?? '').searchParams.get('code') ?? ''
    const { rows } = await acme.server.query('select hash, provider_tokens from auth_codes')
    expect(JSON.stringify(rows)).not.toContain(code)
    const { data } = await client.exchangeCodeForSession(code)
    expect(JSON.stringify(rows)).not.toContain(data.session?.provider_token)
    const stored = await acme.server.query('select payload from auth_challenges')
    expect(stored.rows.every(([payload]) => payload?.type === 'text' && payload.value === '{}')).toBe(true)
    expect(await client.exchangeCodeForSession(code)).toMatchObject({ data: { session: null } })
  })

  test('scopes and parameters go along, but none that this server says itself', async () => {
    const response = await acme.server.fetch(
      `http://selvage.test/auth/v1/authorize?provider=custom:acme&scopes=a%20b,c&prompt=consent&state=mine&nonce=mine&redirect_uri=https://evil.test&response_type=token&code_challenge=${'a'.repeat(43)}&code_challenge_method=s256&request_uri=https://evil.test`,
    )
    const { searchParams: query } = new URL(response.headers.get('location') ?? '')
    expect(query.get('scope')).toBe('openid email profile a b c')
    expect(query.get('prompt')).toBe('consent')
    expect(query.get('redirect_uri')).toBe('http://selvage.test/auth/v1/callback')
    expect(query.get('response_type')).toBe('code')
    expect(query.get('code_challenge_method')).toBe('S256')
    expect(query.get('code_challenge')).not.toBe('a'.repeat(43))
    expect(query.has('request_uri')).toBe(false)
    expect(query.get('state')?.length).toBeLessThan(500)
    expect([query.get('state'), query.get('nonce')]).not.toContain('mine')
    expect(response.headers.get('set-cookie')).toMatch(
      /^selvage-oauth=[\w-]{43}; Path=\/; HttpOnly; Max-Age=600; SameSite=Lax$/,
    )
  })

  test('/settings lists the providers', async () => {
    const { external } = await membersOf(await acme.server.send('/settings'))
    expect(external).toMatchObject({ email: true, 'custom:acme': true })
  })
})

describe('who sets out', () => {
  const authorize = (query: string) => acme.server.fetch(`http://selvage.test/auth/v1/authorize?${query}`)

  test.each([
    ['a prefix', 'http://site.test/welcome.evil.test'],
    ['a path below', 'http://site.test/welcome/../x'],
    ['userinfo', 'http://site.test@evil.test/welcome'],
    ['another case', 'http://site.test/Welcome'],
    ['a port', 'http://site.test:80/welcome'],
    ['a fragment', 'http://site.test/welcome#x'],
    ['a fragment in the query', 'http://site.test/welcome?a#x'],
    ['another scheme', 'javascript:alert(1)'],
    ['nothing of ours', 'https://evil.test'],
  ])('is refused with %s in redirect_to', async (_, target) => {
    const response = await authorize(`provider=custom:acme&redirect_to=${encodeURIComponent(target)}`)
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
    expect(await membersOf(response)).toMatchObject({ error_code: 'validation_failed' })
  })

  test.each([
    ['no provider', ''],
    ['an unknown provider', 'provider=google'],
    ['a provider that is a member of objects', 'provider=constructor'],
    [
      'PKCE that is plain',
      `provider=custom:acme&code_challenge=${'a'.repeat(43)}&code_challenge_method=plain`,
    ],
    ['PKCE without a method', `provider=custom:acme&code_challenge=${'a'.repeat(43)}`],
    ['two redirect_to', `provider=custom:acme&redirect_to=${welcome}&redirect_to=https://evil.test`],
    ['a scope that is none', 'provider=custom:acme&scopes=%22'],
  ])('is refused with %s', async (_, query) => {
    const response = await authorize(query)
    expect([response.status, (await membersOf(response)).error_code]).toEqual([400, 'validation_failed'])
  })
})

describe('who comes back', () => {
  const errorOf = (url: URL) => [url.searchParams.get('error'), url.searchParams.get('error_code')]

  async function callbackOf(login: string) {
    const { url, client } = await begin(acme.server, login)
    const agent = browser(acme.server)
    const callback = await agent.follow(url, (next) => next.includes('/auth/v1/callback'))
    return { agent, callback: callback.href, client, url }
  }

  test('in another browser is refused: it would be signed in as somebody else (login CSRF)', async () => {
    const { callback } = await callbackOf('ada')
    const before = await countOf(acme.server, 'auth_codes')
    const back = await browser(acme.server).follow(callback)
    expect(back.origin + back.pathname).toBe('http://site.test/')
    expect(errorOf(back)).toEqual(['invalid_request', 'bad_oauth_state'])
    expect(await countOf(acme.server, 'auth_codes')).toBe(before)
  })

  test('in another tab of the same browser is let in', async () => {
    const { agent, callback } = await callbackOf('ada')
    const { url } = await begin(acme.server, 'ada')
    await agent.follow(url)
    expect((await agent.follow(callback)).searchParams.has('code')).toBe(true)
  })

  test('with a state that was used is refused, also with a new code for it', async () => {
    const { agent, callback } = await callbackOf('ada')
    const again = new URL(callback)
    expect((await agent.follow(callback)).searchParams.has('code')).toBe(true)
    // The way to the issuer once more, with the same state.
    const { url } = await begin(acme.server, 'ada')
    const out = new URL((await agent.visit(url)).headers.get('location') ?? '')
    const state = again.searchParams.get('state') ?? ''
    out.searchParams.set('state', state)
    const { secretsOf } = await import('../../../src/auth/oauth/flow/state.ts')
    const { verifier, nonce } = secretsOf(state, acme.server.settings.serverSecret)
    const { calculatePKCECodeChallenge } = await import('oauth4webapi')
    out.searchParams.set('code_challenge', await calculatePKCECodeChallenge(verifier))
    out.searchParams.set('nonce', nonce)
    const back = await agent.follow(out.href)
    expect(errorOf(back)).toEqual(['invalid_request', 'bad_oauth_state'])
    expect(back.searchParams.get('error_description')).toBe('State has already been used')
  })

  test('with a state that is forged, missing or too old is refused', async () => {
    const { agent, callback } = await callbackOf('ada')
    for (const [state, code] of [
      ['', 'bad_oauth_callback'],
      ['forged', 'bad_oauth_state'],
      [`${new URL(callback).searchParams.get('state')}A`, 'bad_oauth_state'],
    ] as const) {
      const url = new URL(callback)
      url.searchParams.set('state', state)
      expect(errorOf(await agent.follow(url.href))).toEqual(['invalid_request', code])
    }
    acme.server.travel(601_000)
    expect(errorOf(await agent.follow(callback))).toEqual(['invalid_request', 'bad_oauth_state'])
    acme.server.travel(-601_000)
  })

  test('from another issuer is refused (mix-up, RFC 9207)', async () => {
    const { agent, callback } = await callbackOf('ada')
    const url = new URL(callback)
    expect(url.searchParams.get('iss')).toBe(acme.issuer.url)
    url.searchParams.set('iss', 'https://evil.test')
    expect(errorOf(await agent.follow(url.href))).toEqual(['server_error', 'unexpected_failure'])
    url.searchParams.delete('iss')
    expect(errorOf(await agent.follow(url.href))).toEqual(['server_error', 'unexpected_failure'])
  })

  test('without a yes is told the words of the provider', async () => {
    const { url } = await begin(acme.server, 'nobody')
    const back = await browser(acme.server).follow(url)
    expect(back.origin + back.pathname).toBe(welcome)
    expect(errorOf(back)).toEqual(['access_denied', null])
    expect(fragmentOf(back).get('error_description')).toBe('The person said no')
  })
})

describe('a backend with a mistake does not start', () => {
  const [feature] = featuresOf([oauth({ providers: [google(), apple()] })])
  const all = {
    OAUTH_GOOGLE_CLIENT_ID: 'a',
    OAUTH_GOOGLE_CLIENT_SECRET: 'b',
    OAUTH_APPLE_CLIENT_ID: 'c',
    OAUTH_APPLE_TEAM_ID: 'd',
    OAUTH_APPLE_KEY_ID: 'e',
    OAUTH_APPLE_PRIVATE_KEY: 'f',
  }

  test.each(Object.keys(all))('without %s', (name) => {
    expect(() => feature?.requireBindings?.({ ...all, [name]: '' })).toThrow(
      expect.objectContaining({ code: 'UNAVAILABLE_CONFIGURATION', message: expect.stringContaining(name) }),
    )
  })

  test('and one without starts', () => {
    expect(() => feature?.requireBindings?.(all)).not.toThrow(Problem)
  })

  test.each([
    ['http of another machine', 'http://issuer.example'],
    ['no URL', 'issuer'],
    ['a query', 'https://issuer.example/?a'],
    ['userinfo', 'https://a@issuer.example'],
  ])('with an issuer that is %s', (_, issuer) => {
    expect(() => oidc({ name: 'acme', issuer })).toThrow(TypeError)
  })

  test('with two providers of one name', () => {
    expect(() => oauth({ providers: [google(), google()] })).toThrow(TypeError)
  })
})
