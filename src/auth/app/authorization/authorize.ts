import { Problem } from '../../../base/problem.ts'
import { integerValue, type Statement, textOf, textOrNull, textValue } from '../../../base/statement.ts'
import type { Condition } from '../../condition.ts'
import type { Action } from '../../context.ts'
import { newSecretToken } from '../../session/token.ts'
import { requireCalm } from '../../throttle/throttle.ts'
import { tenantQuery } from '../../url/tenant.ts'
import { isRegistered } from '../client/redirect-uri.ts'
import { OAuthError } from '../error.ts'
import { member } from '../member.ts'
import type { AppRules } from '../rules.ts'
import { redirect, returnUrl } from './redirect.ts'
import { type AuthorizationRequest, readRequest } from './request.ts'

/** As GoTrue's: so long somebody may take to sign in and to decide. */
const authorizationMilliseconds = 600_000
/** What has run out is kept so long: a code that is used again is known by it. */
const memoryMilliseconds = 86_400_000

/**
 * `GET /oauth/authorize` (RFC 6749 §4.1.1, with PKCE): one trip. The request is kept, and the browser goes to the page of
 * the product that asks the user. What is wrong is told to the app at its redirect URI, and to the user alone when that
 * is not the app's, or nobody here has looked at the app (RFC 9700 §4.11).
 * @throws Problem oauth_client_not_found, validation_failed or over_request_rate_limit
 */
export function authorize(rules: AppRules): Action {
  return async (context) => {
    await requireCalm(context)
    const timing = context.get('timing')
    const server = context.get('server')
    const { clock, settings } = server
    const query = new URL(context.req.url).searchParams
    const clientId = required(query, 'client_id')
    const redirectUri = required(query, 'redirect_uri')
    const asked = attempt(() => readRequest(query, rules))
    const state = attempt(() => member(query, 'state'))
    timing.mark('parse')

    const app: Condition = { sql: 'auth_apps.id = ?', args: [textValue(clientId)] }
    const registered = isRegistered(redirectUri)
    const scopes = asked instanceof OAuthError ? [] : asked.scopes
    const allowed = isAllowed(scopes)
    const id = newSecretToken()
    const now = clock.nowMilliseconds()
    const statements: Statement[] = [
      {
        sql: `select ${registered.sql}, ${allowed.sql}, auth_apps.registration from auth_apps where ${app.sql}`,
        args: [...registered.args, ...allowed.args, ...app.args],
      },
    ]
    if (!(asked instanceof OAuthError) && !(state instanceof OAuthError)) {
      const fit = [app, registered, allowed]
      statements.push(insertion(id.hash, { ...asked, redirectUri, state }, fit, now), {
        sql: forgetOld,
        args: [integerValue(now - memoryMilliseconds)],
      })
    }
    const [found] = await context.get('database').transact(statements, timing)
    timing.mark('db')
    const row = found?.rows[0]
    if (row === undefined) throw new Problem('oauth_client_not_found', { status: 400 })
    if (textOf(row[0]) !== '1')
      throw new Problem('validation_failed', { message: 'redirect_uri is not one of the client.' })
    const fault = [state, asked, scopeFault(textOf(row[1]))].find((each) => each instanceof OAuthError)
    if (fault !== undefined) {
      // Whoever registered an app by themselves could send people anywhere by this URL, and nobody would have been asked.
      if (textOf(row[2]) !== 'manual') throw new Problem('validation_failed', { message: fault.message })
      const back = { redirectUri, state: state instanceof OAuthError ? null : state }
      return redirect(returnUrl(context, back, { error: fault.code, error_description: fault.message }))
    }
    const page = new URL(rules.consentUrl, settings.siteUrl)
    const told = { authorization_id: id.token, ...tenantQuery(server) }
    for (const [name, value] of Object.entries(told)) page.searchParams.set(name, value)
    return redirect(page.href)
  }
}

/** @throws Problem validation_failed */
function required(query: URLSearchParams, name: string): string {
  const value = attempt(() => member(query, name))
  if (value instanceof OAuthError) throw new Problem('validation_failed', { message: value.message })
  if (value === null) throw new Problem('validation_failed', { message: `${name} is missing.` })
  return value
}

/** A fault is told when it is known whom to tell. */
function attempt<T>(read: () => T): T | OAuthError {
  try {
    return read()
  } catch (error) {
    if (error instanceof OAuthError) return error
    throw error
  }
}

function scopeFault(isAllowed: string | null): OAuthError | null {
  return isAllowed === '1' ? null : new OAuthError('invalid_scope', 'The client may not ask for this scope.')
}

/** An app that is registered for some scopes has no others. */
function isAllowed(scopes: readonly string[]): Condition {
  return {
    sql: `(auth_apps.scope is null or not exists (select 1 from json_each(?) asked
  where instr(' ' || auth_apps.scope || ' ', ' ' || asked.value || ' ') = 0))`,
    args: [textValue(JSON.stringify(scopes))],
  }
}

interface Kept extends AuthorizationRequest {
  readonly redirectUri: string
  readonly state: string | null
}

function insertion(idHash: string, kept: Kept, fit: readonly Condition[], now: number): Statement {
  return {
    sql: `insert into auth_authorizations
  (id, app_id, redirect_uri, scope, state, nonce, resource, code_challenge, status, created_at, expires_at)
select ?, auth_apps.id, ?, ?, ?, ?, ?, ?, 'pending', ?, ? from auth_apps where ${fit.map(({ sql }) => sql).join(' and ')}`,
    args: [
      ...[textValue(idHash), textValue(kept.redirectUri), textValue(kept.scopes.join(' '))],
      ...[
        textOrNull(kept.state),
        textOrNull(kept.nonce),
        textOrNull(kept.resource),
        textValue(kept.codeChallenge),
      ],
      ...[integerValue(now), integerValue(now + authorizationMilliseconds)],
      ...fit.flatMap(({ args }) => args),
    ],
  }
}

const forgetOld = `delete from auth_authorizations where id in (
  select id from auth_authorizations where expires_at < ? limit 50)`
