import type { SignInFeature } from '../../declare/auth/auth.ts'
import { feature } from '../feature.ts'
import { authorize } from './action/authorize.ts'
import { callback } from './action/callback.ts'
import { exchangeAndLink } from './action/exchange.ts'
import { signInWithIdToken } from './action/id-token.ts'
import { linkIdentity } from './action/link-identity.ts'
import { unlinkIdentity } from './action/unlink-identity.ts'
import { clientOf } from './client.ts'
import type { Provider } from './provider.ts'

export interface OauthOptions {
  readonly providers: readonly Provider[]
}

/**
 * Sign-in by providers (OAuth 2.0, OpenID Connect): `oauth({ providers: [google(), github()] })`. GoTrue's endpoints, for
 * `signInWithOAuth`, `signInWithIdToken`, `linkIdentity` and `unlinkIdentity` of `auth-js`.
 *
 * At each provider `{API_URL}/auth/v1/callback` is entered as the URL to come back to; where each wants that, and which
 * bindings hold what it gives in return, the function of the provider says. Where an app may be sent back to stands in
 * `auth.redirectUrls`.
 * @throws TypeError of two providers with one name
 */
export function oauth({ providers }: OauthOptions): SignInFeature {
  const byName = new Map(providers.map((provider) => [provider.name, provider]))
  if (byName.size < providers.length) throw new TypeError('oauth: two providers have the same name')
  return feature({
    name: 'oauth',
    routes: [
      { path: '/authorize', access: 'open', methods: { GET: authorize(byName) } },
      { path: '/callback', access: 'open', methods: { GET: callback(byName), POST: callback(byName) } },
      { path: '/user/identities/authorize', access: 'user', methods: { GET: linkIdentity(byName) } },
      { path: '/user/identities/:id', access: 'user', methods: { DELETE: unlinkIdentity } },
    ],
    grants: { id_token: signInWithIdToken(byName), pkce: exchangeAndLink },
    requireBindings(bindings) {
      for (const provider of providers) clientOf(provider, bindings)
    },
    about: () => ({ external: Object.fromEntries(providers.map(({ name }) => [name, true])) }),
  })
}
