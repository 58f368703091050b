import { isTrue, type Provider, standardProfile } from '../provider.ts'

/**
 * Microsoft Entra ID and personal accounts (https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc); GoTrue
 * calls it `azure`. In the Entra admin centre, "App registrations", enter `{API_URL}/auth/v1/callback` as a redirect URI of
 * the platform Web.
 *
 * The administrator of a tenant writes the claim `email`, as any address: it counts as verified only beside `xms_edov`
 * ("email domain owner verified"), which is an optional claim of the ID token, to be added under "Token configuration".
 *
 * Bindings: OAUTH_MICROSOFT_CLIENT_ID, OAUTH_MICROSOFT_CLIENT_SECRET.
 * @param options.tenant the ID of one tenant, or `common`, `organizations`, `consumers`; default: `common`
 */
export function microsoft({ tenant = 'common' }: { readonly tenant?: string } = {}): Provider {
  if (!/^[\w.-]+$/.test(tenant)) throw new TypeError('microsoft: `tenant` is an ID, or common')
  const base = `https://login.microsoftonline.com/${tenant}`
  return {
    name: 'azure',
    bindings: 'OAUTH_MICROSOFT',
    issuer: `https://login.microsoftonline.com/${issuers[tenant] ?? tenant}/v2.0`,
    isOpenId: true,
    endpoints: {
      authorization: `${base}/oauth2/v2.0/authorize`,
      token: `${base}/oauth2/v2.0/token`,
      jwks: `${base}/discovery/v2.0/keys`,
      userinfo: [],
    },
    scopes: ['openid', 'email', 'profile'],
    parameters: {},
    credential: 'post',
    profile({ claims }) {
      const profile = standardProfile(claims)
      return profile && { ...profile, isEmailVerified: isTrue(claims.xms_edov) }
    },
  }
}

/** Whose tokens come by an endpoint that stands for several tenants. */
const issuers: Readonly<Record<string, string>> = {
  common: '{tenantid}',
  organizations: '{tenantid}',
  consumers: '9188040d-6c67-4c5b-b112-36a304b66dad',
}
