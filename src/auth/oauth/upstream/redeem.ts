import { importPKCS8, SignJWT } from 'jose'
import type { ClientAuth } from 'oauth4webapi'
import type { AppleKey, ProviderClient } from '../client.ts'
import { type Json, membersOf, type Person } from '../provider.ts'
import { fetchJson, fetchUpstream, UpstreamError } from './fetch.ts'
import { authorizationServerOf, issuerOf, type KnownProvider } from './server.ts'

/** Loaded when somebody first comes back from a provider. */
type Library = typeof import('oauth4webapi')

/** What came back with the browser, and what was sent along with it. */
export interface Redemption {
  /** Of the callback: `code`, `state`, `iss`, or an error. */
  readonly parameters: URLSearchParams
  readonly posted: Json
  readonly state: string
  readonly redirectUri: string
  /** RFC 7636 §4.1. */
  readonly verifier: string
  readonly nonce: string
  readonly nowMilliseconds: number
}

export interface Redeemed {
  readonly profile: Person
  readonly accessToken: string
  readonly refreshToken: string | null
}

/** The provider said no, in the words of RFC 6749 §4.1.2.1. */
export class ProviderRefusal extends Error {
  override readonly name = 'ProviderRefusal'
  readonly error: string
  readonly description: string

  constructor(error: string, description: string) {
    super('the provider refused')
    this.error = error
    this.description = description
  }
}

/**
 * Who somebody is, for the code that their browser brought from the provider. The ID token comes straight from the token
 * endpoint over TLS, which stands for its signature (OpenID Connect Core §3.1.3.7).
 * @throws ProviderRefusal, UpstreamError
 */
export async function redeem(
  provider: KnownProvider,
  client: ProviderClient,
  redemption: Redemption,
): Promise<Redeemed> {
  const library = await import('oauth4webapi')
  try {
    return await redeemed(library, provider, client, redemption)
  } catch (error) {
    if (error instanceof library.AuthorizationResponseError) {
      const { error: code, error_description: description } = error
      throw new ProviderRefusal(printable(code), printable(description ?? 'The provider refused.'))
    }
    if (isFaultOfProvider(library, error))
      throw new UpstreamError('the provider answered what cannot be used')
    throw error
  }
}

async function redeemed(
  library: Library,
  provider: KnownProvider,
  { id, credential }: ProviderClient,
  { parameters, posted, state, redirectUri, verifier, nonce, nowMilliseconds }: Redemption,
): Promise<Redeemed> {
  const client = { client_id: id }
  const server = authorizationServerOf(provider)
  const valid = library.validateAuthResponse(server, client, parameters, state)
  const authentication = await authenticationOf(library, credential, id, nowMilliseconds)
  const response = await library.authorizationCodeGrantRequest(
    server,
    client,
    authentication,
    valid,
    redirectUri,
    verifier,
    // `isSecureUrl` has decided what may be http: an issuer on this very machine.
    { [library.customFetch]: fetchUpstream, [library.allowInsecureRequests]: true },
  )
  const issuer = issuerOf(provider, await claimsBefore(response))
  const result = await library.processAuthorizationCodeResponse(
    authorizationServerOf(provider, issuer),
    client,
    response,
    provider.isOpenId ? { expectedNonce: nonce, requireIdToken: true } : {},
  )
  const { access_token: accessToken, refresh_token: refreshToken = null } = result
  const claims: Json = { ...library.getValidatedIdTokenClaims(result) }
  const documents = await userinfoOf(provider, accessToken)
  if (provider.isOpenId) {
    // OpenID Connect Core §5.3.2: else what is said may be of another person.
    for (const document of documents)
      if (membersOf(document).sub !== claims.sub) throw new UpstreamError('userinfo is of somebody else')
  }
  const profile = provider.profile({ claims, documents, posted })
  if (profile === null) throw new UpstreamError('the provider says of nobody who they are')
  return { profile, accessToken, refreshToken }
}

async function userinfoOf(provider: KnownProvider, accessToken: string): Promise<readonly unknown[]> {
  const headers = { authorization: `Bearer ${accessToken}` }
  return Promise.all(provider.endpoints.userinfo.map((url) => fetchJson(url, headers)))
}

/** What an ID token says that nobody has looked at yet: which tenant of Microsoft's it is from. */
async function claimsBefore(response: Response): Promise<Json> {
  try {
    const token = membersOf(await response.clone().json()).id_token
    const payload = typeof token === 'string' ? (token.split('.')[1] ?? '') : ''
    return payload === '' ? {} : membersOf(JSON.parse(Buffer.from(payload, 'base64url').toString()))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new UpstreamError('the provider answered no JSON')
  }
}

async function authenticationOf(
  library: Library,
  credential: ProviderClient['credential'],
  clientId: string,
  nowMilliseconds: number,
): Promise<ClientAuth> {
  switch (credential.kind) {
    case 'basic':
      return clientSecretBasic(credential.secret)
    case 'post':
      return library.ClientSecretPost(credential.secret)
    case 'apple':
      return library.ClientSecretPost(await appleSecret(credential, clientId, nowMilliseconds))
  }
}

/**
 * RFC 6749 §2.3.1. What needs no escape in a form gets none: `ClientSecretBasic` of `oauth4webapi` writes `-` as `%2D`, too,
 * which who does not decode (X) takes for another secret.
 */
function clientSecretBasic(secret: string): ClientAuth {
  const escaped = (text: string): string => new URLSearchParams({ text }).toString().slice('text='.length)
  return (_server, client, _body, headers) => {
    const pair = Buffer.from(`${escaped(client.client_id)}:${escaped(secret)}`).toString('base64')
    headers.set('authorization', `Basic ${pair}`)
  }
}

/** https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret */
async function appleSecret(credential: AppleKey, clientId: string, nowMilliseconds: number): Promise<string> {
  const { teamId, keyId, privateKey } = credential
  const now = Math.floor(nowMilliseconds / 1_000)
  return new SignJWT()
    .setProtectedHeader({ alg: 'ES256', kid: keyId })
    .setIssuer(teamId)
    .setSubject(clientId)
    .setAudience('https://appleid.apple.com')
    .setIssuedAt(now)
    .setExpirationTime(now + 300)
    .sign(await importPKCS8(privateKey.replaceAll('\\n', '\n'), 'ES256'))
}

function isFaultOfProvider(library: Library, error: unknown): boolean {
  return (
    error instanceof library.OperationProcessingError ||
    error instanceof library.UnsupportedOperationError ||
    error instanceof library.ResponseBodyError ||
    error instanceof library.WWWAuthenticateChallengeError
  )
}

/** As RFC 6749 §4.1.2.1 lets it be, and short. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '').slice(0, 200)
}
