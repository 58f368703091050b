import { Problem } from '../../../base/problem.ts'
import type { AuthContext } from '../../context.ts'
import { withFragment, withQuery } from '../../url/redirect.ts'

/** Nothing of it is for other sites: it names codes, or tokens. After a POST the browser must not post again (RFC 9700 §4.12). */
export function redirect(context: AuthContext, url: string, cookie?: string): Response {
  return context.body(null, context.req.method === 'POST' ? 303 : 302, {
    location: url,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    ...(cookie !== undefined && { 'set-cookie': cookie }),
  })
}

/** GoTrue's way of saying that it did not work: the same in the query and in the fragment, of which `auth-js` reads either. */
export function redirectError(context: AuthContext, url: string, fault: RedirectFault): Response {
  const { error, code, description } = fault
  const members = { error, ...(code !== null && { error_code: code }), error_description: description }
  return redirect(context, withFragment(withQuery(url, members), members))
}

export interface RedirectFault {
  /** RFC 6749 §4.1.2.1. */
  readonly error: string
  readonly code: string | null
  readonly description: string
}

/** As GoTrue maps them. */
export function faultOf({ code, status, message }: Problem): RedirectFault {
  return {
    error: denials.has(code) ? 'access_denied' : (errors[status] ?? 'server_error'),
    code,
    description: message,
  }
}

const denials: ReadonlySet<string> = new Set([
  'signup_disabled',
  'user_banned',
  'provider_email_needs_verification',
])

const errors: Readonly<Record<number, string>> = {
  400: 'invalid_request',
  401: 'unauthorized_client',
  403: 'access_denied',
  429: 'temporarily_unavailable',
  503: 'temporarily_unavailable',
}

/** A fault of the provider, which is told to nobody but the log: a name and a sentence, never what it answered. */
export function upstreamProblem(context: AuthContext, provider: string, error: Error): Problem {
  console.error(JSON.stringify({ requestId: context.get('requestId'), provider, error: error.message }))
  return new Problem('unexpected_failure', { message: 'The provider cannot be used right now: try again.' })
}
