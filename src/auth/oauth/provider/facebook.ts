import { membersOf, type Provider, textIn } from '../provider.ts'

/**
 * Facebook (https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow). In the app's dashboard,
 * "Facebook Login → Settings", enter `{API_URL}/auth/v1/callback` as a valid OAuth redirect URI.
 *
 * Facebook says of no address whether it is verified: none of its addresses links to an account or becomes one's own.
 *
 * Bindings: OAUTH_FACEBOOK_CLIENT_ID, OAUTH_FACEBOOK_CLIENT_SECRET.
 */
export function facebook(): Provider {
  return {
    name: 'facebook',
    bindings: 'OAUTH_FACEBOOK',
    issuer: 'https://www.facebook.com',
    isOpenId: false,
    endpoints: {
      authorization: 'https://www.facebook.com/dialog/oauth',
      token: 'https://graph.facebook.com/oauth/access_token',
      jwks: null,
      userinfo: ['https://graph.facebook.com/me?fields=id,email,name,picture'],
    },
    scopes: ['email', 'public_profile'],
    parameters: {},
    credential: 'post',
    profile({ documents: [first] }) {
      const user = membersOf(first)
      const sub = textIn(user, 'id')
      if (sub === null) return null
      return {
        sub,
        email: textIn(user, 'email'),
        isEmailVerified: false,
        name: textIn(user, 'name'),
        userName: null,
        avatarUrl: textIn(membersOf(membersOf(user.picture).data), 'url'),
      }
    },
  }
}
