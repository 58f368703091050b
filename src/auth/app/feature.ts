import type { SignInFeature } from '../../declare/auth/auth.ts'
import { feature } from '../feature.ts'
import { authorize } from './authorization/authorize.ts'
import { consent } from './authorization/consent.ts'
import { details } from './authorization/details.ts'
import { createApp, deleteApp, getApp, listApps, regenerateSecret, updateApp } from './client/admin.ts'
import { register } from './client/register.ts'
import { listGrants, revokeGrant } from './grants.ts'
import { providerMetadata } from './metadata.ts'
import { appRulesOf, type OAuthServerOptions } from './rules.ts'
import { token } from './token/token.ts'
import { userinfo } from './userinfo.ts'

/**
 * Other apps let their users sign in here: this server as an OAuth 2.1 and OpenID Connect provider, with GoTrue's
 * endpoints. What an app does with data it does as the user, under the same policies.
 * @throws TypeError on a scope or a URL that is none
 */
export function oauthServer(options: OAuthServerOptions): SignInFeature {
  const rules = appRulesOf(options)
  const registering = register(rules)
  return feature({
    name: 'oauthServer',
    discovery: (server) => providerMetadata(rules, server),
    routes: [
      { path: '/oauth/authorize', access: 'open', methods: { GET: authorize(rules) } },
      { path: '/oauth/authorizations/:id', access: 'user', methods: { GET: details(rules) } },
      { path: '/oauth/authorizations/:id/consent', access: 'user', methods: { POST: consent(rules) } },
      // An app has no API key of this server: it shows a secret of its own, or its access token.
      { path: '/oauth/token', access: 'open', methods: { POST: token } },
      { path: '/oauth/userinfo', access: 'open', methods: { GET: userinfo, POST: userinfo } },
      { path: '/oauth/register', access: 'open', methods: { POST: registering } },
      { path: '/oauth/clients/register', access: 'open', methods: { POST: registering } },
      { path: '/user/oauth/grants', access: 'user', methods: { GET: listGrants, DELETE: revokeGrant } },
      {
        path: '/admin/oauth/clients',
        access: 'service',
        methods: { GET: listApps, POST: createApp(rules) },
      },
      {
        path: '/admin/oauth/clients/:id',
        access: 'service',
        methods: { GET: getApp, PUT: updateApp(rules), DELETE: deleteApp },
      },
      {
        path: '/admin/oauth/clients/:id/regenerate_secret',
        access: 'service',
        methods: { POST: regenerateSecret },
      },
    ],
  })
}
