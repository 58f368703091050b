import type { AuthContext } from '../../context.ts'
import { issuerOf } from '../../token/tokens.ts'
import type { OAuthCode } from '../error.ts'

/** Where to send the browser back to. */
export interface Return {
  readonly redirectUri: string
  /** As the app gave it. */
  readonly state: string | null
}

/** What the app is told there. */
export type Told =
  | { readonly code: string }
  | { readonly error: OAuthCode; readonly error_description: string }

/** The redirect URI with the answer, and who gives it: an app that knows several servers tells them apart (RFC 9207). */
export function returnUrl(context: AuthContext, { redirectUri, state }: Return, told: Told): string {
  const iss = issuerOf(context.get('server').settings.apiUrl)
  const members = new URLSearchParams({ ...told, ...(state !== null && { state }), iss })
  // What is registered stays as it is, letter by letter.
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${members}`
}

/** 302; the address that it comes from has secrets in it, which no other site is to learn. */
export function redirect(location: string): Response {
  const headers = { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }
  return new Response(null, { status: 302, headers })
}
