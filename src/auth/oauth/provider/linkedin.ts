import { type Provider, standardProfile } from '../provider.ts'

/**
 * LinkedIn by OpenID Connect (https://learn.microsoft.com/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2);
 * GoTrue calls it `linkedin_oidc`. In the developer portal add the product "Sign In with LinkedIn using OpenID Connect", and
 * enter `{API_URL}/auth/v1/callback` as an authorized redirect URL.
 *
 * Bindings: OAUTH_LINKEDIN_CLIENT_ID, OAUTH_LINKEDIN_CLIENT_SECRET.
 */
export function linkedin(): Provider {
  return {
    name: 'linkedin_oidc',
    bindings: 'OAUTH_LINKEDIN',
    issuer: 'https://www.linkedin.com/oauth',
    isOpenId: true,
    endpoints: {
      authorization: 'https://www.linkedin.com/oauth/v2/authorization',
      token: 'https://www.linkedin.com/oauth/v2/accessToken',
      jwks: 'https://www.linkedin.com/oauth/openid/jwks',
      userinfo: [],
    },
    scopes: ['openid', 'profile', 'email'],
    parameters: {},
    credential: 'post',
    profile: ({ claims }) => standardProfile(claims),
  }
}
