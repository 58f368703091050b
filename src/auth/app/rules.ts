/** What the author of a backend says of other apps that let their users sign in here. */
export interface OAuthServerOptions {
  /**
   * The page of the product where somebody is asked whether an app may act for them: an URL, or a path below SITE_URL.
   * It comes there with `?authorization_id=`, and calls `auth.oauth.getAuthorizationDetails()`. It must not let itself be
   * framed (RFC 9700 §4.16).
   */
  readonly consentUrl: string
  /** Whether an app may register itself (RFC 7591). Default: no. */
  readonly dynamicRegistration?: boolean
  /** What an app may ask for. Default: those of OpenID Connect Core §5.4 and §11 that GoTrue has. */
  readonly scopes?: readonly string[]
}

/** The same, checked. */
export interface AppRules {
  readonly consentUrl: string
  readonly dynamicRegistration: boolean
  readonly scopes: readonly string[]
  /** What who names no scope asks for, as GoTrue's; null where there is none. */
  readonly defaultScope: string | null
}

const knownScopes: readonly string[] = ['openid', 'profile', 'email', 'phone', 'offline_access']

/** RFC 6749 §3.3. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** @throws TypeError that names what is wrong */
export function appRulesOf({ consentUrl, dynamicRegistration, scopes }: OAuthServerOptions): AppRules {
  const isPath = /^\/(?!\/)/.test(consentUrl)
  if (!isPath && !/^https?:$/.test(URL.parse(consentUrl)?.protocol ?? ''))
    throw new TypeError(`oauthServer: consentUrl '${consentUrl}' is neither an http URL nor a path`)
  const served = scopes ?? knownScopes
  const wrong = served.find((scope) => !scopeToken.test(scope))
  if (wrong !== undefined) throw new TypeError(`oauthServer: '${wrong}' is no scope (RFC 6749 §3.3)`)
  return {
    consentUrl,
    dynamicRegistration: dynamicRegistration ?? false,
    scopes: served,
    defaultScope: served.includes('email') ? 'email' : null,
  }
}

/** Each scope once, in the order in which it is named first. */
export function scopesIn(text: string): readonly string[] {
  return [...new Set(text.split(' ').filter((scope) => scope !== ''))]
}
