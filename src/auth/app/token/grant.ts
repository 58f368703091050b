import { type Result, type Statement, textOf, textValue } from '../../../base/statement.ts'
import type { Condition } from '../../condition.ts'
import type { AuthContext } from '../../context.ts'
import { type AccessToken, accessTokenSeconds } from '../../token/tokens.ts'
import type { PresentedClient } from '../client/authenticate.ts'
import { OAuthError } from '../error.ts'

/** What a `grant_type` does. @throws OAuthError */
export type Grant = (
  context: AuthContext,
  client: PresentedClient,
  form: URLSearchParams,
) => Promise<Response>

/** Over `auth_apps`: it is this app, and may use this grant. */
export function mayUse({ is }: PresentedClient, grant: string): Condition {
  return {
    sql: `(${is.sql} and exists (select 1 from json_each(auth_apps.grant_types) where value = ?))`,
    args: [...is.args, textValue(grant)],
  }
}

/** Why a client may not, if it may not. */
export function readClient({ is }: PresentedClient): Statement {
  return { sql: `select grant_types from auth_apps where ${is.sql}`, args: is.args }
}

/** The grants of a client. @throws OAuthError invalid_client or unauthorized_client */
export function requireGrant(read: Result | undefined, grant: string): readonly string[] {
  const json = textOf(read?.rows[0]?.[0])
  if (json === null)
    throw new OAuthError('invalid_client', 'The client is not known, or did not show who it is.')
  const grants: readonly string[] = JSON.parse(json)
  if (grants.includes(grant)) return grants
  throw new OAuthError('unauthorized_client', `The client is not registered for ${grant}.`)
}

export interface Issued {
  readonly access: AccessToken
  /** Null for a client that may not refresh. */
  readonly refreshToken: string | null
  readonly scope: string
  readonly idToken?: string | null
}

/** RFC 6749 §5.1: GoTrue's answer without the user, whom `/oauth/userinfo` tells as far as the scope goes. */
export function tokenResponse(
  context: AuthContext,
  { access, refreshToken, scope, idToken = null }: Issued,
): Response {
  const body = {
    access_token: access.token,
    token_type: 'bearer',
    expires_in: accessTokenSeconds,
    ...(refreshToken !== null && { refresh_token: refreshToken }),
    scope,
    ...(idToken !== null && { id_token: idToken }),
  }
  return context.json(body, 200, { 'cache-control': 'no-store' })
}
