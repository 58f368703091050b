import { Problem } from '../../base/problem.ts'
import { integerValue, textOf, textValue } from '../../base/statement.ts'
import { isoOf } from '../account/user.ts'
import { offsetOf, pageHeaders, pageOf } from '../admin/page.ts'
import type { AuthContext } from '../context.ts'
import { securityEvent } from '../event/event.ts'
import { noEnd } from './create.ts'

/** `GET /admin/api-keys?page=&per_page=`: without the keys, which nobody has but their holders. One trip. */
export async function listKeys(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const page = pageOf(context)
  timing.mark('parse')
  const [counted, found] = await context.get('database').snapshot(
    [
      { sql: 'select count(*) from auth_api_keys', args: [] },
      { sql: readKeys, args: [integerValue(page.size), integerValue(offsetOf(page))] },
    ],
    timing,
  )
  timing.mark('db')
  const keys = (found?.rows ?? []).map(([value]) => {
    const { created, used, expires, revoked, ...key } = JSON.parse(textOf(value) ?? '{}')
    return {
      ...key,
      created_at: isoOf(created),
      last_used_at: isoOf(used) ?? null,
      expires_at: expires === noEnd ? null : isoOf(expires),
      revoked_at: isoOf(revoked) ?? null,
    }
  })
  const total = Number(textOf(counted?.rows[0]?.[0]))
  return context.json({ api_keys: keys }, 200, pageHeaders(context, page, total))
}

const readKeys = `select json_object('id', keys.id, 'name', name, 'hint', hint, 'user_id', keys.user_id,
  'roles', json(roles), 'resources', json(resources), 'replaced_by', replaced_by, 'created', keys.created_at,
  'used', last_used_at, 'expires', expires_at, 'revoked', revoked_at)
from auth_api_keys keys join auth_sessions on auth_sessions.id = keys.id
order by keys.created_at desc, keys.id desc limit ? offset ?`

/** `DELETE /admin/api-keys/:id`: it is refused on the next trip. One trip. @throws Problem NOT_FOUND */
export async function revokeKey(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const id = context.req.param('id') ?? ''
  const now = context.get('server').clock.nowMilliseconds()
  const which = 'revoked_at is null and id in (select id from auth_api_keys where id = ?)'
  const whose = {
    sql: `auth_users.id in (select user_id from auth_sessions where ${which})`,
    args: [textValue(id)],
  }
  timing.mark('parse')
  const [found] = await context.get('database').transact(
    [
      { sql: `select 1 from auth_sessions where ${which}`, args: [textValue(id)] },
      ...securityEvent(context, {
        event: 'api_key_revoked',
        whose,
        nowMilliseconds: now,
        details: { key_id: id },
      }),
      {
        sql: `update auth_sessions set revoked_at = ? where ${which}`,
        args: [integerValue(now), textValue(id)],
      },
    ],
    timing,
  )
  timing.mark('db')
  if (found?.rows.length !== 1) throw new Problem('NOT_FOUND')
  return context.body(null, 204)
}
