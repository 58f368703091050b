import { tenantInState, tenantParameter } from '../auth/url/tenant.ts'
import { readText } from '../base/http/body.ts'

/** What a browser opens, or a program asks for that knows nothing of tenants. */
const named: ReadonlySet<string> = new Set([
  '/auth/v1/authorize',
  '/auth/v1/verify',
  '/auth/v1/oauth/authorize',
  '/auth/v1/oauth/token',
  '/auth/v1/oauth/register',
  '/auth/v1/oauth/clients/register',
  '/auth/v1/.well-known/openid-configuration',
  '/auth/v1/.well-known/oauth-authorization-server',
  '/.well-known/oauth-authorization-server/auth/v1',
])

/** Back from a provider, who knows one such URL for all tenants. */
const callback = '/auth/v1/callback'
const maxBodyBytes = 65_536

/**
 * Which tenant the URL of a link, or of a redirect, names; what Apple posts has its `state` in the body, which is read beside
 * who reads it later. Null of a request that names none, or more than one.
 * @throws Problem LIMIT_BODY, bad_oauth_callback
 */
export async function tenantInLink(request: Request): Promise<string | null> {
  const { pathname, searchParams } = new URL(request.url)
  if (named.has(pathname)) return onlyOne(searchParams.getAll(tenantParameter))
  if (pathname !== callback) return null
  const rules = { maxBytes: maxBodyBytes, invalid: 'bad_oauth_callback' as const }
  const given =
    request.method === 'POST' ? new URLSearchParams(await readText(request.clone(), rules)) : searchParams
  const state = onlyOne(given.getAll('state'))
  return state === null ? null : tenantInState(state)
}

function onlyOne([first, ...more]: readonly string[]): string | null {
  return first === undefined || more.length > 0 ? null : first
}
