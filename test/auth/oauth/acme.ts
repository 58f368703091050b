import { oauth } from '../../../src/auth/oauth/feature.ts'
import { oidc } from '../../../src/auth/oauth/provider/oidc.ts'
import type { Provider } from '../../../src/auth/oauth/provider.ts'
import type { Bindings } from '../../../src/base/settings.ts'
import type { BackendDeclaration } from '../../../src/declare/backend.ts'
import { startAuthServer, type TestAuthServer } from '../server.ts'
import { browser } from './browser.ts'
import { clientId, clientSecret, type IssuerAccount, startIssuer, type TestIssuer } from './issuer.ts'

export const welcome = 'http://site.test/welcome'

export interface Acme {
  readonly issuer: TestIssuer
  readonly server: TestAuthServer
  stop(): Promise<void>
}

/** A server with one provider, `custom:acme`, and that provider. */
export async function startAcme(
  accounts: Record<string, IssuerAccount>,
  changes: Partial<BackendDeclaration> = {},
  more: readonly Provider[] = [],
  theirs: Bindings = {},
): Promise<Acme> {
  const issuer = await startIssuer(accounts)
  const providers = [oidc({ name: 'custom:acme', issuer: issuer.url }), ...more]
  const auth = { features: [oauth({ providers })], redirectUrls: [welcome], ...changes.auth }
  const bindings = {
    OAUTH_CUSTOM_ACME_CLIENT_ID: `${clientId}, native-app`,
    OAUTH_CUSTOM_ACME_CLIENT_SECRET: clientSecret,
    ...theirs,
  }
  const server = await startAuthServer({ ...changes, auth }, bindings)
  return {
    issuer,
    server,
    async stop() {
      await server.stop()
      await issuer.stop()
    },
  }
}

/** The URL that `signInWithOAuth` leads to, and the client that waits for its end. */
export async function begin(server: TestAuthServer, login: string, flowType: 'pkce' | 'implicit' = 'pkce') {
  const client = server.client({ flowType })
  const { data } = await client.signInWithOAuth({
    provider: 'custom:acme',
    options: { redirectTo: welcome, queryParams: { login_hint: login } },
  })
  return { client, url: data.url ?? '' }
}

/** A whole sign-in in a browser of its own. */
export async function signInAs(server: TestAuthServer, login: string) {
  const { client, url } = await begin(server, login)
  const back = await browser(server).follow(url)
  const { data, error } = await client.exchangeCodeForSession(back.searchParams.get('code') ?? '')
  return { client, back, user: data.user, session: data.session, error }
}

/** How many there are. */
export async function countOf({ query }: TestAuthServer, table: string, where = 'true'): Promise<number> {
  const { rows } = await query(`select count(*) from ${table} where ${where}`)
  const [value] = rows[0] ?? []
  return value?.type === 'integer' ? Number(value.value) : Number.NaN
}
