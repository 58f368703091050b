import type { SignInFeature } from '../../declare/auth/auth.ts'
import type { Action } from '../context.ts'
import { feature, lazily } from '../feature.ts'
import { appRulesOf, type OAuthServerOptions } from './rules.ts'

/**
 * Other apps let their users sign in here: this server as an OAuth 2.1 and OpenID Connect provider, with GoTrue's
 * endpoints. What an app does with data it does as the user, under the same policies.
 * @throws TypeError on a scope or a URL that is none
 */
export function oauthServer(options: OAuthServerOptions): SignInFeature {
  const rules = appRulesOf(options)
  const admin = (pick: (module: typeof import('./client/admin.ts')) => Action): Action =>
    lazily(() => import('./client/admin.ts').then(pick))
  const grants = (pick: (module: typeof import('./grants.ts')) => Action): Action =>
    lazily(() => import('./grants.ts').then(pick))
  const register = lazily(() => import('./client/register.ts').then((module) => module.register(rules)))
  const userinfo = lazily(() => import('./userinfo.ts').then((module) => module.userinfo))
  return feature({
    name: 'oauthServer',
    discovery: (server) =>
      import('./metadata.ts').then(({ providerMetadata }) => providerMetadata(rules, server)),
    routes: [
      {
        path: '/oauth/authorize',
        access: 'open',
        methods: {
          GET: lazily(() => import('./authorization/authorize.ts').then(({ authorize }) => authorize(rules))),
        },
      },
      {
        path: '/oauth/authorizations/:id',
        access: 'user',
        methods: {
          GET: lazily(() => import('./authorization/details.ts').then(({ details }) => details(rules))),
        },
      },
      {
        path: '/oauth/authorizations/:id/consent',
        access: 'user',
        methods: {
          POST: lazily(() => import('./authorization/consent.ts').then(({ consent }) => consent(rules))),
        },
      },
      // An app has no API key of this server: it shows a secret of its own, or its access token.
      {
        path: '/oauth/token',
        access: 'open',
        methods: { POST: lazily(() => import('./token/token.ts').then(({ token }) => token)) },
      },
      { path: '/oauth/userinfo', access: 'open', methods: { GET: userinfo, POST: userinfo } },
      { path: '/oauth/register', access: 'open', methods: { POST: register } },
      { path: '/oauth/clients/register', access: 'open', methods: { POST: register } },
      {
        path: '/user/oauth/grants',
        access: 'user',
        methods: {
          GET: grants(({ listGrants }) => listGrants),
          DELETE: grants(({ revokeGrant }) => revokeGrant),
        },
      },
      {
        path: '/admin/oauth/clients',
        access: 'service',
        methods: {
          GET: admin(({ listApps }) => listApps),
          POST: admin(({ createApp }) => createApp(rules)),
        },
      },
      {
        path: '/admin/oauth/clients/:id',
        access: 'service',
        methods: {
          GET: admin(({ getApp }) => getApp),
          PUT: admin(({ updateApp }) => updateApp(rules)),
          DELETE: admin(({ deleteApp }) => deleteApp),
        },
      },
      {
        path: '/admin/oauth/clients/:id/regenerate_secret',
        access: 'service',
        methods: { POST: admin(({ regenerateSecret }) => regenerateSecret) },
      },
    ],
  })
}
