import { and, asc, eq, gt, lte, or, sql } from 'drizzle-orm'
import { QueryBuilder } from 'drizzle-orm/sqlite-core'
import { digest } from '../../base/crypto.ts'
import { Problem } from '../../base/problem.ts'
import { type Result, type Statement, textOf, textValue } from '../../base/statement.ts'
import { idempotencyRecords as records } from '../../ledger/tables.ts'
import type { Caller } from '../../model/caller/caller.ts'
import { toStatement } from '../../model/expression.ts'
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
/** Each claim forgets so many expired ones besides its own. */
const forgottenAtOnce = 10

/** Callers without a name share one scope: what they may read is the same. */
export function scopeOf(caller: Caller): string {
  return caller.kind === 'user' ? `user:${caller.id}` : caller.kind
}

export function claimOf(key: string, { caller, nowMilliseconds, request }: Asked): Claim {
  const scope = scopeOf(caller)
  const fingerprint = fingerprintOf(caller, request)
  const own = and(eq(records.scope, scope), eq(records.key, key), gt(records.expires_at, nowMilliseconds))
  return {
    take(known) {
      const replies = known.map(({ answer, key: made }) => [0, answer, made])
      return [
        forget(scope, key, nowMilliseconds),
        claim({ scope, key, fingerprint, replies, nowMilliseconds }),
      ]
    },
    record: (operation, index) => recorded(operation, index, { scope, key }),
    recall: toStatement(
      new QueryBuilder()
        .select({ fingerprint: records.fingerprint, replies: records.replies })
        .from(records)
        .where(own)
        .getSQL(),
    ),
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

function forget(scope: string, key: string, nowMilliseconds: number): Statement {
  const expired = lte(records.expires_at, nowMilliseconds)
  const oldest = new QueryBuilder()
    .select({ rowid: sql`rowid` })
    .from(records)
    .where(expired)
    .orderBy(asc(records.expires_at))
    .limit(forgottenAtOnce)
  const own = and(eq(records.scope, scope), eq(records.key, key), expired)
  return toStatement(sql`delete from ${records} where ${or(own, sql`rowid in ${oldest}`)}`)
}

interface Row {
  readonly scope: string
  readonly key: string
  readonly fingerprint: string
  readonly replies: readonly (readonly unknown[])[]
  readonly nowMilliseconds: number
}

function claim({ scope, key, fingerprint, replies, nowMilliseconds }: Row): Statement {
  const values = sql`${scope}, ${key}, ${fingerprint}, ${JSON.stringify(replies)}, ${nowMilliseconds + keptMilliseconds}`
  return toStatement(
    sql`insert into ${records}("scope", "key", "fingerprint", "replies", "expires_at") values (${values})`,
  )
}

/** What an operation says is kept where it is said: its rows may be gone afterwards. */
function recorded<Recorded extends Recordable>(
  operation: Recorded,
  index: number,
  own: { readonly scope: string; readonly key: string },
): Recorded {
  const keep = (place: number, value: Statement): Statement => ({
    sql: `update "selvage_idempotency" set "replies" = json_set("replies", '$[${index}][${place}]', (${value.sql})) where "scope" = ? and "key" = ? returning "replies" ->> '$[${index}][${place}]'`,
    args: [...value.args, textValue(own.scope), textValue(own.key)],
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
