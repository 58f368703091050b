import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { ProcedureCaller } from './procedure.ts'
import type { StandardSchemaV1 } from './schema.ts'

/** What a hook knows besides the row. */
export interface HookContext {
  readonly caller: ProcedureCaller
  /** The time of the request. */
  readonly now: Date
}

/**
 * A row on its way: what is given of it, by Drizzle property. What is left out keeps its default, or its value. The key
 * of a path and what the server makes are not in it. A procedure may give an expression of SQL in place of a value.
 */
export type Draft<T extends SQLiteTable> = {
  readonly [Name in keyof T['$inferInsert']]?: T['$inferInsert'][Name]
}

/**
 * What is done to rows before they are written, on every path of a client: one row or many, upsert, batch, procedure;
 * not to the profile of a sign-up, which its author makes. What a hook returns takes the place of the row, so it begins
 * with `...row`; it refuses by throwing a `refusal`. It writes fields that clients must not. It is told nothing of the
 * row in the database: what that must be is said by policies.
 */
export interface BeforeHooks<T extends SQLiteTable> {
  /** A row that is made; of an upsert each row of the body. */
  create?(row: Draft<T>, context: HookContext): Draft<T>
  /** Changes of rows. */
  update?(changes: Draft<T>, context: HookContext): Draft<T>
  /** Rows that are deleted. */
  delete?(context: HookContext): void
}

/**
 * Schemas for what clients send, by the names of the columns and before any hook; what they make of it is written. What
 * a procedure writes does not pass them. The one for `update` is given the changed columns alone.
 */
export interface InputSchemas {
  readonly create?: StandardSchemaV1
  readonly update?: StandardSchemaV1
}
