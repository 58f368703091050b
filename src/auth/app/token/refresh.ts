import { Problem } from '../../../base/problem.ts'
import type { Condition } from '../../condition.ts'
import type { AuthContext } from '../../context.ts'
import { accessTokenOf } from '../../session/answer.ts'
import { type Rotated, type Rotation, rotate } from '../../session/rotate.ts'
import type { PresentedClient } from '../client/authenticate.ts'
import { OAuthError } from '../error.ts'
import { member } from '../member.ts'
import { mayUse, readClient, requireGrant, tokenResponse } from './grant.ts'

const grant = 'refresh_token'

/**
 * `grant_type=refresh_token` (RFC 6749 §6), in one transaction. Tokens rotate as those of users do, for public and
 * confidential clients; that of another client, or of a user, is as none. The scope stays what it was, and is told.
 */
export async function refreshTokens(
  context: AuthContext,
  client: PresentedClient,
  form: URLSearchParams,
): Promise<Response> {
  const timing = context.get('timing')
  const now = context.get('server').clock.nowMilliseconds()
  const used = member(form, 'refresh_token')
  if (used === null) throw new OAuthError('invalid_request', 'refresh_token is missing.')
  const may = mayUse(client, grant)
  const sessions: Condition = {
    sql: `auth_sessions.app_id = (select auth_apps.id from auth_apps where ${may.sql})`,
    args: may.args,
  }
  const rotation = rotate(context, used, sessions, now)
  timing.mark('parse')
  const results = await context.get('database').transact([readClient(client), ...rotation.statements], timing)
  timing.mark('db')
  requireGrant(results[0], grant)
  const { account, scopes, ...session } = outcomeOf(rotation, results)
  const scope = scopes ?? ''
  const access = await accessTokenOf(
    context,
    account,
    { ...session, nowMilliseconds: now },
    { id: client.id, scope },
  )
  return tokenResponse(context, { access, scope, refreshToken: rotation.successor.token })
}

/** RFC 6749 §5.2 has one error for every token that is not good. */
function outcomeOf(rotation: Rotation, results: Parameters<Rotation['outcomeOf']>[0]): Rotated {
  try {
    return rotation.outcomeOf(results)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    throw new OAuthError('invalid_grant', 'The refresh token is not valid, was used, or is revoked.')
  }
}
