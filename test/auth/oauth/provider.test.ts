import type { IncomingMessage } from 'node:http'
import {
  decodeProtectedHeader,
  exportPKCS8,
  exportSPKI,
  generateKeyPair,
  importSPKI,
  jwtVerify,
  SignJWT,
} from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { oauth } from '../../../src/auth/oauth/feature.ts'
import { apple } from '../../../src/auth/oauth/provider/apple.ts'
import { github } from '../../../src/auth/oauth/provider/github.ts'
import { x } from '../../../src/auth/oauth/provider/x.ts'
import type { Provider } from '../../../src/auth/oauth/provider.ts'
import { startAuthServer, type TestAuthServer } from '../server.ts'
import { browser } from './browser.ts'
import { listen } from './issuer.ts'

/** The record of a provider, at a server that answers as its documentation says. */
describe('the whole way', () => {
  const bodies: { path: string; authorization: string | undefined; form: URLSearchParams }[] = []
  let stub: Awaited<ReturnType<typeof listen>>
  let server: TestAuthServer
  let appleKey: Awaited<ReturnType<typeof generateKeyPair>>
  let idTokenKey: Awaited<ReturnType<typeof generateKeyPair>>
  let nonce = ''

  const here = (provider: Provider, userinfo: readonly string[]): Provider => ({
    ...provider,
    endpoints: {
      authorization: `${stub.url}/authorize`,
      token: `${stub.url}/token/${provider.name}`,
      jwks: `${stub.url}/jwks`,
      userinfo: userinfo.map((path) => `${stub.url}${path}`),
    },
  })

  const answers: Record<string, () => unknown> = {
    '/token/github': () => ({
      access_token: 'gho_16C7e42F292c6912E7710c838347Ae178B4a',
      scope: 'user:email',
      token_type: 'bearer',
    }),
    '/user': () => ({
      login: 'octocat',
      id: 583231,
      name: 'The Octocat',
      avatar_url: 'https://github.test/a.gif',
    }),
    '/user/emails': () => [{ email: 'octocat@github.example', verified: true, primary: true }],
    '/token/x': () => ({
      token_type: 'bearer',
      expires_in: 7200,
      access_token: 'x-token',
      scope: 'users.read',
    }),
    '/2/users/me': () => ({ data: { id: '2244994945', name: 'X Dev', username: 'xdevelopers' } }),
    '/token/apple': async () => ({
      access_token: 'apple-token',
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: 'apple-refresh',
      id_token: await new SignJWT({ email: 'a@privaterelay.appleid.com', email_verified: 'true', nonce })
        .setProtectedHeader({ alg: 'RS256', kid: 'a' })
        .setIssuer('https://appleid.apple.com')
        .setAudience('com.example.web')
        .setSubject('001234.abc')
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(idTokenKey.privateKey),
    }),
  }

  beforeAll(async () => {
    stub = await listen()
    stub.server.on('request', async (request, response) => {
      const path = (request.url ?? '').replace(/\?.*/, '')
      bodies.push({
        path,
        authorization: request.headers.authorization,
        form: new URLSearchParams(await textOf(request)),
      })
      const answer = await answers[path]?.()
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(answer ?? {}))
    })
    appleKey = await generateKeyPair('ES256', { extractable: true })
    idTokenKey = await generateKeyPair('RS256')
    const providers = [
      here(github(), ['/user', '/user/emails']),
      here(x(), ['/2/users/me']),
      here(apple(), []),
    ]
    server = await startAuthServer(
      { auth: { features: [oauth({ providers })] } },
      {
        OAUTH_GITHUB_CLIENT_ID: 'github-id',
        OAUTH_GITHUB_CLIENT_SECRET: 'github-secret',
        OAUTH_X_CLIENT_ID: 'x-id',
        OAUTH_X_CLIENT_SECRET: 'x-secret',
        OAUTH_APPLE_CLIENT_ID: 'com.example.web,com.example.app',
        OAUTH_APPLE_TEAM_ID: 'TEAM',
        OAUTH_APPLE_KEY_ID: 'KEY',
        // As a line of a file of variables has it.
        OAUTH_APPLE_PRIVATE_KEY: (await exportPKCS8(appleKey.privateKey)).replaceAll('\n', '\\n'),
      },
    )
  })
  afterAll(async () => {
    await server.stop()
    stub.server.close()
    stub.server.closeAllConnections()
  })

  async function textOf(request: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    return Buffer.concat(chunks).toString()
  }

  /** To the provider, and back as it would send the browser. */
  async function arrive(provider: string) {
    const client = server.client({ flowType: 'pkce' })
    const { data } = await client.signInWithOAuth({ provider: provider as 'github' })
    const agent = browser(server)
    const out = await agent.visit(data.url ?? '')
    const { searchParams } = new URL(out.headers.get('location') ?? '')
    nonce = searchParams.get('nonce') ?? ''
    return {
      client,
      agent,
      query: searchParams,
      back: new URLSearchParams({ code: 'a-code', state: searchParams.get('state') ?? '' }),
    }
  }

  test('GitHub: the secret in the body, and two questions for the profile', async () => {
    const { client, agent, query, back } = await arrive('github')
    expect(Object.fromEntries(query)).toMatchObject({
      client_id: 'github-id',
      scope: 'user:email',
      response_type: 'code',
    })
    expect(query.has('nonce')).toBe(false)
    const site = await agent.follow(`http://selvage.test/auth/v1/callback?${back}`)
    const { data, error } = await client.exchangeCodeForSession(site.searchParams.get('code') ?? '')
    expect(error).toBeNull()
    expect(data.session?.provider_token).toBe('gho_16C7e42F292c6912E7710c838347Ae178B4a')
    expect(data.user).toMatchObject({
      email: 'octocat@github.example',
      user_metadata: { user_name: 'octocat', full_name: 'The Octocat', provider_id: '583231' },
    })
    const token = bodies.find(({ path }) => path === '/token/github')
    expect(Object.fromEntries(token?.form ?? [])).toMatchObject({
      client_secret: 'github-secret',
      code: 'a-code',
    })
    expect(token?.form.get('code_verifier')).toMatch(/^[\w-]{43}$/)
    expect(bodies.find(({ path }) => path === '/user')?.authorization).toMatch(/^Bearer gho_/)
  })

  test('X: the secret in a header, and nobody’s address', async () => {
    const { client, agent, back } = await arrive('x')
    const site = await agent.follow(`http://selvage.test/auth/v1/callback?${back}`)
    const { data } = await client.exchangeCodeForSession(site.searchParams.get('code') ?? '')
    expect(data.user).toMatchObject({ email: '', is_anonymous: false, identities: [{ id: '2244994945' }] })
    expect(bodies.find(({ path }) => path === '/token/x')?.authorization).toBe(
      `Basic ${Buffer.from('x-id:x-secret').toString('base64')}`,
    )
  })

  test('Apple: a form from its own site, a secret that its key signs, and a name once', async () => {
    const { client, agent, query, back } = await arrive('apple')
    expect(query.get('response_mode')).toBe('form_post')
    back.set(
      'user',
      JSON.stringify({ name: { firstName: 'Johnny', lastName: 'Appleseed' }, email: 'evil@evil.test' }),
    )
    const response = await agent.visit('http://selvage.test/auth/v1/callback', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: back.toString(),
    })
    expect(response.status).toBe(303)
    const code = new URL(response.headers.get('location') ?? '').searchParams.get('code') ?? ''
    const { data } = await client.exchangeCodeForSession(code)
    expect(data.session?.provider_refresh_token).toBe('apple-refresh')
    expect(data.user).toMatchObject({
      email: 'a@privaterelay.appleid.com',
      user_metadata: { full_name: 'Johnny Appleseed' },
    })
    const secret = bodies.find(({ path }) => path === '/token/apple')?.form.get('client_secret') ?? ''
    expect(decodeProtectedHeader(secret)).toEqual({ alg: 'ES256', kid: 'KEY' })
    const key = await importSPKI(await exportSPKI(appleKey.publicKey), 'ES256')
    const { payload } = await jwtVerify(secret, key, {
      audience: 'https://appleid.apple.com',
      issuer: 'TEAM',
    })
    expect(payload.sub).toBe('com.example.web')
    expect(Number(payload.exp) - Number(payload.iat)).toBe(300)
    // Later it says no name, and the one that is known stays.
    const again = await arrive('apple')
    const site = await again.agent.follow(`http://selvage.test/auth/v1/callback?${again.back}`)
    const { data: later } = await again.client.exchangeCodeForSession(site.searchParams.get('code') ?? '')
    expect(later.user?.identities?.[0]?.identity_data?.full_name).toBe('Johnny Appleseed')
  })

  test('a form that is too large, or no text, is refused', async () => {
    for (const body of ['a'.repeat(70_000), new Uint8Array([0xff, 0xfe])]) {
      const response = await server.fetch('http://selvage.test/auth/v1/callback', { method: 'POST', body })
      expect(response.headers.get('location')).toContain('error=')
    }
  })
})
