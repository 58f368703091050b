import { sha256 } from '../../../base/crypto.ts'
import {
  integerValue,
  type Result,
  type Statement,
  textOf,
  textOrNull,
  textValue,
} from '../../../base/statement.ts'
import type { Condition } from '../../condition.ts'
import type { AuthContext } from '../../context.ts'
import { accessTokenOf } from '../../session/answer.ts'
import { type Method, startSession } from '../../session/start.ts'
import { hashed } from '../../session/token.ts'
import { issuerOf } from '../../token/tokens.ts'
import type { PresentedClient } from '../client/authenticate.ts'
import { OAuthError } from '../error.ts'
import { member } from '../member.ts'
import { scopesIn } from '../rules.ts'
import { mayUse, readClient, requireGrant, tokenResponse } from './grant.ts'
import { issueIdToken } from './id-token.ts'

const grant = 'authorization_code'
/** As GoTrue's `amr` has it. */
const method: Method = 'oauth_provider/authorization_code'

/**
 * `grant_type=authorization_code` (RFC 6749 §4.1.3, RFC 7636 §4.5), in one transaction: the code is good once, for the
 * client, the redirect URI and the verifier that it was made for, as long as the session stands in which the user
 * agreed. What of all that was wrong is not told. A code that comes again ends the session that it gave
 * (RFC 6749 §4.1.2, RFC 9700 §4.5): somebody else has it.
 */
export async function exchangeCode(
  context: AuthContext,
  client: PresentedClient,
  form: URLSearchParams,
): Promise<Response> {
  const timing = context.get('timing')
  const { clock, keys, settings } = context.get('server')
  const now = clock.nowMilliseconds()
  const presented = presentedCode(form)
  const code = textValue(presented.hash)
  const may = mayUse(client, grant)
  timing.mark('parse')

  const session = startSession(context, {
    whose: owner(presented, may, now),
    method,
    nowMilliseconds: now,
    event: 'app_signed_in',
  })
  const id = textValue(session.id)
  const before: readonly Statement[] = [
    readClient(client),
    { sql: endReplayed(may), args: [integerValue(now), code, ...may.args] },
  ]
  const statements = [
    ...[...before, ...session.statements],
    { sql: giveToApp, args: [code, id] },
    { sql: useCode, args: [id, code, id] },
    { sql: readGrant, args: [code, id] },
  ]
  const results = await context.get('database').transact(statements, timing)
  timing.mark('db')
  const grants = requireGrant(results[0], grant)
  const signedIn = session.outcomeOf(results.slice(0, before.length + session.statements.length))
  const given = grantIn(results.at(-1))
  if (signedIn === null || given === null)
    throw new OAuthError('invalid_grant', 'The code is not valid, was used, or was given for something else.')

  const { account } = signedIn
  const { aal, scope, nonce, authMilliseconds } = given
  const amr = [{ method, timestamp: Math.floor(now / 1_000) }]
  const access = await accessTokenOf(
    context,
    account,
    { id: session.id, aal, amr, nowMilliseconds: now },
    { id: client.id, scope },
  )
  const subject = { account, clientId: client.id, scope, nonce, authMilliseconds, accessToken: access.token }
  const issuer = { issuer: issuerOf(settings.apiUrl), keys, nowMilliseconds: now }
  return tokenResponse(context, {
    access,
    scope,
    refreshToken: grants.includes('refresh_token') ? session.refreshToken.token : null,
    idToken: scopesIn(scope).includes('openid') ? await issueIdToken(subject, issuer) : null,
  })
}

interface PresentedCode {
  readonly hash: string
  readonly redirectUri: string
  readonly challenge: string
  readonly resource: string | null
}

/** RFC 7636 §4.1. */
const verifierPattern = /^[\w.~-]{43,128}$/

function presentedCode(form: URLSearchParams): PresentedCode {
  const code = member(form, 'code')
  const redirectUri = member(form, 'redirect_uri')
  const verifier = member(form, 'code_verifier')
  if (code === null || redirectUri === null || verifier === null)
    throw new OAuthError('invalid_request', 'code, redirect_uri and code_verifier are required.')
  // One that is none equals no challenge.
  const challenge = verifierPattern.test(verifier) ? sha256(verifier) : ''
  return { hash: hashed(code).hash, redirectUri, challenge, resource: member(form, 'resource') }
}

function owner(
  { hash, redirectUri, challenge, resource }: PresentedCode,
  may: Condition,
  now: number,
): Condition {
  return {
    sql: `auth_users.id = (
  select asked.user_id from auth_authorizations asked
  join auth_apps on auth_apps.id = asked.app_id
  join auth_sessions agreed on agreed.id = asked.session_id
  where asked.code_hash = ? and asked.status = 'approved' and asked.expires_at > ? and asked.redirect_uri = ?
    and asked.code_challenge = ? and asked.resource is coalesce(?, asked.resource)
    and agreed.revoked_at is null and agreed.expires_at > ? and ${may.sql})`,
    args: [
      ...[textValue(hash), integerValue(now), textValue(redirectUri), textValue(challenge)],
      ...[textOrNull(resource), integerValue(now), ...may.args],
    ],
  }
}

/** Only for the client itself: others, who found a code in a log, end nothing with it. */
const endReplayed = (may: Condition): string => `update auth_sessions set revoked_at = ?
where revoked_at is null and id = (
  select asked.issued_session_id from auth_authorizations asked join auth_apps on auth_apps.id = asked.app_id
  where asked.code_hash = ? and asked.status = 'used' and ${may.sql})`

/** The app's session is as well assured as the one in which the user agreed. */
const giveToApp = `update auth_sessions set (app_id, scopes, aal) = (
  select asked.app_id, asked.scope, agreed.aal from auth_authorizations asked
  join auth_sessions agreed on agreed.id = asked.session_id where asked.code_hash = ?)
where id = ?`

const useCode = `update auth_authorizations set status = 'used', issued_session_id = ?
where code_hash = ? and exists (select 1 from auth_sessions where id = ?)`

const readGrant = `select json_object('scope', asked.scope, 'nonce', asked.nonce, 'aal', made.aal,
  'authMilliseconds', agreed.created_at)
from auth_authorizations asked join auth_sessions agreed on agreed.id = asked.session_id
join auth_sessions made on made.id = asked.issued_session_id
where asked.code_hash = ? and made.id = ?`

interface Given {
  readonly scope: string
  readonly nonce: string | null
  readonly aal: 1 | 2
  readonly authMilliseconds: number
}

function grantIn(result: Result | undefined): Given | null {
  const json = textOf(result?.rows[0]?.[0])
  return json === null ? null : JSON.parse(json)
}
