import { Problem } from '../../base/problem.ts'
import type { Action, AuthContext } from '../context.ts'

/** Errors that an app's library reads (RFC 6749 §4.1.2.1 and §5.2, RFC 7591 §3.2.2, RFC 8707 §2, OpenID Connect Core §3.1.2.6). */
export type OAuthCode =
  | 'access_denied'
  | 'interaction_required'
  | 'invalid_client'
  | 'invalid_client_metadata'
  | 'invalid_grant'
  | 'invalid_redirect_uri'
  | 'invalid_request'
  | 'invalid_scope'
  | 'invalid_target'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'

/** One of them, with a sentence for the developer of the app. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError'
  readonly code: OAuthCode

  constructor(code: OAuthCode, description: string) {
    super(description)
    this.code = code
  }
}

/** An endpoint that answers errors as RFC 6749 §5.2 has them; what is not the client's fault stays a problem. */
export function inOAuthDialect(action: Action): Action {
  return async (context) => {
    try {
      return await action(context)
    } catch (error) {
      if (error instanceof OAuthError) return errorResponse(context, error)
      if (!(error instanceof Problem) || error.status >= 500) throw error
      return errorResponse(context, new OAuthError('invalid_request', error.message))
    }
  }
}

/** 401 to who tried with the header, which wants a challenge (RFC 6749 §5.2, RFC 9110 §15.5.2). */
function errorResponse(context: AuthContext, { code, message }: OAuthError): Response {
  const isChallenged = code === 'invalid_client' && context.req.raw.headers.has('authorization')
  return context.json({ error: code, error_description: message }, isChallenged ? 401 : 400, {
    'cache-control': 'no-store',
    ...(isChallenged && { 'www-authenticate': 'Basic realm="oauth"' }),
  })
}
