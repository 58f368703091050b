import { readText, utf8Type } from '../../../base/http/body.ts'
import type { AuthContext } from '../../context.ts'
import { presentedClient } from '../client/authenticate.ts'
import { inOAuthDialect, OAuthError } from '../error.ts'
import { member } from '../member.ts'
import { exchangeCode } from './code.ts'
import type { Grant } from './grant.ts'
import { refreshTokens } from './refresh.ts'

const grants: ReadonlyMap<string, Grant> = new Map([
  ['authorization_code', exchangeCode],
  ['refresh_token', refreshTokens],
])

/** `POST /oauth/token` (RFC 6749 §3.2): one trip. */
export const token = inOAuthDialect(async (context: AuthContext) => {
  const form = await readForm(context.req.raw)
  const client = presentedClient(context.req.raw.headers, form)
  const name = member(form, 'grant_type')
  if (name === null) throw new OAuthError('invalid_request', 'grant_type is missing.')
  const grant = grants.get(name)
  if (grant !== undefined) return grant(context, client, form)
  throw new OAuthError(
    'unsupported_grant_type',
    `grant_type must be one of ${[...grants.keys()].join(', ')}.`,
  )
})

const maxFormBytes = 65_536

async function readForm(request: Request): Promise<URLSearchParams> {
  if (utf8Type(request.headers.get('content-type')) !== 'application/x-www-form-urlencoded')
    throw new OAuthError('invalid_request', 'The body must be application/x-www-form-urlencoded.')
  return new URLSearchParams(
    await readText(request, { maxBytes: maxFormBytes, invalid: 'validation_failed' }),
  )
}
