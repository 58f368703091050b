import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { exportJWK, generateKeyPair, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose'
import { type Grant, Provider } from 'oidc-provider'

/** Somebody who has an account at the issuer, by `login_hint`. */
export interface IssuerAccount {
  readonly email?: string
  readonly email_verified?: boolean
  readonly name?: string
  readonly picture?: string
}

/** What the issuer does instead of its work; false: nothing else. */
export type Fault = (path: string, response: ServerResponse, request: IncomingMessage) => boolean

export type TestIssuer = Awaited<ReturnType<typeof startIssuer>>

export const clientId = 'selvage'
export const clientSecret = 'a-secret-of-the-issuer-that-nobody-else-has'

const day = 86_400

/**
 * A real OpenID provider on this machine, which signs in whoever `login_hint` names, and asks nobody. `asked` has all paths
 * that were asked for.
 */
export async function startIssuer(accounts: Record<string, IssuerAccount>) {
  const asked: string[] = []
  let fault: Fault = () => false
  const { server, url } = await listen()
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const key = { ...(await exportJWK(privateKey)), kid: 'of-the-issuer', alg: 'RS256', use: 'sig' }
  // A new one would end the codes of the one before.
  const grants = new Map<string, Grant>()
  const provider: Provider = new Provider(url, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: ['http://selvage.test', 'https://selvage.test', 'http://api.test'].map(
          (url) => `${url}/auth/v1/callback`,
        ),
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'picture'] },
    conformIdTokenClaims: true,
    cookies: { keys: ['for these tests'] },
    jwks: { keys: [key] },
    ttl: {
      AccessToken: 3_600,
      AuthorizationCode: 60,
      Grant: day,
      IdToken: 3_600,
      Interaction: 600,
      Session: day,
    },
    features: { devInteractions: { enabled: false } },
    findAccount: (_, sub) =>
      accounts[sub] && { accountId: sub, claims: async () => ({ sub, ...accounts[sub] }) },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    async loadExistingGrant({ oidc: { client, session, params } }) {
      if (client === undefined || session?.accountId === undefined) return undefined
      const known = grants.get(session.accountId)
      if (known !== undefined) return known
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
      grants.set(session.accountId, grant)
      grant.addOIDCScope(String(params?.scope))
      await grant.save()
      return grant
    },
    pkce: { required: () => true },
  })
  const serve = provider.callback()
  server.on('request', async (request, response) => {
    const path = (request.url ?? '').replace(/\?.*/, '')
    asked.push(path)
    if (fault(path, response, request)) return
    if (!path.startsWith('/interaction/')) return serve(request, response)
    const { params } = await provider.interactionDetails(request, response)
    const result =
      params.login_hint === 'nobody'
        ? { error: 'access_denied', error_description: 'The person said no' }
        : { login: { accountId: String(params.login_hint) } }
    return provider.interactionFinished(request, response, result)
  })
  return {
    url,
    asked,
    accounts,
    /** Until the next one. */
    fail(how: Fault = () => false) {
      fault = how
    },
    /** An ID token of this issuer, as a native app has one. */
    async idToken(claims: JWTPayload, header: Partial<JWTHeaderParameters> = {}): Promise<string> {
      const now = Math.floor(Date.now() / 1_000)
      return new SignJWT({ iss: url, aud: clientId, iat: now, exp: now + 600, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: key.kid, ...header })
        .sign(privateKey)
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** A server of this machine, on a port of its own. */
export async function listen() {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('a server without a port')
  return { server, url: `http://127.0.0.1:${address.port}` }
}
