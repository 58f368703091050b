import { representation, respond } from '../../base/http/representation.ts'
import type { AuthContext } from '../context.ts'
import { featuresOf } from '../feature.ts'
import { issuerOf } from '../token/tokens.ts'

/**
 * `GET /.well-known/openid-configuration` (OpenID Connect Discovery §3), and the same at
 * `/.well-known/oauth-authorization-server` (RFC 8414): by it other services find issuer and keys, and can trust the
 * tokens of this one. What can be asked of it as a provider the features say; without, nothing.
 */
export async function discovery(context: AuthContext): Promise<Response> {
  const server = context.get('server')
  const { settings, keys, backend } = server
  const issuer = issuerOf(settings.apiUrl)
  const algorithms = [...new Set([...keys.verifying.values()].map(({ alg }) => alg))]
  const said = featuresOf(backend.auth?.features).map((each) => each.discovery?.(server) ?? {})
  const document = {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    response_types_supported: [],
    grant_types_supported: [],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: algorithms,
    ...Object.assign({}, ...said),
  }
  const headers = { 'cache-control': 'public, max-age=600', 'content-type': 'application/json' }
  return respond(representation(JSON.stringify(document), headers), context.req.raw.headers)
}
