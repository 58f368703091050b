import { isTrue, membersOf, type Provider, textIn } from '../provider.ts'

/**
 * Discord (https://discord.com/developers/docs/topics/oauth2). In the developer portal, "OAuth2", enter
 * `{API_URL}/auth/v1/callback` as a redirect.
 *
 * Bindings: OAUTH_DISCORD_CLIENT_ID, OAUTH_DISCORD_CLIENT_SECRET.
 */
export function discord(): Provider {
  return {
    name: 'discord',
    bindings: 'OAUTH_DISCORD',
    issuer: 'https://discord.com',
    isOpenId: false,
    endpoints: {
      authorization: 'https://discord.com/oauth2/authorize',
      token: 'https://discord.com/api/oauth2/token',
      jwks: null,
      userinfo: ['https://discord.com/api/users/@me'],
    },
    scopes: ['identify', 'email'],
    parameters: {},
    credential: 'post',
    profile({ documents: [first] }) {
      const user = membersOf(first)
      const sub = textIn(user, 'id')
      if (sub === null) return null
      const avatar = textIn(user, 'avatar')
      return {
        sub,
        email: textIn(user, 'email'),
        isEmailVerified: isTrue(user.verified),
        name: textIn(user, 'global_name') ?? textIn(user, 'username'),
        userName: textIn(user, 'username'),
        avatarUrl: avatar === null ? null : `https://cdn.discordapp.com/avatars/${sub}/${avatar}.png`,
      }
    },
  }
}
