import { type Provider, standardProfile } from '../provider.ts'

/**
 * Google (https://developers.google.com/identity/openid-connect/openid-connect). In the Google Cloud console, "Credentials →
 * OAuth client ID → Web application", enter `{API_URL}/auth/v1/callback` as the authorized redirect URI.
 *
 * Bindings: OAUTH_GOOGLE_CLIENT_ID (with the IDs of native apps behind it, separated by commas), OAUTH_GOOGLE_CLIENT_SECRET.
 */
export function google(): Provider {
  return {
    name: 'google',
    bindings: 'OAUTH_GOOGLE',
    issuer: 'https://accounts.google.com',
    isOpenId: true,
    endpoints: {
      authorization: 'https://accounts.google.com/o/oauth2/v2/auth',
      token: 'https://oauth2.googleapis.com/token',
      jwks: 'https://www.googleapis.com/oauth2/v3/certs',
      userinfo: [],
    },
    scopes: ['openid', 'email', 'profile'],
    parameters: {},
    credential: 'post',
    profile: ({ claims }) => standardProfile(claims),
  }
}
