import { representation, respond } from '../../base/http/representation.ts'
import type { Action } from '../context.ts'
import { issuerOf } from '../token/tokens.ts'
import { clientMethods } from './client/authenticate.ts'
import type { AppRules } from './rules.ts'

/** `GET /.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`: OpenID Connect Discovery §3, RFC 8414 §2. */
export function discovery(rules: AppRules): Action {
  return (context) => {
    const { settings, keys } = context.get('server')
    const issuer = issuerOf(settings.apiUrl)
    const metadata = {
      issuer,
      authorization_endpoint: `${issuer}/oauth/authorize`,
      token_endpoint: `${issuer}/oauth/token`,
      userinfo_endpoint: `${issuer}/oauth/userinfo`,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      ...(rules.dynamicRegistration && { registration_endpoint: `${issuer}/oauth/clients/register` }),
      scopes_supported: rules.scopes,
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [keys.signing.alg],
      token_endpoint_auth_methods_supported: clientMethods,
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      claims_parameter_supported: false,
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
      claims_supported,
    }
    const headers = { 'cache-control': 'public, max-age=600', 'content-type': 'application/json' }
    return respond(representation(JSON.stringify(metadata), headers), context.req.raw.headers)
  }
}

const claims_supported = [
  ...['sub', 'aud', 'iss', 'exp', 'iat', 'auth_time', 'nonce', 'at_hash', 'client_id'],
  ...['email', 'email_verified', 'name', 'picture', 'preferred_username', 'updated_at'],
]
