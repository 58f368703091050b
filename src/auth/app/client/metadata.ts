import { array, type InferOutput, nullish, object, string } from 'valibot'
import { OAuthError } from '../error.ts'
import { scopesIn } from '../rules.ts'
import type { App } from './app.ts'
import { type ClientMethod, clientMethods } from './authenticate.ts'
import { isRedirectUri } from './redirect-uri.ts'

/** What an app says of itself (RFC 7591 §2); what else comes is ignored. */
export const metadataBody = object({
  redirect_uris: nullish(array(string())),
  client_type: nullish(string()),
  token_endpoint_auth_method: nullish(string()),
  grant_types: nullish(array(string())),
  response_types: nullish(array(string())),
  client_name: nullish(string()),
  client_uri: nullish(string()),
  logo_uri: nullish(string()),
  scope: nullish(string()),
})
export type Metadata = InferOutput<typeof metadataBody>

/** Members of an app that a body may set. */
export type Described = Pick<
  App,
  'name' | 'method' | 'redirectUris' | 'grantTypes' | 'scope' | 'uri' | 'logoUri'
>

const grantTypes = ['authorization_code', 'refresh_token']

/** What is said is checked, and nothing is made up for the rest. @throws OAuthError invalid_redirect_uri or invalid_client_metadata */
export function describedIn(given: Metadata, scopes: readonly string[]): Partial<Described> {
  if (given.response_types?.some((type) => type !== 'code')) throw wrong('response_types may name code alone')
  return {
    ...(given.redirect_uris && { redirectUris: redirectUrisIn(given.redirect_uris) }),
    ...(given.token_endpoint_auth_method && { method: methodIn(given.token_endpoint_auth_method) }),
    ...(given.grant_types?.length && { grantTypes: grantTypesIn(given.grant_types) }),
    ...(typeof given.client_name === 'string' && { name: nameIn(given.client_name) }),
    ...(given.client_uri && { uri: linkIn('client_uri', given.client_uri) }),
    ...(given.logo_uri && { logoUri: linkIn('logo_uri', given.logo_uri) }),
    ...(given.scope && { scope: scopeIn(given.scope, scopes) }),
  }
}

/** The whole of a new app. Without a method it is confidential, as GoTrue's and RFC 7591's are. @throws as `describedIn` */
export function newAppIn(given: Metadata, scopes: readonly string[]): Described & Pick<App, 'type'> {
  const said = describedIn(given, scopes)
  if (said.redirectUris === undefined)
    throw new OAuthError('invalid_redirect_uri', 'redirect_uris is missing.')
  const isPublic = given.client_type === 'public' || (!given.client_type && said.method === 'none')
  const method = said.method ?? (isPublic ? 'none' : 'client_secret_basic')
  const type = isPublic ? 'public' : 'confidential'
  if (given.client_type && given.client_type !== type)
    throw wrong('client_type is neither public nor confidential')
  if (typeOf(method) !== type) throw wrong('client_type does not go with token_endpoint_auth_method')
  return {
    ...{ name: '', grantTypes, scope: null, uri: null, logoUri: null },
    ...said,
    redirectUris: said.redirectUris,
    method,
    type,
  }
}

/** An app that has no secret is public. */
export function typeOf(method: ClientMethod): App['type'] {
  return method === 'none' ? 'public' : 'confidential'
}

function redirectUrisIn(uris: readonly string[]): readonly string[] {
  if (uris.length === 0 || uris.length > 10)
    throw new OAuthError('invalid_redirect_uri', 'redirect_uris must be one to ten.')
  if (uris.every(isRedirectUri)) return uris
  throw new OAuthError(
    'invalid_redirect_uri',
    'A redirect URI must be an https URL, or http on the loopback interface, without fragment and user information.',
  )
}

function methodIn(given: string): ClientMethod {
  const method = clientMethods.find((each) => each === given)
  if (method === undefined)
    throw wrong(`token_endpoint_auth_method must be one of ${clientMethods.join(', ')}`)
  return method
}

function grantTypesIn(given: readonly string[]): readonly string[] {
  if (given.every((each) => grantTypes.includes(each))) return [...new Set(given)]
  throw wrong(`grant_types may name ${grantTypes.join(', ')}`)
}

function nameIn(given: string): string {
  if (given.length <= 1_024 && !/\p{Cc}/u.test(given)) return given
  throw wrong('client_name has at most 1,024 characters, all of them visible')
}

/** The page for consent makes a link or an image of it: nothing that runs. */
function linkIn(name: string, given: string): string {
  if (given.length <= 2_048 && /^https?:$/.test(URL.parse(given)?.protocol ?? '')) return given
  throw wrong(`${name} must be an http URL of at most 2,048 characters`)
}

function scopeIn(given: string, served: readonly string[]): string {
  const scopes = scopesIn(given)
  if (scopes.length > 0 && scopes.every((scope) => served.includes(scope))) return scopes.join(' ')
  throw wrong(`scope may name ${served.join(', ')}`)
}

function wrong(fault: string): OAuthError {
  return new OAuthError('invalid_client_metadata', `${fault}.`)
}
