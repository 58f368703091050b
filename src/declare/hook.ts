import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { ProcedureCaller } from './procedure.ts'
import type { StandardSchemaV1 } from './schema.ts'

/** What a hook knows besides the row. */
export interface HookContext {
  readonly caller: ProcedureCaller
  /** The time of the request. */
  readonly now: Date
}

/** A row on its way: what is given of it, by Drizzle property. What is left out keeps its default, or its value. */
export type Draft<T extends SQLiteTable> = {
  readonly [Name in keyof T['$inferInsert']]?: T['$inferInsert'][Name]
}

/**
 * What is done to rows before they are written, on every path: one row or many, upsert, batch, procedure. A hook
 * derives and normalises by what it returns, and refuses by throwing a `refusal`. It writes fields that clients must
 * not. It is told nothing of the row in the database: what that must be is said by policies.
 */
export interface BeforeHooks<T extends SQLiteTable> {
  /** A row that is made; of an upsert each row of the body. */
  create?(row: Draft<T>, context: HookContext): Draft<T>
  /** Changes of rows. A procedure's may be expressions of SQL. */
  update?(changes: Draft<T>, context: HookContext): Draft<T>
  /** Rows that are deleted. */
  delete?(context: HookContext): void
}

/** Schemas for what clients send, by the names of the columns; what they make of it is written. */
export interface InputSchemas {
  readonly create?: StandardSchemaV1
  readonly update?: StandardSchemaV1
}
