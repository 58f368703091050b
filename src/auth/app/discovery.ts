import { representation, respond } from '../../base/http/representation.ts'
import type { Action } from '../context.ts'
import { issuerOf } from '../token/tokens.ts'
import { providerMetadata } from './metadata.ts'
import type { AppRules } from './rules.ts'

/** `GET /.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`, which are one document. */
export function discovery(rules: AppRules): Action {
  return (context) => {
    const server = context.get('server')
    const issuer = issuerOf(server.settings.apiUrl)
    const metadata = {
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [server.keys.signing.alg],
      ...providerMetadata(rules, server),
    }
    const headers = { 'cache-control': 'public, max-age=600', 'content-type': 'application/json' }
    return respond(representation(JSON.stringify(metadata), headers), context.req.raw.headers)
  }
}
