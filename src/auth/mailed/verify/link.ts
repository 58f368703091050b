import { Problem } from '../../../base/problem.ts'
import type { AuthContext } from '../../context.ts'
import { pkcePrefix } from '../../one-time/make.ts'
import type { SessionBody } from '../../session/answer.ts'
import { throttle } from '../../throttle/throttle.ts'
import { redirectOfRequest, redirectResponse, withFragment, withQuery } from '../../url/redirect.ts'
import { useOneTime } from './use.ts'
import { halfOfChange, verificationType } from './verify.ts'

/**
 * `GET /verify?token=…&type=…&redirect_to=…`: the link of a mail, which is used by being opened, as GoTrue's is; a `HEAD`,
 * by which programs look where a link leads, uses nothing. It ends in a redirect, whatever comes of it: with tokens in the
 * fragment; of a link that was asked for with PKCE with a code in the query, or an error in both. Trips as `useOneTime`.
 * @throws Problem validation_failed of what is no such link
 */
export async function openLink(context: AuthContext): Promise<Response> {
  const token = context.req.query('token') ?? ''
  const type = verificationType(context.req.query('type') ?? '')
  if (token === '') throw new Problem('validation_failed', { message: 'Verify requires a token.' })
  if (context.req.method === 'HEAD') return context.body(null, 200, { 'cache-control': 'no-store' })
  const isPkce = token.startsWith(pkcePrefix)
  const target = redirectOfRequest(context)
  try {
    const pass = await throttle(context, 'verify')
    const used = await useOneTime(context, { type, brought: { token }, into: isPkce ? 'code' : 'session' })
    pass.succeeded()
    if (used.kind === 'session')
      return redirectResponse(context, withFragment(target, fragmentOf(used.body, type)))
    if (used.kind === 'code') return redirectResponse(context, withQuery(target, { code: used.code }))
    return redirectResponse(context, told(target, { message: halfOfChange }, isPkce))
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error
    return redirectResponse(context, told(target, errorOf(error), isPkce))
  }
}

/** GoTrue's names for kinds of errors (RFC 6749 §4.1.2.1). */
function errorOf(problem: Problem): Readonly<Record<string, string>> {
  const error = problem.status === 403 ? 'access_denied' : 'invalid_request'
  const description =
    problem.code === 'otp_expired' ? 'Email link is invalid or has expired' : problem.message
  return { error, error_code: problem.code, error_description: description }
}

function told(target: string, members: Readonly<Record<string, string>>, isPkce: boolean): string {
  return withFragment(isPkce ? withQuery(target, members) : target, members)
}

function fragmentOf(body: SessionBody, type: string): Readonly<Record<string, string>> {
  return {
    access_token: body.access_token,
    expires_at: String(body.expires_at),
    expires_in: String(body.expires_in),
    refresh_token: body.refresh_token,
    token_type: body.token_type,
    type,
  }
}
