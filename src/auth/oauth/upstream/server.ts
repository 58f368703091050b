import type { AuthorizationServer } from 'oauth4webapi'
import { isSecureUrl } from '../provider/oidc.ts'
import { type Endpoints, type Json, membersOf, type Provider, textIn } from '../provider.ts'
import { documentAt } from './documents.ts'
import { UpstreamError } from './fetch.ts'

/** A provider with its endpoints. */
export interface KnownProvider extends Provider {
  readonly endpoints: Endpoints
  /** Whether its answers always name it (RFC 9207 §3). */
  readonly namesItself: boolean
}

/** @throws UpstreamError when its issuer does not say what it should */
export async function knownProvider(provider: Provider, nowMilliseconds: number): Promise<KnownProvider> {
  const { endpoints, issuer } = provider
  if (endpoints !== null) return { ...provider, endpoints, namesItself: false }
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const metadata = membersOf(await documentAt(url, nowMilliseconds))
  // Who answers for another issuer could have its tokens taken for those of this one.
  if (metadata.issuer !== issuer) throw new UpstreamError('the issuer says that it is another one')
  const userinfo = textIn(metadata, 'userinfo_endpoint')
  return {
    ...provider,
    endpoints: {
      authorization: endpointOf(metadata, 'authorization_endpoint'),
      token: endpointOf(metadata, 'token_endpoint'),
      jwks: endpointOf(metadata, 'jwks_uri'),
      userinfo: userinfo === null ? [] : [endpointOf(metadata, 'userinfo_endpoint')],
    },
    namesItself: metadata.authorization_response_iss_parameter_supported === true,
  }
}

/** As `oauth4webapi` knows it. */
export function authorizationServerOf(
  provider: KnownProvider,
  issuer: string = provider.issuer,
): AuthorizationServer {
  const { authorization, token, jwks } = provider.endpoints
  return {
    issuer,
    authorization_endpoint: authorization,
    token_endpoint: token,
    ...(jwks !== null && { jwks_uri: jwks }),
    id_token_signing_alg_values_supported: [...idTokenAlgorithms],
    authorization_response_iss_parameter_supported: provider.namesItself,
  }
}

/** Signatures with a key that only the issuer has: neither `none` nor a shared secret (RFC 8725 §3.1). */
export const idTokenAlgorithms: readonly string[] = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]

/** The issuer of a token: Microsoft's has the tenant's ID in it, which the token says. */
export function issuerOf({ issuer }: Provider, claims: Json): string {
  const tenant = textIn(claims, 'tid')
  if (!issuer.includes('{tenantid}') || tenant === null || !/^[0-9a-f-]{36}$/.test(tenant)) return issuer
  return issuer.replace('{tenantid}', tenant)
}

function endpointOf(metadata: Json, name: string): string {
  const url = textIn(metadata, name)
  if (url !== null && URL.canParse(url)) {
    const { origin, pathname } = new URL(url)
    if (isSecureUrl(`${origin}${pathname}`)) return url
  }
  throw new UpstreamError(`the issuer has no ${name} that can be used`)
}
