import { Problem } from '../../../base/problem.ts'
import { integerValue, type Result, type Statement, textOf, textValue } from '../../../base/statement.ts'
import { offsetOf, pageHeaders, pageOf } from '../../admin/page.ts'
import type { Action, AuthContext } from '../../context.ts'
import { readBody } from '../../credentials.ts'
import { newSecretToken } from '../../session/token.ts'
import { OAuthError } from '../error.ts'
import type { AppRules } from '../rules.ts'
import { type App, appColumns, appJson, appOf } from './app.ts'
import { describedIn, metadataBody, newAppIn, typeOf } from './metadata.ts'
import { columnsOf, newApp } from './register.ts'

const noStore = { 'cache-control': 'no-store' }

/** `POST /admin/oauth/clients`: one trip. @throws Problem validation_failed */
export function createApp(rules: AppRules): Action {
  return async (context) => {
    const body = await readBody(context.req.raw, metadataBody)
    const given = inAdminDialect(() => newAppIn(body, rules.scopes))
    const { app, secret, statement } = newApp(given, 'manual', context.get('server').clock.nowMilliseconds())
    await context.get('database').transact([statement], context.get('timing'))
    return context.json({ ...appJson(app), client_secret: secret?.token }, 201, noStore)
  }
}

/** `GET /admin/oauth/clients/:id`: one trip. @throws Problem oauth_client_not_found */
export async function getApp(context: AuthContext): Promise<Response> {
  const found = await context.get('database').run(readApp(context), context.get('timing'), 'strong')
  return context.json(appJson(required(found)), 200, noStore)
}

/**
 * `PUT /admin/oauth/clients/:id`: what is named changes. Whether an app is public never does. One trip.
 * @throws Problem oauth_client_not_found or validation_failed
 */
export function updateApp(rules: AppRules): Action {
  return async (context) => {
    const body = await readBody(context.req.raw, metadataBody)
    const changes = inAdminDialect(() => describedIn(body, rules.scopes))
    const columns = Object.entries(columnsOf(changes))
    if (columns.length === 0) throw new Problem('validation_failed', { message: 'Nothing is to be changed.' })
    const now = integerValue(context.get('server').clock.nowMilliseconds())
    const type = changes.method && typeOf(changes.method)
    const update: Statement = {
      sql: `update auth_apps set ${columns.map(([name]) => `${name} = ?, `).join('')}updated_at = ?
where id = ?${type === undefined ? '' : ' and type = ?'}`,
      args: [
        ...[...columns.map(([, value]) => value), now, idOf(context)],
        ...(type === undefined ? [] : [textValue(type)]),
      ],
    }
    const results = await context.get('database').transact([update, readApp(context)], context.get('timing'))
    const app = required(results[1])
    if (type !== undefined && app.type !== type)
      throw new Problem('validation_failed', {
        message: `token_endpoint_auth_method is not one for a ${app.type} client.`,
      })
    return context.json(appJson(app), 200, noStore)
  }
}

/**
 * `DELETE /admin/oauth/clients/:id`: the sessions that it has end with it. One trip.
 * @throws Problem oauth_client_not_found
 */
export async function deleteApp(context: AuthContext): Promise<Response> {
  const id = idOf(context)
  const now = integerValue(context.get('server').clock.nowMilliseconds())
  const [found] = await context.get('database').transact(
    [
      readApp(context),
      {
        sql: 'update auth_sessions set revoked_at = ? where app_id = ? and revoked_at is null',
        args: [now, id],
      },
      { sql: 'delete from auth_apps where id = ?', args: [id] },
    ],
    context.get('timing'),
  )
  required(found)
  return context.body(null, 204)
}

/**
 * `POST /admin/oauth/clients/:id/regenerate_secret`: the old one is good for nothing from now on. One trip.
 * @throws Problem oauth_client_not_found or validation_failed
 */
export async function regenerateSecret(context: AuthContext): Promise<Response> {
  const secret = newSecretToken()
  const now = integerValue(context.get('server').clock.nowMilliseconds())
  const [, found] = await context.get('database').transact(
    [
      {
        sql: `update auth_apps set secret_hash = ?, updated_at = ? where id = ? and type = 'confidential'`,
        args: [textValue(secret.hash), now, idOf(context)],
      },
      readApp(context),
    ],
    context.get('timing'),
  )
  const app = required(found)
  if (app.type === 'public')
    throw new Problem('validation_failed', { message: 'A public client has no secret.' })
  return context.json({ ...appJson(app), client_secret: secret.token }, 200, noStore)
}

/** `GET /admin/oauth/clients?page=&per_page=`: the last one first. One trip. @throws Problem validation_failed */
export async function listApps(context: AuthContext): Promise<Response> {
  const page = pageOf(context)
  const found = await context.get('database').run(
    {
      sql: `select (select count(*) from auth_apps), (select json_group_array(json(one)) from (
  select ${appColumns} as one from auth_apps order by created_at desc, id limit ? offset ?))`,
      args: [integerValue(page.size), integerValue(offsetOf(page))],
    },
    context.get('timing'),
    'strong',
  )
  const total = Number(textOf(found.rows[0]?.[0]))
  const apps: readonly App[] = JSON.parse(textOf(found.rows[0]?.[1]) ?? '[]')
  return context.json({ clients: apps.map(appJson) }, 200, pageHeaders(context, page, total))
}

/** @throws Problem validation_failed */
function inAdminDialect<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    throw new Problem('validation_failed', { message: error.message })
  }
}

function idOf(context: AuthContext) {
  return textValue(context.req.param('id') ?? '')
}

function readApp(context: AuthContext): Statement {
  return { sql: `select ${appColumns} from auth_apps where id = ?`, args: [idOf(context)] }
}

function required(found: Result | undefined): App {
  const app = appOf(found)
  if (app === null) throw new Problem('oauth_client_not_found')
  return app
}
