import { nullValue, textValue } from '../../../base/statement.ts'
import type { Condition } from '../../condition.ts'
import { hashed } from '../../session/token.ts'
import { OAuthError } from '../error.ts'
import { member } from '../member.ts'

/** How an app shows at the token endpoint who it is (OpenID Connect Core §9). */
export const clientMethods = ['none', 'client_secret_basic', 'client_secret_post'] as const
export type ClientMethod = (typeof clientMethods)[number]

export interface PresentedClient {
  readonly id: string
  /** Over `auth_apps`: it is this app, by the method that it is registered for. Hashes of 256 random bits are compared. */
  readonly is: Condition
}

/** Who asks. The database knows whether it is true. @throws OAuthError invalid_client or invalid_request */
export function presentedClient(headers: Headers, form: URLSearchParams): PresentedClient {
  const basic = basicCredentials(headers.get('authorization'))
  const given = { id: member(form, 'client_id'), secret: member(form, 'client_secret') }
  if (basic === null) {
    if (given.id === null) throw new OAuthError('invalid_client', 'The client does not say which it is.')
    return client(given.id, given.secret, given.secret === null ? 'none' : 'client_secret_post')
  }
  // RFC 6749 §2.3: one method a request.
  if (given.secret !== null || (given.id !== null && given.id !== basic.id))
    throw new OAuthError('invalid_request', 'The client shows in two ways who it is.')
  return client(basic.id, basic.secret, 'client_secret_basic')
}

function client(id: string, secret: string | null, method: ClientMethod): PresentedClient {
  const secretHash = secret === null ? nullValue : textValue(hashed(secret).hash)
  return {
    id,
    is: {
      sql: '(auth_apps.id = ? and auth_apps.token_endpoint_auth_method = ? and auth_apps.secret_hash is ?)',
      args: [textValue(id), textValue(method), secretHash],
    },
  }
}

/** RFC 6749 §2.3.1: both are form-encoded, then Base64. */
function basicCredentials(
  authorization: string | null,
): { readonly id: string; readonly secret: string } | null {
  if (authorization === null) return null
  const encoded = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(authorization)?.[1]
  const text = Buffer.from(encoded ?? '', 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 1) throw new OAuthError('invalid_client', 'The header Authorization is not a Basic one.')
  return { id: formDecoded(text.slice(0, colon)), secret: formDecoded(text.slice(colon + 1)) }
}

function formDecoded(text: string): string {
  return new URLSearchParams(`v=${text.replaceAll('&', '%26')}`).get('v') ?? ''
}
