import { integerValue, nullValue, type Statement, textValue } from '../../base/statement.ts'
import type { Condition } from '../condition.ts'
import type { AuthContext } from '../context.ts'

export interface SecurityEvent {
  /** What happened, in the past tense: `password_changed`. The outbox has it as `auth.password_changed`. */
  readonly event: string
  /** To whom: a condition over `auth_users`, which also says whether it happened. */
  readonly whose: Condition
  readonly nowMilliseconds: number
  /** No secret, and nothing that names a person but ids. */
  readonly details?: Readonly<Record<string, string | number | boolean | null>>
  /** More of them that the database knows: JSON objects, over the row of `auth_users`. */
  readonly known?: Condition
}

/** The resource by which audit and outbox know users. */
const resource = 'auth.users'

/**
 * A row of the audit and an event of the outbox, in the transaction in which it happens. Who did it is the caller of the
 * request, and the user themselves where nobody is signed in yet.
 */
export function securityEvent(context: AuthContext, told: SecurityEvent): readonly Statement[] {
  const caller = context.get('caller')
  const { whose, event, nowMilliseconds, details = {}, known } = told
  const now = integerValue(nowMilliseconds)
  const requestId = textValue(context.get('requestId'))
  const callerId = caller?.kind === 'user' ? textValue(caller.id) : nullValue
  const role = textValue(caller?.role ?? 'anon')
  const after = [textValue(JSON.stringify({ event, ...details })), ...(known?.args ?? [])]
  const written = known === undefined ? '?' : `json_patch(?, ${known.sql})`
  const isOwn = caller?.kind === 'service' ? 'null' : 'auth_users.id'
  return [
    {
      sql: `insert into selvage_audit (at, request_id, resource, key, caller_id, role, operation, before, after)
select ?, ?, '${resource}', json_object('id', auth_users.id), coalesce(?, ${isOwn}), ?, 'event', null, ${written} from auth_users where ${whose.sql}`,
      args: [now, requestId, callerId, role, ...after, ...whose.args],
    },
    {
      sql: `insert into selvage_outbox (at, request_id, resource, key, event, payload)
select ?, ?, '${resource}', json_object('id', auth_users.id), ?, json_set(${written}, '$.user_id', auth_users.id) from auth_users where ${whose.sql}`,
      args: [now, requestId, textValue(`auth.${event}`), ...after, ...whose.args],
    },
  ]
}
