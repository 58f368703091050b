import { Problem } from '../../../base/problem.ts'
import { integerValue, type Statement, textOrNull, textValue, type Value } from '../../../base/statement.ts'
import type { Action } from '../../context.ts'
import { readBody } from '../../credentials.ts'
import { newSecretToken, type SecretToken } from '../../session/token.ts'
import { throttle } from '../../throttle/throttle.ts'
import { inOAuthDialect } from '../error.ts'
import type { AppRules } from '../rules.ts'
import { type App, appJson } from './app.ts'
import { metadataBody, newAppIn } from './metadata.ts'

/** A new app, and its secret, which is told once. */
export interface NewApp {
  readonly app: App
  /** Null of a public one. */
  readonly secret: SecretToken | null
  readonly statement: Statement
}

/** `client_id` is a UUID, as GoTrue's. */
export function newApp(
  described: ReturnType<typeof newAppIn>,
  registration: App['registration'],
  now: number,
): NewApp {
  const app: App = { ...described, id: crypto.randomUUID(), registration, createdAt: now, updatedAt: now }
  const secret = app.type === 'public' ? null : newSecretToken()
  return { app, secret, statement: insertion(app, secret) }
}

function insertion(app: App, secret: SecretToken | null): Statement {
  const columns: Readonly<Record<string, Value>> = {
    id: textValue(app.id),
    name: textValue(app.name),
    type: textValue(app.type),
    registration: textValue(app.registration),
    secret_hash: textOrNull(secret?.hash ?? null),
    ...columnsOf(app),
    created_at: integerValue(app.createdAt),
    updated_at: integerValue(app.updatedAt),
  }
  const names = Object.keys(columns)
  return {
    sql: `insert into auth_apps (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`,
    args: Object.values(columns),
  }
}

/** Columns of what a body may set. */
export function columnsOf(app: Partial<App>): Readonly<Record<string, Value>> {
  return {
    ...(app.name !== undefined && { name: textValue(app.name) }),
    ...(app.method !== undefined && { token_endpoint_auth_method: textValue(app.method) }),
    ...(app.redirectUris !== undefined && { redirect_uris: textValue(JSON.stringify(app.redirectUris)) }),
    ...(app.grantTypes !== undefined && { grant_types: textValue(JSON.stringify(app.grantTypes)) }),
    ...(typeof app.scope === 'string' && { scope: textValue(app.scope) }),
    ...(typeof app.uri === 'string' && { uri: textValue(app.uri) }),
    ...(typeof app.logoUri === 'string' && { logo_uri: textValue(app.logoUri) }),
  }
}

/**
 * `POST /oauth/clients/register`, and `/oauth/register` (RFC 7591 §3): an app makes itself known. One trip; counted as
 * sign-ups are.
 * @throws Problem oauth_dynamic_client_registration_disabled
 */
export function register(rules: AppRules): Action {
  const registered = inOAuthDialect(async (context) => {
    const timing = context.get('timing')
    await throttle(context, 'sign_up')
    const given = newAppIn(await readBody(context.req.raw, metadataBody), rules.scopes)
    timing.mark('parse')
    const now = context.get('server').clock.nowMilliseconds()
    const { app, secret, statement } = newApp(given, 'dynamic', now)
    await context.get('database').transact([statement], timing)
    timing.mark('db')
    const body = {
      ...appJson(app),
      client_id_issued_at: Math.floor(now / 1_000),
      // RFC 7591 §3.2.1: 0 is never.
      ...(secret !== null && { client_secret: secret.token, client_secret_expires_at: 0 }),
    }
    return context.json(body, 201, { 'cache-control': 'no-store' })
  })
  return (context) => {
    if (rules.dynamicRegistration) return registered(context)
    throw new Problem('oauth_dynamic_client_registration_disabled')
  }
}
