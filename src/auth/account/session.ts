import { sha256, signature } from '../../base/crypto.ts'
import { uuidv7 } from '../../base/id.ts'
import { integerValue, type Statement, textValue } from '../../base/statement.ts'
import type { AuthContext } from '../context.ts'
import { accessTokenSeconds, issueAccessToken, issuerOf } from '../token/tokens.ts'
import { type Account, isNotBannedSql, userJson } from './account.ts'

/** A session that nobody refreshes for so long is over (RFC 9700 §4.14.2). */
export const sessionLifetimeMilliseconds = 90 * 24 * 3_600_000

/** A refresh token as its holder has it, and as it is kept. */
export interface RefreshToken {
  readonly token: string
  readonly hash: string
}

/** 256 random bits. */
function newRefreshToken(): RefreshToken {
  return hashed(Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url'))
}

/**
 * The one token that may follow a token. It is derived, not drawn: whoever uses one token twice at once, or
 * lost the answer and asks again, is given the same successor, and the family stays one chain; yet only hashes
 * are kept.
 */
export function successorOf(token: string, serverSecret: string): RefreshToken {
  return hashed(signature(serverSecret, 'refresh-token', token))
}

export function hashed(token: string): RefreshToken {
  return { token, hash: sha256(token) }
}

export interface NewSession {
  readonly id: string
  readonly refreshToken: RefreshToken
  /** To be run in the transaction that signs the user in. */
  readonly statements: readonly Statement[]
}

/**
 * A session for a user, only if `passwordHash` is still the user's and the user is not banned: a sign-in that
 * races a change of the password makes nothing.
 */
export function newSession(userId: string, passwordHash: string, nowMilliseconds: number): NewSession {
  const id = uuidv7(nowMilliseconds)
  const refreshToken = newRefreshToken()
  const now = integerValue(nowMilliseconds)
  const expires = integerValue(nowMilliseconds + sessionLifetimeMilliseconds)
  return {
    id,
    refreshToken,
    statements: [
      {
        sql: insertSession,
        args: [textValue(id), now, now, expires, textValue(userId), textValue(passwordHash), now],
      },
      { sql: insertRefreshToken, args: [textValue(refreshToken.hash), now, textValue(id)] },
    ],
  }
}

const insertSession = `insert into auth_sessions (id, user_id, created_at, refreshed_at, expires_at)
select ?, id, ?, ?, ? from auth_users
where id = ? and password_hash = ? and ${isNotBannedSql}`

const insertRefreshToken = `insert into auth_refresh_tokens (hash, session_id, created_at)
select ?, id, ? from auth_sessions where id = ?`

/** GoTrue's answer to everything that signs in, with a new access token. Never to be cached (RFC 6749 §5.1). */
export async function sessionResponse(
  context: AuthContext,
  account: Account,
  session: { readonly id: string; readonly refreshToken: string; readonly nowMilliseconds: number },
): Promise<Response> {
  const { settings, keys } = context.get('server')
  context.set('sessionId', session.id)
  const access = await issueAccessToken(
    { id: account.id, sessionId: session.id, role: account.role, email: account.email },
    {
      issuer: issuerOf(settings.apiUrl),
      tenant: settings.tenant,
      keys,
      nowMilliseconds: session.nowMilliseconds,
    },
  )
  const body = {
    access_token: access.token,
    token_type: 'bearer',
    expires_in: accessTokenSeconds,
    expires_at: access.expiresAt,
    refresh_token: session.refreshToken,
    user: userJson(account),
  }
  return context.json(body, 200, { 'cache-control': 'no-store' })
}
