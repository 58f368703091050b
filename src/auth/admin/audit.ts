import { integerValue, textOf } from '../../base/statement.ts'
import { isoOf } from '../account/user.ts'
import type { AuthContext } from '../context.ts'
import { offsetOf, pageHeaders, pageOf } from './page.ts'

/**
 * `GET /admin/audit?page=&per_page=`: what happened to accounts, the latest first, as GoTrue lists it. Addresses of
 * people and networks are not kept there. One trip.
 */
export async function listAudit(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const page = pageOf(context)
  timing.mark('parse')
  const [counted, found] = await context.get('database').snapshot(
    [
      { sql: `select count(*) ${entries}`, args: [] },
      {
        sql: `select id, at, caller_id, role, key ->> 'id', request_id, after ${entries} order by id desc limit ? offset ?`,
        args: [integerValue(page.size), integerValue(offsetOf(page))],
      },
    ],
    timing,
  )
  timing.mark('db')
  const total = Number(textOf(counted?.rows[0]?.[0]))
  const rows = (found?.rows ?? []).map((row) => {
    const [id, at, actor, role, user, requestId, after] = row.map(textOf)
    const time = isoOf(Number(at))
    const { event, ...traits } = JSON.parse(after ?? '{}')
    const payload = {
      action: event,
      actor_id: actor,
      actor_role: role,
      timestamp: time,
      request_id: requestId,
    }
    return {
      id,
      created_at: time,
      ip_address: '',
      payload: { ...payload, traits: { ...traits, user_id: user } },
    }
  })
  return context.json(rows, 200, pageHeaders(context, page, total))
}

const entries = "from selvage_audit where resource = 'auth.users'"
