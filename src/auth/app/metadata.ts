import type { AuthServer } from '../context.ts'
import { issuerOf } from '../token/tokens.ts'
import { endpointUrl } from '../url/tenant.ts'
import { clientMethods } from './client/authenticate.ts'
import type { AppRules } from './rules.ts'

/** What apps may ask of this server, beside issuer and keys: members of RFC 8414 §2 and OpenID Connect Discovery §3. */
export function providerMetadata(rules: AppRules, server: AuthServer): Readonly<Record<string, unknown>> {
  return {
    authorization_endpoint: endpointUrl(server, '/oauth/authorize'),
    token_endpoint: endpointUrl(server, '/oauth/token'),
    userinfo_endpoint: `${issuerOf(server.settings.apiUrl)}/oauth/userinfo`,
    ...(rules.dynamicRegistration && {
      registration_endpoint: endpointUrl(server, '/oauth/clients/register'),
    }),
    scopes_supported: rules.scopes,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_methods_supported: clientMethods,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    claims_supported: [
      ...['sub', 'aud', 'iss', 'exp', 'iat', 'auth_time', 'nonce', 'at_hash', 'client_id'],
      ...['email', 'email_verified', 'name', 'picture', 'preferred_username', 'updated_at'],
    ],
  }
}
