import { OAuthError } from '../error.ts'
import { member } from '../member.ts'
import { type AppRules, scopesIn } from '../rules.ts'

/** What an app asks for (RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2.1, OpenID Connect Core §3.1.2.1). */
export interface AuthorizationRequest {
  readonly scopes: readonly string[]
  readonly nonce: string | null
  readonly resource: string | null
  /** Of S256, the only method: with `plain` whoever sees the request has the verifier (RFC 9700 §2.1.1). */
  readonly codeChallenge: string
}

/** What can be told without the database. @throws OAuthError, for the app to be told */
export function readRequest(query: URLSearchParams, rules: AppRules): AuthorizationRequest {
  for (const name of ['request', 'request_uri'] as const) {
    if (query.has(name)) throw new OAuthError(`${name}_not_supported`, `${name} is not supported.`)
  }
  if ((member(query, 'response_type') ?? 'code') !== 'code')
    throw new OAuthError('unsupported_response_type', 'response_type must be code.')
  if ((member(query, 'response_mode') ?? 'query') !== 'query')
    throw new OAuthError('invalid_request', 'response_mode must be query.')
  // Whether the user is signed in, and has agreed, only the page knows to which the browser would have to go.
  if (member(query, 'prompt') === 'none')
    throw new OAuthError('interaction_required', 'prompt=none is not possible.')
  return {
    scopes: readScopes(member(query, 'scope'), rules),
    nonce: member(query, 'nonce'),
    resource: readResource(member(query, 'resource')),
    codeChallenge: readChallenge(query),
  }
}

function readScopes(given: string | null, { scopes, defaultScope }: AppRules): readonly string[] {
  const asked = scopesIn(given ?? defaultScope ?? '')
  if (asked.length === 0) throw new OAuthError('invalid_scope', 'scope is missing.')
  if (asked.every((scope) => scopes.includes(scope))) return asked
  throw new OAuthError('invalid_scope', `scope may name ${scopes.join(', ')}.`)
}

function readResource(resource: string | null): string | null {
  if (resource === null) return null
  const url = URL.parse(resource)
  if (url !== null && !resource.includes('#') && !resource.includes('?')) return resource
  throw new OAuthError('invalid_target', 'resource must be an absolute URI without query and fragment.')
}

function readChallenge(query: URLSearchParams): string {
  const challenge = member(query, 'code_challenge')
  // GoTrue takes the name in any case.
  const isS256 = member(query, 'code_challenge_method')?.toUpperCase() === 'S256'
  if (challenge !== null && isS256 && /^[\w-]{43}$/.test(challenge)) return challenge
  throw new OAuthError('invalid_request', 'code_challenge with code_challenge_method S256 is required.')
}
