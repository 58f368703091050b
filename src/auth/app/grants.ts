import { type SQL, sql } from 'drizzle-orm'
import { Problem } from '../../base/problem.ts'
import { integerValue, textOf, textValue } from '../../base/statement.ts'
import { callerValues } from '../../model/caller/caller.ts'
import { callerValue } from '../../model/caller/value.ts'
import { toStatement } from '../../model/expression.ts'
import { isoOf } from '../account/user.ts'
import { entrusting } from '../admission.ts'
import { askerOf } from '../asker/asker.ts'
import type { AuthContext } from '../context.ts'
import { securityEvent } from '../event/event.ts'
import { scopesIn } from './rules.ts'

/** `GET /user/oauth/grants`: the apps that act for the user, the last one first. One trip. */
export async function listGrants(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const asker = askerOf(context)
  const read = toStatement(readGrants(), callerValues(asker.caller, asker.nowMilliseconds))
  timing.mark('parse')
  const [told, found] = await context.get('database').snapshot([asker.read, read], timing)
  timing.mark('db')
  asker.require('admitted', told)
  const granted: readonly Granted[] = JSON.parse(textOf(found?.rows[0]?.[0]) ?? '[]')
  const grants = granted.map(({ client, scope, grantedAt }) => ({
    client,
    scopes: scopesIn(scope),
    granted_at: isoOf(grantedAt),
  }))
  return context.json(grants, 200, { 'cache-control': 'no-store' })
}

/**
 * `DELETE /user/oauth/grants?client_id=`: the app's sessions end in the same transaction, and codes that it has not
 * exchanged yet are worth nothing. One trip.
 * @throws Problem oauth_consent_not_found, validation_failed, or what `Asker.require` throws
 */
export async function revokeGrant(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const asker = askerOf(context)
  const { caller, nowMilliseconds } = asker
  const values = callerValues(caller, nowMilliseconds)
  const [clientId, ...more] = context.req.queries('client_id') ?? []
  if (clientId === undefined || more.length > 0)
    throw new Problem('validation_failed', { message: 'client_id is missing.' })
  timing.mark('parse')
  const theirs = sql`user_id = ${callerValue('id')} and app_id = ${clientId} and ${entrusting()}`
  const at = callerValue('nowMilliseconds')
  const expressions = [
    sql`update auth_sessions set revoked_at = ${at} where ${theirs} and revoked_at is null`,
    sql`update auth_authorizations set status = 'denied' where ${theirs} and status in ('pending', 'approved')`,
    sql`update auth_consents set revoked_at = ${at} where ${theirs} and revoked_at is null returning id`,
  ]
  const revoked = securityEvent(context, {
    event: 'app_revoked',
    whose: {
      sql: 'auth_users.id = (select user_id from auth_consents where user_id = ? and app_id = ? and revoked_at = ?)',
      args: [textValue(caller.id), textValue(clientId), integerValue(nowMilliseconds)],
    },
    details: { client_id: clientId },
    nowMilliseconds,
  })
  const statements = [asker.read, ...expressions.map((each) => toStatement(each, values)), ...revoked]
  const [told, , , granted] = await context.get('database').transact(statements, timing)
  timing.mark('db')
  asker.require('admitted', told)
  if (granted?.rows.length !== 1) throw new Problem('oauth_consent_not_found')
  return context.body(null, 204)
}

interface Granted {
  readonly client: Readonly<Record<string, string>>
  readonly scope: string
  readonly grantedAt: number
}

/** What an app has not said of itself is left out. */
const client = `json_patch('{}', json_object('id', auth_apps.id, 'name', auth_apps.name,
  'uri', auth_apps.uri, 'logo_uri', auth_apps.logo_uri))`

const readGrants = (): SQL => sql`select json_group_array(json(one)) from (
  select json_object('client', ${sql.raw(client)}, 'scope', auth_consents.scope, 'grantedAt', granted_at) as one
  from auth_consents join auth_apps on auth_apps.id = auth_consents.app_id
  where auth_consents.user_id = ${callerValue('id')} and revoked_at is null and ${entrusting()}
  order by granted_at desc, auth_consents.id)`
