import { digest } from '../../base/crypto.ts'
import { Problem } from '../../base/problem.ts'
import {
  integerValue,
  type Result,
  type Statement,
  textOf,
  textValue,
  type Value,
} from '../../base/statement.ts'
import type { Caller } from '../../model/caller/caller.ts'
import type { Operation, Reply } from './operation.ts'

/**
 * A request that is done once, whatever its client hears of it
 * (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/). The record is part of the
 * transaction: a second request under the same key waits for the first one's end, and then fails to claim the key. Only
 * what was done is recorded; a refusal is not.
 */
export interface Claim {
  /**
   * Forgets what has expired, and claims the key: the last one is refused if it is taken.
   * @param known by operation, what is known of its reply before
   */
  take(known: readonly Known[]): readonly Statement[]
  /** The same operation, which also records what it answers. */
  record<Recorded extends Recordable>(operation: Recorded, index: number): Recorded
  /** Asks for what was recorded, and has not expired. */
  readonly recall: Statement
  /**
   * What was answered; null: the key is free.
   * @throws Problem IDEMPOTENCY_KEY_REUSED when it was another request
   */
  recalled(result: Result): readonly Reply[] | null
}

export interface Known {
  readonly answer: string | null
  readonly key: readonly string[] | null
}

/** What says something that is to be recorded. */
export type Recordable = Pick<Operation, 'statements' | 'writes' | 'answers' | 'locates'>

interface Asked {
  readonly caller: Caller
  readonly nowMilliseconds: number
  /** What is asked, as something that JSON can write. */
  readonly request: unknown
}

const keptMilliseconds = 86_400_000

// Each request has its own, so their texts are not made by Drizzle each time.

/** Its own one that has expired, and ten others. */
const forget = `delete from selvage_idempotency where (scope = ? and key = ? and expires_at <= ?) or rowid in (select rowid from selvage_idempotency where expires_at <= ? order by expires_at limit 10)`
const claim = `insert into selvage_idempotency (scope, key, fingerprint, replies, expires_at) values (?, ?, ?, ?, ?)`
const recall = `select fingerprint, replies from selvage_idempotency where scope = ? and key = ? and expires_at > ?`

/** Callers without a name share one scope: what they may read is the same. */
export function scopeOf(caller: Caller): string {
  return caller.kind === 'user' ? `user:${caller.id}` : caller.kind
}

export function claimOf(key: string, { caller, nowMilliseconds, request }: Asked): Claim {
  const scope = scopeOf(caller)
  const fingerprint = fingerprintOf(caller, request)
  const own = [textValue(scope), textValue(key)]
  const now = integerValue(nowMilliseconds)
  return {
    take(known) {
      const replies = known.map(({ answer, key: made }) => [0, answer, made])
      const expires = integerValue(nowMilliseconds + keptMilliseconds)
      return [
        { sql: forget, args: [...own, now, now] },
        {
          sql: claim,
          args: [...own, textValue(fingerprint), textValue(JSON.stringify(replies)), expires],
        },
      ]
    },
    record: (operation, index) => recorded(operation, index, own),
    recall: { sql: recall, args: [...own, now] },
    recalled: ({ rows: [row] }) => {
      if (row === undefined) return null
      if (textOf(row[0]) !== fingerprint)
        throw new Problem('IDEMPOTENCY_KEY_REUSED', { hint: 'A new request needs a new key.' })
      return repliesOf(textOf(row[1]) ?? '[]')
    },
  }
}

/** What is asked, and as whom: who lost a right must not see what they were answered. */
function fingerprintOf(caller: Caller, request: unknown): string {
  // What a row leaves to its default is not null, as JSON would have it in a list.
  const marked = (_: string, value: unknown) => (value === undefined ? { default: true } : value)
  const rights =
    caller.kind === 'user'
      ? [caller.role, caller.roles, caller.aal, caller.claims, caller.resources]
      : caller.role
  return digest(JSON.stringify([rights, request], marked))
}

/** What an operation says is kept where it is said: its rows may be gone afterwards. */
function recorded<Recorded extends Recordable>(
  operation: Recorded,
  index: number,
  own: readonly Value[],
): Recorded {
  const keep = (place: number, value: Statement): Statement => ({
    sql: `update selvage_idempotency set replies = json_set(replies, '$[${index}][${place}]', (${value.sql})) where scope = ? and key = ? returning replies ->> '$[${index}][${place}]'`,
    args: [...value.args, ...own],
  })
  const statements: Statement[] = []
  const places = new Map<number, number>()
  operation.statements.forEach((statement, at) => {
    places.set(at, statements.length)
    if (at === operation.answers) statements.push(keep(1, statement))
    else if (at === operation.locates)
      statements.push(keep(2, { ...statement, sql: `json((${statement.sql}))` }))
    else statements.push(statement)
    if (at === operation.writes) statements.push(keep(0, { sql: 'changes()', args: [] }))
  })
  const place = (at: number | null) => (at === null ? null : (places.get(at) ?? null))
  return {
    ...operation,
    statements,
    writes: place(operation.writes),
    answers: place(operation.answers),
    locates: place(operation.locates),
  }
}

function repliesOf(json: string): readonly Reply[] {
  const replies = JSON.parse(json) as readonly (readonly [number, string | null, readonly string[] | null])[]
  return replies.map(([affected, answer, key]) => ({
    affected,
    answer: answer === null ? null : Buffer.from(answer),
    key: key === null ? null : key.map(String),
  }))
}
