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
import { discord } from '../../../src/auth/oauth/provider/discord.ts'
import { facebook } from '../../../src/auth/oauth/provider/facebook.ts'
import { github } from '../../../src/auth/oauth/provider/github.ts'
import { google } from '../../../src/auth/oauth/provider/google.ts'
import { linkedin } from '../../../src/auth/oauth/provider/linkedin.ts'
import { microsoft } from '../../../src/auth/oauth/provider/microsoft.ts'
import { x } from '../../../src/auth/oauth/provider/x.ts'
import type { Person, Provider } from '../../../src/auth/oauth/provider.ts'
import { issuerOf } from '../../../src/auth/oauth/upstream/server.ts'
import { startAuthServer, type TestAuthServer } from '../server.ts'
import { browser } from './browser.ts'
import { listen } from './issuer.ts'

const said = { claims: {}, documents: [], posted: {} }

/** As the documentation of each provider shows them. */
describe('what a provider says', () => {
  test.each<[string, Provider, object, Partial<Person> | null]>([
    [
      'Google',
      google(),
      {
        claims: {
          sub: '110169484474386276334',
          email: 'jsmith@example.com',
          email_verified: true,
          name: 'J Smith',
          picture: 'https://lh3.test/a',
        },
      },
      {
        sub: '110169484474386276334',
        email: 'jsmith@example.com',
        isEmailVerified: true,
        name: 'J Smith',
        avatarUrl: 'https://lh3.test/a',
      },
    ],
    [
      'Google, not verified',
      google(),
      { claims: { sub: '1', email: 'a@b.example', email_verified: false } },
      { isEmailVerified: false },
    ],
    [
      'Apple, which writes truth as a text, and the name once',
      apple(),
      {
        claims: {
          sub: '001234.abc.0123',
          email: 'a@privaterelay.appleid.com',
          email_verified: 'true',
          is_private_email: 'true',
        },
        posted: { name: { firstName: 'Johnny', lastName: 'Appleseed' }, email: 'evil@evil.test' },
      },
      {
        sub: '001234.abc.0123',
        email: 'a@privaterelay.appleid.com',
        isEmailVerified: true,
        name: 'Johnny Appleseed',
      },
    ],
    [
      'Microsoft, where the administrator of a tenant writes the address',
      microsoft(),
      {
        claims: {
          sub: 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ',
          tid: 'x',
          email: 'ceo@victim.example',
          email_verified: true,
          name: 'Abe',
        },
      },
      { email: 'ceo@victim.example', isEmailVerified: false, name: 'Abe' },
    ],
    [
      'Microsoft, of the owner of the domain',
      microsoft(),
      { claims: { sub: 'a', email: 'a@b.example', xms_edov: '1' } },
      { isEmailVerified: true },
    ],
    [
      'LinkedIn',
      linkedin(),
      {
        claims: {
          sub: '782bbtaQ',
          name: 'John Doe',
          picture: 'https://media.licdn.test/a',
          email: 'doe@email.example',
          email_verified: 'true',
        },
      },
      { sub: '782bbtaQ', email: 'doe@email.example', isEmailVerified: true },
    ],
    [
      'GitHub, whose profile shows any address, and whose list says which one is theirs',
      github(),
      {
        documents: [
          {
            login: 'octocat',
            id: 1,
            avatar_url: 'https://github.test/a.gif',
            name: 'monalisa octocat',
            email: 'octocat@victim.example',
          },
          [
            { email: 'other@github.example', verified: true, primary: false, visibility: null },
            { email: 'octocat@github.example', verified: true, primary: true, visibility: 'public' },
          ],
        ],
      },
      {
        sub: '1',
        email: 'octocat@github.example',
        isEmailVerified: true,
        userName: 'octocat',
        name: 'monalisa octocat',
      },
    ],
    [
      'GitHub, not verified',
      github(),
      { documents: [{ id: 1 }, [{ email: 'a@b.example', verified: false, primary: true }]] },
      { email: 'a@b.example', isEmailVerified: false },
    ],
    [
      'GitHub, without the scope for addresses',
      github(),
      { documents: [{ id: 1, email: 'a@b.example' }, []] },
      { email: null, isEmailVerified: false },
    ],
    [
      'Facebook, which says of no address that it is theirs',
      facebook(),
      {
        documents: [
          {
            id: '10150001',
            email: 'a@b.example',
            name: 'Jane',
            picture: { data: { url: 'https://fb.test/a', is_silhouette: false } },
          },
        ],
      },
      { sub: '10150001', email: 'a@b.example', isEmailVerified: false, avatarUrl: 'https://fb.test/a' },
    ],
    [
      'X',
      x(),
      {
        documents: [
          {
            data: {
              id: '2244994945',
              name: 'X Dev',
              username: 'xdevelopers',
              confirmed_email: 'a@b.example',
              profile_image_url: 'https://pbs.test/a.jpg',
            },
          },
        ],
      },
      { sub: '2244994945', email: 'a@b.example', isEmailVerified: true, userName: 'xdevelopers' },
    ],
    [
      'X, without an address',
      x(),
      { documents: [{ data: { id: '1', name: 'a', username: 'a' } }] },
      { email: null, isEmailVerified: false },
    ],
    [
      'Discord',
      discord(),
      {
        documents: [
          {
            id: '80351110224678912',
            username: 'nelly',
            global_name: 'Nelly',
            avatar: '8342729096ea3675442027381ff50dfe',
            verified: true,
            email: 'nelly@discord.example',
          },
        ],
      },
      {
        sub: '80351110224678912',
        email: 'nelly@discord.example',
        isEmailVerified: true,
        avatarUrl:
          'https://cdn.discordapp.com/avatars/80351110224678912/8342729096ea3675442027381ff50dfe.png',
      },
    ],
    [
      'Discord, not verified',
      discord(),
      { documents: [{ id: '1', verified: false, email: 'a@b.example', avatar: null }] },
      { isEmailVerified: false, avatarUrl: null },
    ],
    ['nothing', github(), { documents: [null, null] }, null],
    ['an error', x(), { documents: [{ errors: [] }] }, null],
    ['no subject', google(), { claims: { email: 'a@b.example', email_verified: true } }, null],
  ])('%s', (_, provider, more, person) => {
    const read = provider.profile({ ...said, ...more })
    if (person === null) expect(read).toBeNull()
    else expect(read).toMatchObject(person)
  })

  test('whose tokens Microsoft’s are: of the tenant that they name, or of one alone', () => {
    const tid = '72f988bf-86f1-41af-91ab-2d7cd011db47'
    const of = (provider: Provider, claims: object) => issuerOf(provider, { ...claims })
    expect(of(microsoft(), { tid })).toBe(`https://login.microsoftonline.com/${tid}/v2.0`)
    expect(of(microsoft(), { tid: '../evil' })).toContain('{tenantid}')
    expect(of(microsoft({ tenant: tid }), { tid: 'another' })).toBe(
      `https://login.microsoftonline.com/${tid}/v2.0`,
    )
    expect(of(microsoft({ tenant: 'consumers' }), { tid })).toContain('9188040d-6c67-4c5b-b112-36a304b66dad')
    expect(() => microsoft({ tenant: 'a/b' })).toThrow(TypeError)
  })
})

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
