import type { BackendDeclaration } from '../../declare/backend.ts'
import type { AuthContext } from '../context.ts'

/**
 * Where a link of a mail, or a provider, sends people back to: what was asked for if the backend allows it, else the
 * site. A URL is compared exactly, as text (RFC 9700 §4.1.1); only its query is free.
 */
export function redirectTarget(context: AuthContext, given: string | null | undefined): string {
  return allowedRedirect(context, given) ?? context.get('server').settings.siteUrl
}

/** @throws TypeError on an entry of `auth.redirectUrls` to which nobody could ever be sent */
export function requireRedirectUrls({ auth }: BackendDeclaration): void {
  for (const url of auth?.redirectUrls ?? []) {
    if (!URL.canParse(url) || /[?#]/.test(url) || /^(javascript|data|vbscript):/i.test(url))
      throw new TypeError(`auth.redirectUrls: '${url}' is no whole URL without a query and a fragment`)
  }
}

/** The same URL; null of one that the backend does not allow, or none: for who must refuse instead. */
export function allowedRedirect(context: AuthContext, given: string | null | undefined): string | null {
  if (given === null || given === undefined) return null
  const { settings, backend } = context.get('server')
  const [target = '', ...query] = given.split('?')
  const allowed = [settings.siteUrl, `${settings.siteUrl}/`, ...(backend.auth?.redirectUrls ?? [])]
  if (!allowed.includes(target)) return null
  // The query stands in a header, and a fragment would hide what is put behind it.
  return /^[\x21\x22\x24-\x7e]*$/.test(query.join('?')) ? given : null
}

/** What a request asks for, as `auth-js` does: the parameter `redirect_to` of its query. */
export function redirectOfRequest(context: AuthContext): string {
  return redirectTarget(context, context.req.query('redirect_to'))
}

/** `302` would let a client send a POST again: GoTrue answers 303 (RFC 9110 §15.4.4). What stands in it is secret. */
export function redirectResponse(context: AuthContext, url: string): Response {
  return context.body(null, 303, {
    location: url,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  })
}

/** A URL with more in its query: where a code, or the error of a flow with PKCE, is put. */
export function withQuery(url: string, more: Readonly<Record<string, string>>): string {
  const separator = url.includes('?') ? '&' : '?'
  return `${url}${separator}${new URLSearchParams(more)}`
}

/** A URL with a fragment, which no server sees: where GoTrue puts tokens. `sb` says by whom it was put there. */
export function withFragment(url: string, members: Readonly<Record<string, string>>): string {
  return `${url}#${new URLSearchParams({ ...members, sb: '' })}`
}
