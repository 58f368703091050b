import { digest, randomText, signature } from '../../../base/crypto.ts'
import { textOf } from '../../../base/statement.ts'
import type { AuthContext } from '../../context.ts'
import { deviceOf } from '../../session/device.ts'
import type { Provider } from '../provider.ts'
import { flowMilliseconds } from './state.ts'

/**
 * The browser that sets out is the one that comes back (RFC 9700 §4.7): else somebody could begin a sign-in, and have
 * another person end it in an account that is not theirs. It is told by a cookie that stands for nothing else, and that
 * tabs share.
 *
 * `__Host-` keeps other hosts of the domain from setting it. Browsers take it over https alone, so development goes without.
 */
export function knownBrowser(
  context: AuthContext,
  provider: Provider,
): { readonly browser: string; readonly cookie: string } {
  const cookie = cookieOf(context, provider)
  const value = cookieValue(context, cookie.name) ?? randomText(32)
  const parts = [
    `${cookie.name}=${value}`,
    'Path=/',
    'HttpOnly',
    `Max-Age=${flowMilliseconds / 1_000}`,
    ...cookie.attributes,
  ]
  return { browser: digest(value), cookie: parts.join('; ') }
}

/** Null of a browser that has not set out for this provider's kind of answer. */
export function browserOf(context: AuthContext, provider: Provider): string | null {
  const value = cookieValue(context, cookieOf(context, provider).name)
  return value === null ? null : digest(value)
}

/**
 * Of who asks, where no cookie can be set: `linkIdentity` fetches its URL from a page of another origin. Address and user agent
 * are those of the person who set out, or it is somebody else who followed their link. Of the address only an HMAC stays.
 */
export function fingerprintOf(context: AuthContext): string {
  const { userAgent, ip } = deviceOf(context.req.raw)
  const asker = JSON.stringify([textOf(userAgent), textOf(ip)])
  return digest(signature(context.get('server').settings.serverSecret, 'oauth-asker', asker))
}

interface Cookie {
  readonly name: string
  readonly attributes: readonly string[]
}

/** What is posted from another site comes with cookies that say `SameSite=None` only. */
function cookieOf(context: AuthContext, { parameters }: Provider): Cookie {
  const isPosted = parameters.response_mode === 'form_post'
  if (!context.get('server').settings.apiUrl.startsWith('https:')) {
    return { name: 'selvage-oauth', attributes: ['SameSite=Lax'] }
  }
  return isPosted
    ? { name: '__Host-selvage-oauth-post', attributes: ['Secure', 'SameSite=None'] }
    : { name: '__Host-selvage-oauth', attributes: ['Secure', 'SameSite=Lax'] }
}

function cookieValue(context: AuthContext, name: string): string | null {
  for (const part of (context.req.header('cookie') ?? '').split(';')) {
    const [key, value = ''] = part.trim().split('=')
    if (key === name && /^[\w-]{43}$/.test(value)) return value
  }
  return null
}
