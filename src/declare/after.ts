import type { SQL } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { Verdict } from './policy.ts'

/** What becomes of a row, however the request says it: an upsert makes some rows and changes others. */
export type Operation = 'create' | 'update' | 'delete'

/**
 * Says which events a write leaves in the outbox. It runs once for each operation when the Worker starts: it knows the
 * row by its columns alone, so that a hundred rows take as many statements as one.
 */
export type AfterHook = (context: AfterContext) => void

export interface AfterContext {
  readonly operation: Operation
  /** Whether the row has another value there than before; of a row that is made or deleted: always. */
  changed(column: SQLiteColumn): Verdict
  /**
   * An event for each row for which `when` holds. The row is as it is afterwards; a deleted one, as it was.
   * @param event such as `order.paid`
   * @param when default: each row of the operation
   */
  emit(event: string, payload: Payload, when?: Verdict): void
}

/** By name, what an event tells of a row: columns, and expressions over them. */
export type Payload = Readonly<Record<string, SQLiteColumn | SQL>>
