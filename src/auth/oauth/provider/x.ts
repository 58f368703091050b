import { membersOf, type Provider, textIn } from '../provider.ts'

/**
 * X by OAuth 2.0 (https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code). In the developer portal,
 * "User authentication settings", choose a web app, ask for the e-mail address, and enter `{API_URL}/auth/v1/callback` as the
 * callback URI. X takes a `state` of at most 500 characters: `redirect_to` must stay short, below 150.
 *
 * `confirmed_email` is there only when its owner has confirmed it.
 *
 * Bindings: OAUTH_X_CLIENT_ID, OAUTH_X_CLIENT_SECRET.
 */
export function x(): Provider {
  return {
    name: 'x',
    bindings: 'OAUTH_X',
    issuer: 'https://x.com',
    isOpenId: false,
    endpoints: {
      authorization: 'https://x.com/i/oauth2/authorize',
      token: 'https://api.x.com/2/oauth2/token',
      jwks: null,
      userinfo: [
        'https://api.x.com/2/users/me?user.fields=id,name,username,confirmed_email,profile_image_url',
      ],
    },
    scopes: ['users.email', 'tweet.read', 'users.read'],
    parameters: {},
    credential: 'basic',
    profile({ documents: [first] }) {
      const user = membersOf(membersOf(first).data)
      const sub = textIn(user, 'id')
      if (sub === null) return null
      const email = textIn(user, 'confirmed_email')
      return {
        sub,
        email,
        isEmailVerified: email !== null,
        name: textIn(user, 'name'),
        userName: textIn(user, 'username'),
        avatarUrl: textIn(user, 'profile_image_url'),
      }
    },
  }
}
