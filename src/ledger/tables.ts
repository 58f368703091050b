import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

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

/** What was answered to writes that came with an `Idempotency-Key`, so that they are done once and answered again. */
export const idempotencyRecords = sqliteTable(
  'selvage_idempotency',
  {
    /** Who sent the key: keys of two callers have nothing to do with each other. */
    scope: text().notNull(),
    key: text().notNull(),
    /** SHA-256 of what was asked: another request under the same key is a mistake. */
    fingerprint: text().notNull(),
    /** By operation, how many rows it wrote, its answer, and the key of its new row. */
    replies: text({ mode: 'json' }).notNull(),
    /** Milliseconds since 1970. */
    expires_at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.scope, table.key] }),
    index('selvage_idempotency_expires_at').on(table.expires_at),
  ],
)
