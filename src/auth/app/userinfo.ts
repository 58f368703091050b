import { type SQL, sql } from 'drizzle-orm'
import { Problem } from '../../base/problem.ts'
import { textOf } from '../../base/statement.ts'
import { callerValues } from '../../model/caller/caller.ts'
import { callerValue } from '../../model/caller/value.ts'
import { toStatement } from '../../model/expression.ts'
import { accountColumnCount, accountColumns, accountOf } from '../account/account.ts'
import { admission } from '../admission.ts'
import { accessTokenIn, badToken, inAuthDialect } from '../caller.ts'
import type { AuthContext } from '../context.ts'
import { issuerOf, verifyAccessToken } from '../token/tokens.ts'
import { claimsOf } from './claims.ts'
import { scopesIn } from './rules.ts'

/**
 * `GET` and `POST /oauth/userinfo` (OpenID Connect Core §5.3): who the user is, as far as the scope goes; of a token that
 * no app holds, the id alone, as GoTrue. An app has no API key: the token is enough. One trip.
 * @throws Problem no_authorization or bad_jwt
 */
export async function userinfo(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const { settings, keys, clock } = context.get('server')
  const now = clock.nowMilliseconds()
  const token = await inAuthDialect(async () => accessTokenIn(context.req.raw.headers))
  if (token === null) throw new Problem('no_authorization', { headers: { 'www-authenticate': 'Bearer' } })
  const subject = await inAuthDialect(() =>
    verifyAccessToken(token, {
      issuer: issuerOf(settings.apiUrl),
      tenant: settings.tenant,
      keys,
      nowMilliseconds: now,
    }),
  )
  timing.mark('parse')
  const read = toStatement(readUser(), callerValues({ kind: 'user', ...subject, resources: null }, now))
  const found = await context.get('database').run(read, timing, 'strong')
  timing.mark('db')
  const account = accountOf(found)
  if (account === null) throw badToken()
  const scopes = scopesIn(textOf(found.rows[0]?.[accountColumnCount]) ?? '')
  const metadata = scopes.includes('profile') && { user_metadata: account.userMetadata }
  const claims = { ...claimsOf(account, scopes), ...metadata, sub: account.id }
  return context.json(claims, 200, { 'cache-control': 'no-store' })
}

const readUser = (): SQL => sql`select ${sql.raw(accountColumns)},
  (select scopes from auth_sessions where id = ${callerValue('sessionId')})
from auth_users where auth_users.id = ${callerValue('id')} and ${admission()}`
