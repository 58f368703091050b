import { isTrue, membersOf, type Provider, textIn } from '../provider.ts'

/**
 * GitHub (https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps). In "Settings → Developer
 * settings → OAuth Apps" enter `{API_URL}/auth/v1/callback` as the authorization callback URL.
 *
 * The address of the profile is whatever its owner shows; which one is theirs, `/user/emails` says.
 *
 * Bindings: OAUTH_GITHUB_CLIENT_ID, OAUTH_GITHUB_CLIENT_SECRET.
 */
export function github(): Provider {
  return {
    name: 'github',
    bindings: 'OAUTH_GITHUB',
    issuer: 'https://github.com/login/oauth',
    isOpenId: false,
    endpoints: {
      authorization: 'https://github.com/login/oauth/authorize',
      token: 'https://github.com/login/oauth/access_token',
      jwks: null,
      userinfo: ['https://api.github.com/user', 'https://api.github.com/user/emails'],
    },
    scopes: ['user:email'],
    parameters: {},
    credential: 'post',
    profile({ documents: [first, emails] }) {
      const user = membersOf(first)
      if (typeof user.id !== 'number') return null
      const primary = (Array.isArray(emails) ? emails.map(membersOf) : []).find((each) =>
        isTrue(each.primary),
      )
      return {
        sub: String(user.id),
        email: primary === undefined ? null : textIn(primary, 'email'),
        isEmailVerified: isTrue(primary?.verified),
        name: textIn(user, 'name'),
        userName: textIn(user, 'login'),
        avatarUrl: textIn(user, 'avatar_url'),
      }
    },
  }
}
