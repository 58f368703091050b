import { membersOf, type Provider, standardProfile } from '../provider.ts'

/**
 * Any other OpenID provider, which is discovered from its issuer (OpenID Connect Discovery §4). Enter
 * `{API_URL}/auth/v1/callback` as a redirect URI there.
 *
 * Bindings: for the name `acme` OAUTH_ACME_CLIENT_ID and OAUTH_ACME_CLIENT_SECRET.
 * @param options.name as clients name it; supabase-js has the type `custom:${string}` for names of one's own
 * @param options.issuer an https URL; http is taken only of this machine, for development and tests
 * @param options.scopes default: `openid email profile`
 * @throws TypeError
 */
export function oidc({ name, issuer, scopes }: OidcOptions): Provider {
  if (!/^[a-z][a-z0-9_:-]{0,39}$/.test(name))
    throw new TypeError(`oidc: '${name}' is no name: lower-case letters, digits, _, - and :`)
  if (!isSecureUrl(issuer))
    throw new TypeError(`oidc: the issuer of '${name}' is not an https URL without query and fragment`)
  return {
    name,
    bindings: `OAUTH_${name.toUpperCase().replace(/[:-]/g, '_')}`,
    issuer,
    isOpenId: true,
    endpoints: null,
    scopes: scopes ?? ['openid', 'email', 'profile'],
    parameters: {},
    credential: 'basic',
    // An ID token may leave out what `userinfo` says; the subject of both is the same (OpenID Connect Core §5.3.2).
    profile: ({ claims, documents: [userinfo] }) => standardProfile({ ...membersOf(userinfo), ...claims }),
  }
}

export interface OidcOptions {
  readonly name: string
  readonly issuer: string
  readonly scopes?: readonly string[]
}

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost'])

/** Whether what goes there cannot be read on the way: https, or this very machine. */
export function isSecureUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, search, hash, username, password } = new URL(text)
  if (search !== '' || hash !== '' || username !== '' || password !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && loopback.has(hostname))
}
