import { nullish, number, object } from 'valibot'
import { uuidv7 } from '../../base/id.ts'
import { Problem } from '../../base/problem.ts'
import { integerValue, textOf, textValue } from '../../base/statement.ts'
import type { AuthContext } from '../context.ts'
import { readBody } from '../credentials.ts'
import { securityEvent } from '../event/event.ts'
import { insertKey, keyAnswer } from './create.ts'
import { type KeyFacts, newKey } from './key.ts'

const rotateBody = object({ overlap_hours: nullish(number()) })
const defaultOverlapHours = 24
const longestOverlapHours = 24 * 30

/**
 * `POST /admin/api-keys/:id/rotate`: another key of the same machine with the same rights; the old one is good for
 * `overlap_hours` more. A key is rotated once: of any number of tries at once one wins. Two trips: what the key says has to
 * be known to write it.
 * @throws Problem as `readBody`; NOT_FOUND for a key that does not stand, conflict for one that was rotated
 */
export async function rotateKey(context: AuthContext): Promise<Response> {
  const { settings, clock } = context.get('server')
  const timing = context.get('timing')
  const database = context.get('database')
  const hasBody = context.req.raw.body !== null
  const body = hasBody ? await readBody(context.req.raw, rotateBody) : {}
  const hours = body.overlap_hours ?? defaultOverlapHours
  if (hours < 0 || hours > longestOverlapHours)
    throw new Problem('validation_failed', {
      message: `overlap_hours must be from 0 to ${longestOverlapHours}.`,
    })
  const id = textValue(context.req.param('id') ?? '')
  const now = clock.nowMilliseconds()
  timing.mark('parse')
  const found = await database.run({ sql: readKey, args: [id, integerValue(now)] }, timing, 'strong')
  const [json] = found.rows[0]?.map(textOf) ?? []
  if (json == null) throw new Problem('NOT_FOUND')
  const old: Omit<KeyFacts, 'id'> & { readonly name: string; readonly expires: number } = JSON.parse(json)
  const facts: KeyFacts = { ...old, id: uuidv7(now) }
  const key = newKey(facts, settings.serverSecret)
  const terms = { name: old.name, nowMilliseconds: now, expires: old.expires }
  const whose = {
    sql: 'auth_users.id = (select user_id from auth_api_keys where id = ?)',
    args: [textValue(facts.id)],
  }
  const overlap = integerValue(now + hours * 3_600_000)
  const results = await database.transact(
    [
      { sql: claimOld, args: [textValue(facts.id), id, integerValue(old.authority), integerValue(now)] },
      // Of a key that somebody else has rotated since, the new one would be none's.
      ...insertKey(facts, key, terms).map(({ sql, args }, index) =>
        index === 0
          ? {
              sql: `${sql} and exists (select 1 from auth_api_keys where id = ? and replaced_by = ?)`,
              args: [...args, id, textValue(facts.id)],
            }
          : { sql, args },
      ),
      {
        sql: `update auth_sessions set expires_at = min(expires_at, ?) where id = ? and exists (
  select 1 from auth_sessions made where made.id = ?)`,
        args: [overlap, id, textValue(facts.id)],
      },
      ...securityEvent(context, {
        event: 'api_key_rotated',
        whose,
        nowMilliseconds: now,
        details: { key_id: facts.id },
      }),
      { sql: 'select 1 from auth_api_keys where id = ?', args: [textValue(facts.id)] },
    ],
    timing,
  )
  timing.mark('db')
  if (results.at(-1)?.rows.length !== 1) throw new Problem('conflict')
  return context.json(keyAnswer(facts, key, terms), 201, { 'cache-control': 'no-store' })
}

const stands = `exists (select 1 from auth_sessions
  where auth_sessions.id = auth_api_keys.id and revoked_at is null and auth_sessions.expires_at > ?)`

const readKey = `select json_object('name', name, 'userId', user_id, 'roles', json(roles), 'resources', json(resources),
  'authority', (select authority from auth_users where auth_users.id = user_id),
  'expires', (select expires_at from auth_sessions where auth_sessions.id = auth_api_keys.id))
from auth_api_keys where id = ? and ${stands}`

const claimOld = `update auth_api_keys set replaced_by = ? where id = ? and replaced_by is null
  and exists (select 1 from auth_users where auth_users.id = user_id and authority = ?) and ${stands}`
