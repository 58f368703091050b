import { membersOf, type Provider, standardProfile, textIn } from '../provider.ts'

/**
 * Apple (https://developer.apple.com/documentation/signinwithapplerestapi). In the developer account make a Services ID,
 * enter `{API_URL}/auth/v1/callback` as its return URL (Apple takes https alone), and make a key for Sign in with Apple.
 *
 * Bindings: OAUTH_APPLE_CLIENT_ID (the Services ID, with bundle IDs of native apps behind it, separated by commas),
 * OAUTH_APPLE_TEAM_ID, OAUTH_APPLE_KEY_ID, OAUTH_APPLE_PRIVATE_KEY (what stands in the .p8 file). The client secret is made
 * of these anew each time, and is good for minutes.
 *
 * Apple posts its answer as a form from its own site, and tells the name once: at the very first sign-in.
 */
export function apple(): Provider {
  return {
    name: 'apple',
    bindings: 'OAUTH_APPLE',
    issuer: 'https://appleid.apple.com',
    isOpenId: true,
    endpoints: {
      authorization: 'https://appleid.apple.com/auth/authorize',
      token: 'https://appleid.apple.com/auth/token',
      jwks: 'https://appleid.apple.com/auth/keys',
      userinfo: [],
    },
    scopes: ['openid', 'name', 'email'],
    parameters: { response_mode: 'form_post' },
    credential: 'apple',
    profile({ claims, posted }) {
      const profile = standardProfile(claims)
      const name = membersOf(posted.name)
      const full = [textIn(name, 'firstName'), textIn(name, 'lastName')].filter((part) => part !== null)
      return profile && { ...profile, name: full.length > 0 ? full.join(' ') : profile.name }
    },
  }
}
