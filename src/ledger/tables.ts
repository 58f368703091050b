import { integer, sqliteTable } from 'drizzle-orm/sqlite-core'

/**
 * The rows that the write at hand touches, by rowid. A transaction fills it and leaves it empty: SQL has no variables,
 * and a statement cannot be told what the one before it did.
 */
export const touchedRows = sqliteTable('selvage_touched', {
  row: integer().primaryKey(),
  /** Whether the row was there before. */
  existed: integer({ mode: 'boolean' }).notNull(),
  /** Where the body of the request has it. */
  place: integer().notNull(),
})
