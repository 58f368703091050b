import type { SQL, SQLWrapper } from 'drizzle-orm'
import type { QueryBuilder, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { FieldRule, Verdict } from './policy.ts'
import type { Refusal } from './refusal.ts'
import type { StandardSchemaV1 } from './schema.ts'

/** Business logic, called as `/rest/v1/rpc/{name}`. */
export interface ProcedureDeclaration {
  readonly description: string | null
  readonly input: ProcedureInput
  readonly output: StandardSchemaV1 | null
  readonly policy: FieldRule
  readonly readOnly: boolean
  readonly returns: SQLiteTable | null
  readonly handler: (context: ProcedureContext<unknown>) => unknown
}

/** By argument, its schema; or one schema for the whole body, when there are no arguments to be named. */
export type ProcedureInput = Readonly<Record<string, StandardSchemaV1>> | StandardSchemaV1

/** What a handler gets of its input. */
export type InputOf<Input extends ProcedureInput> =
  Input extends StandardSchemaV1<infer Whole>
    ? Whole
    : { readonly [Name in keyof Input]: Input[Name] extends StandardSchemaV1<infer Value> ? Value : never }

/** Who calls a procedure. */
export interface ProcedureCaller {
  /** The user's id; null for nobody, and for a service key. */
  readonly id: string | null
  readonly email: string | null
  /** Whether the caller has shown a second factor. */
  readonly aal2: boolean
  /** Whether the user has not said who they are. */
  readonly isAnonymous: boolean
  /** Whether one of the caller's roles is this one or includes it. A service key has every role. */
  has(role: string): boolean
  /** Whether one of the caller's roles has this permission. A service key has every one. */
  can(permission: string): boolean
  /** A claim that `auth.claims` made; null when the token has none. */
  claim(name: string): unknown
}

export interface ProcedureContext<Input> {
  readonly input: Input
  readonly caller: ProcedureCaller
  readonly db: ProcedureDatabase
  /** The time of the request: the same for all that it writes. */
  readonly now: Date
  /** A new id (UUIDv7). */
  id(): string
  /** An event for the outbox, in the transaction of the writes. */
  emit(event: string, payload: Readonly<Record<string, unknown>>): void
}

/**
 * Drizzle over one transaction. Writes are recorded, and sent together when the handler has ended: one trip. A handler
 * that has to know something first reads once before: two trips. It stands above the policies of resources, as the
 * author's own code; defaults, hooks, audit and outbox are the same for its writes as for those of clients.
 */
export interface ProcedureDatabase {
  /** Drizzle's `select`, to be given to `read` or used as a subquery. */
  readonly select: QueryBuilder['select']
  /**
   * Asks all queries in one trip, of one moment.
   * It rejects where the request was answered before under its Idempotency-Key, and the handler ends there.
   * @throws TypeError the second time: ask everything at once
   */
  read<Queries extends readonly Query[]>(
    ...queries: Queries
  ): Promise<{ [Index in keyof Queries]: Queries[Index]['_']['result'] }>
  /** Rows of a resource; what is undefined is not given. It answers nothing: give `id` yourself to refer to a row. */
  insert<T extends SQLiteTable>(table: T): { values(rows: Insertable<T> | readonly Insertable<T>[]): void }
  /** Rows that are there: a deleted or expired one is not. Values may be expressions over the row as it was. */
  update<T extends SQLiteTable>(table: T): { set(changes: Settable<T>): { where(rows: Verdict): void } }
  /** Of a resource with `softDelete` the rows stay, and are as absent. */
  delete(table: SQLiteTable): { where(rows: Verdict): void }
  /**
   * What must hold at this point of the transaction: else, and where it is NULL, nothing is written, and the client reads
   * the refusal.
   */
  require(condition: Verdict, otherwise: Refusal): void
  /**
   * Rows of a resource as the procedure's answer, as they are in the end: those that the caller may read, with the
   * `select`, filters, order and page of the request. `returns` names the resource.
   */
  rows(table: SQLiteTable, which: Verdict): RowSet
}

/** A query of Drizzle's `select`. */
export interface Query extends SQLWrapper {
  readonly _: { readonly result: unknown; readonly selectedFields: object }
}

type Values<Row> = { readonly [Name in keyof Row]: Row[Name] | SQL }
type Insertable<T extends SQLiteTable> = Values<T['$inferInsert']>
type Settable<T extends SQLiteTable> = Values<Partial<T['$inferInsert']>>

/** Rows of a resource, not yet read. */
export class RowSet {
  readonly table: SQLiteTable
  readonly which: Verdict

  constructor(table: SQLiteTable, which: Verdict) {
    this.table = table
    this.which = which
  }
}

interface ProcedureOptions<Input extends ProcedureInput, Result> {
  /** One sentence for the API reference. */
  readonly description?: string
  readonly input?: Input
  /** What it answers is checked against this schema, so that nothing else gets out. */
  readonly output?: StandardSchemaV1<Result>
  /** Who may call it. Default: nobody but a service key. */
  readonly policy?: FieldRule
  /** Whether it writes nothing, and so may be called by GET. */
  readonly readOnly?: boolean
  /** The resource whose rows it answers (`db.rows`). */
  readonly returns?: SQLiteTable
  readonly handler: (context: ProcedureContext<InputOf<Input>>) => Result | RowSet | Promise<Result | RowSet>
}

/** Business logic in TypeScript, called by its name in `backend({ procedures })`. */
export function procedure<Input extends ProcedureInput = Readonly<Record<string, never>>, Result = unknown>(
  options: ProcedureOptions<Input, Result>,
): ProcedureDeclaration {
  return {
    description: options.description ?? null,
    input: options.input ?? {},
    output: options.output ?? null,
    policy: options.policy ?? (() => false),
    readOnly: options.readOnly ?? false,
    returns: options.returns ?? null,
    // What the schemas let through has the type that the handler expects.
    handler: options.handler as (context: ProcedureContext<unknown>) => unknown,
  }
}
