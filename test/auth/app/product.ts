import * as openid from 'openid-client'
import { expect } from 'vitest'
import { type OAuthServerOptions, oauth, oauthServer, totp } from '../../../src/index.ts'
import { startAuthServer } from '../server.ts'
import type { signedUp } from '../someone.ts'

export const callback = 'https://client.test/callback'

/** A server that other apps may sign in at, with what its pages and its operator do. */
export async function startProduct(options: Partial<OAuthServerOptions> = {}) {
  const server = await startAuthServer({
    auth: {
      features: [totp(), oauth({ providers: [] }), oauthServer({ consentUrl: '/oauth/consent', ...options })],
    },
  })
  const url = `${server.settings.apiUrl}/auth/v1`
  const clients = server.admin().oauth
  return {
    ...server,
    url,
    /** What the operator does. */
    clients,
    /** An app that the operator has made known, as its own code sees this server. */
    async app(changes: Partial<Parameters<typeof clients.createClient>[0]> = {}) {
      const { data, error } = await clients.createClient({
        client_name: 'Loom',
        client_uri: 'https://client.test',
        redirect_uris: [callback],
        ...changes,
      })
      if (error !== null) throw error
      const secret = data.client_secret ?? ''
      const authentication = {
        none: () => openid.None(),
        client_secret_basic: () => openid.ClientSecretBasic(secret),
        client_secret_post: () => openid.ClientSecretPost(secret),
      }[data.token_endpoint_auth_method]()
      return this.known(data.client_id, authentication)
    },
    /** The same of a client that is there. */
    async known(clientId: string, authentication: openid.ClientAuth) {
      const config = await openid.discovery(new URL(url), clientId, {}, authentication, {
        execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks],
        [openid.customFetch]: (input, { body, ...init }) =>
          server.fetch(input, { ...init, body: body ?? null, redirect: 'manual' }),
      })
      return { id: clientId, config }
    },
  }
}

export type Product = Awaited<ReturnType<typeof startProduct>>
export type App = Awaited<ReturnType<Product['app']>>
export type User = Awaited<ReturnType<typeof signedUp>>

/** What an app remembers of its request. */
export interface Started {
  readonly verifier: string
  readonly state: string
  readonly nonce: string
  readonly parameters: Readonly<Record<string, string>>
}

/** The request of an app as its library makes it; what is null in `changes` is left out. */
export async function start(
  { config }: App,
  changes: Readonly<Record<string, string | null>> = {},
): Promise<Started & { readonly url: URL }> {
  const verifier = openid.randomPKCECodeVerifier()
  const state = openid.randomState()
  const nonce = openid.randomNonce()
  const given = {
    redirect_uri: callback,
    scope: 'openid email profile',
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...changes,
  }
  const parameters = Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== null),
  )
  const url = openid.buildAuthorizationUrl(config, parameters)
  for (const [name, value] of Object.entries(changes)) if (value === null) url.searchParams.delete(name)
  return { verifier, state, nonce, parameters, url }
}

/** Where the browser is sent from `GET /oauth/authorize`. */
export async function sentTo(product: Product, url: URL): Promise<URL> {
  const response = await product.fetch(url.href)
  expect([response.status, response.headers.get('x-trips')]).toEqual([302, '1'])
  return new URL(response.headers.get('location') ?? '')
}

/** The id that the page for consent is called with. */
export async function asked(product: Product, url: URL): Promise<string> {
  const page = await sentTo(product, url)
  expect(page.href).toMatch(/^http:\/\/site\.test\/oauth\/consent\?authorization_id=/)
  return page.searchParams.get('authorization_id') ?? ''
}

/** The user looks, and agrees: where the browser goes then. */
export async function agreed({ client }: User, id: string): Promise<URL> {
  const shown = await client.oauth.getAuthorizationDetails(id)
  expect(shown.error).toBeNull()
  if (shown.data !== null && 'redirect_url' in shown.data) return new URL(shown.data.redirect_url)
  const { data, error } = await client.oauth.approveAuthorization(id)
  if (error !== null) throw error
  return new URL(data.redirect_url)
}

/** All of it, up to the tokens. */
export async function connected(
  product: Product,
  app: App,
  user: User,
  changes: Readonly<Record<string, string | null>> = {},
) {
  const started = await start(app, changes)
  const back = await agreed(user, await asked(product, started.url))
  return { ...(await exchanged(app, started, back)), started, back }
}

/** The app's library takes the code, and checks all that it can. */
export async function exchanged({ config }: App, { verifier, state, nonce, parameters }: Started, back: URL) {
  const tokens = await openid.authorizationCodeGrant(config, back, {
    pkceCodeVerifier: verifier,
    expectedState: state,
    ...(parameters.scope?.includes('openid') && { expectedNonce: nonce, idTokenExpected: true }),
  })
  const claims = tokens.claims()
  return { tokens, claims, access: tokens.access_token, refresh: tokens.refresh_token ?? '' }
}

/** `POST /oauth/token` by hand. */
export async function post(
  product: Product,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
  path = '/oauth/token',
) {
  const response = await product.fetch(`${product.url}${path}`, {
    method: 'POST',
    body: new URLSearchParams(form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  })
  const {
    error = null,
    error_description: _,
    ...rest
  }: Record<string, unknown> = JSON.parse(await response.text())
  return { status: response.status, trips: response.headers.get('x-trips'), error, ...rest }
}
