import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { membersOf } from '../server.ts'
import { type Acme, begin, countOf, signInAs, startAcme } from './acme.ts'
import { browser } from './browser.ts'
import type { Fault } from './issuer.ts'

let acme: Acme

beforeAll(async () => {
  acme = await startAcme({
    ada: { email: 'ada@example.com', email_verified: true },
    bob: { email: 'bob@example.com', email_verified: true },
  })
  await signInAs(acme.server, 'bob')
})
afterEach(() => acme.issuer.fail())
afterAll(() => acme.stop())

const answer = (response: ServerResponse, status: number, body: string | object) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json' }).end(text)
  return true
}

/** At one path, for whoever asks. */
const at =
  (path: string, how: (response: ServerResponse) => unknown): Fault =>
  (asked, response) => {
    if (asked !== path) return false
    how(response)
    return true
  }

const huge = (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  // Chunked, so that no length warns of it.
  response.write('{"sub":"ada","name":"')
  for (let chunk = 0; chunk < 64; chunk += 1) response.write('a'.repeat(65_536))
  response.end('"}')
}

const tokens = (more: object) => ({ access_token: 'a', token_type: 'Bearer', expires_in: 60, ...more })

describe('a fault of the provider makes no account, and is told to the app', () => {
  test.each<[string, () => Fault | Promise<Fault>]>([
    ['500 for the code', () => at('/token', (response) => answer(response, 500, { error: 'server_error' }))],
    ['500 and no JSON', () => at('/token', (response) => answer(response, 500, '<html>'))],
    ['no JSON', () => at('/token', (response) => answer(response, 200, '<html>'))],
    ['null', () => at('/token', (response) => answer(response, 200, 'null'))],
    ['a body without end', () => at('/token', huge)],
    [
      'a redirect',
      () =>
        at('/token', (response) => response.writeHead(307, { location: 'http://169.254.169.254/' }).end()),
    ],
    ['a connection that breaks', () => at('/token', (response) => response.destroy())],
    [
      'an error in a 200',
      () => at('/token', (response) => answer(response, 200, { error: 'bad_verification_code' })),
    ],
    ['no ID token', () => at('/token', (response) => answer(response, 200, tokens({})))],
    [
      'the ID token of another flow',
      async () => {
        const id_token = await acme.issuer.idToken({ sub: 'ada', nonce: 'of another flow' })
        return at('/token', (response) => answer(response, 200, tokens({ id_token })))
      },
    ],
    [
      'an ID token of another issuer',
      async () => {
        const id_token = await acme.issuer.idToken({ sub: 'ada', iss: 'https://evil.test' })
        return at('/token', (response) => answer(response, 200, tokens({ id_token })))
      },
    ],
    ['500 for the profile', () => at('/me', (response) => answer(response, 500, {}))],
    ['a profile of somebody else', () => at('/me', (response) => answer(response, 200, { sub: 'bob' }))],
    ['a profile without end', () => at('/me', huge)],
  ])('%s', async (_, fault) => {
    const users = await countOf(acme.server, 'auth_users')
    const { url } = await begin(acme.server, 'ada')
    const agent = browser(acme.server)
    const callback = await agent.follow(url, (next) => next.includes('/auth/v1/callback'))
    acme.issuer.fail(await fault())
    const response = await agent.visit(callback.href)
    const back = new URL(response.headers.get('location') ?? '')
    expect(back.origin + back.pathname).toBe('http://site.test/welcome')
    expect(Object.fromEntries(back.searchParams)).toEqual({
      error: 'server_error',
      error_code: 'unexpected_failure',
      error_description: 'The provider cannot be used right now: try again.',
    })
    expect(response.headers.get('x-trips')).toBe('0')
    expect(await countOf(acme.server, 'auth_users')).toBe(users)
  })

  test('what it compresses is read', async () => {
    const { url, client } = await begin(acme.server, 'bob')
    const profile = gzipSync(JSON.stringify({ sub: 'bob', name: 'Compressed' }))
    acme.issuer.fail(
      at('/me', (response) =>
        response
          .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
          .end(profile),
      ),
    )
    const back = await browser(acme.server).follow(url)
    const { data } = await client.exchangeCodeForSession(back.searchParams.get('code') ?? '')
    expect(data.user?.user_metadata.name).toBe('Compressed')
  })

  test('no answer: after five seconds', async () => {
    const { url } = await begin(acme.server, 'ada')
    const agent = browser(acme.server)
    const callback = await agent.follow(url, (next) => next.includes('/auth/v1/callback'))
    acme.issuer.fail(at('/token', () => undefined))
    const since = performance.now()
    const back = await agent.follow(callback.href)
    expect(performance.now() - since).toBeLessThan(7_000)
    expect(back.searchParams.get('error_code')).toBe('unexpected_failure')
  })
})

const endpoints = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}/auth`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
})

describe('an issuer that cannot be discovered', () => {
  const discovery = '/.well-known/openid-configuration'

  test.each<[string, (response: ServerResponse, url: string) => unknown]>([
    [
      'says that it is another',
      (response, url) => answer(response, 200, { ...endpoints(url), issuer: 'https://evil.test' }),
    ],
    ['has no endpoints', (response, url) => answer(response, 200, { issuer: url })],
    [
      'names an endpoint that is not secure',
      (response, url) =>
        answer(response, 200, { ...endpoints(url), token_endpoint: 'http://169.254.169.254/token' }),
    ],
    ['is down', (response) => answer(response, 500, '')],
  ])('%s: to the app with an error, and nobody waits for it', async (_, how) => {
    const fresh = await startAcme({ ada: {} })
    fresh.issuer.fail(at(discovery, (response) => how(response, fresh.issuer.url)))
    const { url } = await begin(fresh.server, 'ada')
    const back = await browser(fresh.server).follow(url)
    expect(back.origin + back.pathname).toBe('http://site.test/welcome')
    expect(back.searchParams.get('error_code')).toBe('unexpected_failure')
    const token = await fresh.issuer.idToken({ sub: 'ada' })
    const response = await fresh.server.post('/token?grant_type=id_token', {
      provider: 'custom:acme',
      id_token: token,
    })
    expect([response.status, (await membersOf(response)).error_code]).toEqual([502, 'unexpected_failure'])
    expect(fresh.issuer.asked.filter((path) => path === discovery)).toHaveLength(1)
    // It is asked anew a little later.
    fresh.issuer.fail()
    fresh.server.travel(700_000)
    expect((await begin(fresh.server, 'ada')).url).not.toBe('')
    const out = await fresh.server.fetch((await begin(fresh.server, 'ada')).url)
    expect(out.headers.get('location')).toContain(`${fresh.issuer.url}/auth`)
    await fresh.stop()
  })

  test('many at once, for the first time: it is asked once', async () => {
    const fresh = await startAcme({ ada: {} })
    const { url } = await begin(fresh.server, 'ada')
    const answers = await Promise.all(Array.from({ length: 20 }, () => fresh.server.fetch(url)))
    expect(answers.every(({ headers }) => headers.get('location')?.startsWith(fresh.issuer.url))).toBe(true)
    expect(fresh.issuer.asked.filter((path) => path === discovery)).toHaveLength(1)
    await fresh.stop()
  })
})
