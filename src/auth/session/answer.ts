import { type Account, rolesOf } from '../account/account.ts'
import { userJson } from '../account/user.ts'
import type { AuthContext } from '../context.ts'
import {
  type AccessToken,
  type Amr,
  accessTokenSeconds,
  issueAccessToken,
  issuerOf,
  type TokenFacts,
} from '../token/tokens.ts'
import { customClaims } from './claims.ts'

export interface AnsweredSession {
  readonly id: string
  readonly aal: 1 | 2
  readonly amr: readonly Amr[]
  readonly refreshToken: string
  readonly nowMilliseconds: number
}

/** The members of GoTrue's answer to everything that signs in, with a new access token. */
export interface SessionBody {
  readonly access_token: string
  readonly token_type: 'bearer'
  /** Seconds. */
  readonly expires_in: number
  /** Seconds since 1970-01-01T00:00:00Z. */
  readonly expires_at: number
  readonly refresh_token: string
  readonly user: Readonly<Record<string, unknown>>
}

/** They are never to be cached (RFC 6749 §5.1). */
export async function sessionResponse(
  context: AuthContext,
  account: Account,
  session: AnsweredSession,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Response> {
  const body = await sessionBody(context, account, session)
  return context.json({ ...body, ...more }, 200, { 'cache-control': 'no-store' })
}

export async function sessionBody(
  context: AuthContext,
  account: Account,
  session: AnsweredSession,
): Promise<SessionBody> {
  const access = await accessTokenOf(context, account, session)
  return {
    access_token: access.token,
    token_type: 'bearer',
    expires_in: accessTokenSeconds,
    expires_at: access.expiresAt,
    refresh_token: session.refreshToken,
    user: userJson(account),
  }
}

/** A new access token of a session; `app`: of the app that holds it. */
export async function accessTokenOf(
  context: AuthContext,
  account: Account,
  session: Omit<AnsweredSession, 'refreshToken'>,
  app?: TokenFacts['app'],
): Promise<AccessToken> {
  const { settings, keys } = context.get('server')
  context.set('sessionId', session.id)
  return issueAccessToken(
    {
      id: account.id,
      sessionId: session.id,
      role: account.role,
      email: account.email,
      roles: rolesOf(account),
      aal: session.aal,
      authority: account.authority,
      isAnonymous: account.kind === 'anonymous',
      claims: await customClaims(context, account),
    },
    {
      issuer: issuerOf(settings.apiUrl),
      tenant: settings.tenant,
      keys,
      nowMilliseconds: session.nowMilliseconds,
    },
    { amr: session.amr, app_metadata: account.appMetadata, app },
  )
}
