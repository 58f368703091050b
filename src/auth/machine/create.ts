import { array, maxLength, minLength, nullish, number, object, pipe, string } from 'valibot'
import { uuidv7 } from '../../base/id.ts'
import { Problem } from '../../base/problem.ts'
import { integerValue, type Statement, textOrNull, textValue } from '../../base/statement.ts'
import { insertUser } from '../account/make.ts'
import { isoOf } from '../account/user.ts'
import type { AuthContext } from '../context.ts'
import { readBody } from '../credentials.ts'
import { securityEvent } from '../event/event.ts'
import { type KeyFacts, type NewKey, newKey } from './key.ts'

const mostNames = 50

const keyBody = object({
  name: pipe(string(), minLength(1), maxLength(100)),
  roles: pipe(array(string()), minLength(1), maxLength(mostNames)),
  resources: nullish(pipe(array(string()), maxLength(mostNames))),
  /** Default: it does not end by itself. */
  expires_in_days: nullish(number()),
})

/**
 * `POST /admin/api-keys`: a machine, its key, and the session that the key is. The answer alone has the key. One trip.
 * @throws Problem as `readBody`; validation_failed for a role, resource or procedure that the backend does not have
 */
export async function createKey(context: AuthContext): Promise<Response> {
  const { settings, clock, model } = context.get('server')
  const timing = context.get('timing')
  const body = await readBody(context.req.raw, keyBody)
  const [role, ...more] = [...new Set(body.roles)]
  if (role === undefined || !body.roles.every((name) => model.roles.includes.has(name)))
    throw refused('roles must be roles of the backend.')
  const resources = body.resources == null ? null : [...new Set(body.resources)].sort()
  const procedures = [...model.procedures.keys()].map((name) => `rpc/${name}`)
  const known = new Set([...model.resources.keys(), ...procedures])
  if (resources?.every((name) => known.has(name)) === false)
    throw refused('resources must be resources of the backend, or procedures as rpc/{name}.')
  const now = clock.nowMilliseconds()
  const expires = endOf(body.expires_in_days ?? null, now)
  const facts: KeyFacts = {
    id: uuidv7(now),
    userId: uuidv7(now),
    roles: [role, ...more],
    authority: 0,
    resources,
  }
  const key = newKey(facts, settings.serverSecret)
  timing.mark('parse')
  const whose = { sql: 'auth_users.id = ?', args: [textValue(facts.userId)] }
  const machine = { id: facts.userId, email: null, data: {} }
  const appMetadata = more.length === 0 ? {} : { roles: more }
  await context.get('database').transact(
    [
      insertUser({ ...machine, role, kind: 'machine', appMetadata, nowMilliseconds: now }),
      ...insertKey(facts, key, { name: body.name, nowMilliseconds: now, expires }),
      ...securityEvent(context, {
        event: 'api_key_created',
        whose,
        nowMilliseconds: now,
        details: { key_id: facts.id },
      }),
    ],
    timing,
  )
  timing.mark('db')
  return context.json(keyAnswer(facts, key, { name: body.name, nowMilliseconds: now, expires }), 201, {
    'cache-control': 'no-store',
  })
}

/** What a key is beside what it says. Instants in milliseconds. */
export interface KeyTerms {
  readonly name: string
  readonly nowMilliseconds: number
  readonly expires: number
}

/** A date that all can read: sessions have an end. */
export const noEnd = Date.UTC(9_999, 11, 31)

function endOf(days: number | null, nowMilliseconds: number): number {
  if (days === null) return noEnd
  if (days > 0 && days <= 36_500) return nowMilliseconds + Math.floor(days * 86_400_000)
  throw refused('expires_in_days must be more than 0, and at most 36500.')
}

/** The session and the key, of a machine who is there with the rights that the key says. */
export function insertKey(facts: KeyFacts, key: NewKey, terms: KeyTerms): readonly Statement[] {
  const { id, userId, roles, authority, resources } = facts
  const { name, nowMilliseconds, expires } = terms
  const now = integerValue(nowMilliseconds)
  const machine = "auth_users.id = ? and auth_users.kind = 'machine' and auth_users.authority = ?"
  return [
    {
      sql: `insert into auth_sessions (id, user_id, amr, created_at, refreshed_at, expires_at)
select ?, id, '[{"method":"api_key"}]', ?, ?, ? from auth_users where ${machine}`,
      args: [textValue(id), now, now, integerValue(expires), textValue(userId), integerValue(authority)],
    },
    {
      sql: `insert into auth_api_keys (id, user_id, name, hash, hint, roles, resources, created_at)
select id, user_id, ?, ?, ?, ?, ?, ? from auth_sessions where id = ?`,
      args: [
        ...[name, key.hash, key.hint, JSON.stringify(roles)].map(textValue),
        textOrNull(resources && JSON.stringify(resources)),
        now,
        textValue(id),
      ],
    },
  ]
}

/** With the key itself, which nothing tells again. */
export function keyAnswer(facts: KeyFacts, key: NewKey, { name, nowMilliseconds, expires }: KeyTerms) {
  const { id, userId, roles, resources } = facts
  return {
    ...{ id, name, roles, resources, user_id: userId },
    api_key: key.text,
    hint: key.hint,
    created_at: isoOf(nowMilliseconds),
    expires_at: expires === noEnd ? null : isoOf(expires),
  }
}

function refused(message: string): Problem {
  return new Problem('validation_failed', { message })
}
