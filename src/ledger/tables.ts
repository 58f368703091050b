import { isNull } from 'drizzle-orm'
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
  /** The fields of a row that changes, as they were: a JSON object by their place in `Records.fields`. */
  before: text(),
  /** And as they are. */
  after: text(),
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

/** What a write tells of itself, the same for each of its rows. */
const written = () => ({
  /** Numbers only grow, and none is given twice. */
  id: integer().primaryKey({ autoIncrement: true }),
  at: integer({ mode: 'timestamp_ms' }).notNull(),
  request_id: text(),
  /** Its name in URLs. */
  resource: text().notNull(),
  /** The primary key, as a JSON object by field. */
  key: text().notNull(),
})

/** Who did what to which row. Written in the transaction of the write, and by nothing else. */
export const audit = sqliteTable(
  'selvage_audit',
  {
    ...written(),
    /** The user; null of somebody without an account, and of a service key. */
    caller_id: text(),
    /** The role by which it was asked, `anon` and `service_role` too. */
    role: text().notNull(),
    operation: text({ enum: ['create', 'update', 'delete', 'event'] }).notNull(),
    /** JSON objects by field, of a change the changed fields alone; null of a row that was made. */
    before: text(),
    /** Null of a row that was deleted. */
    after: text(),
  },
  (table) => [
    index('selvage_audit_resource_key_idx').on(table.resource, table.key),
    index('selvage_audit_caller_id_at_idx').on(table.caller_id, table.at),
    index('selvage_audit_at_idx').on(table.at),
  ],
)

/** Events that wait to be sent: written in the transaction of the write that they tell of. */
export const outbox = sqliteTable(
  'selvage_outbox',
  {
    ...written(),
    /** Such as `orders.created`. */
    event: text().notNull(),
    /** A JSON object. */
    payload: text().notNull(),
    sent_at: integer({ mode: 'timestamp_ms' }),
  },
  (table) => [index('selvage_outbox_unsent_idx').on(table.id).where(isNull(table.sent_at))],
)

/** One row: which history the database is. Whoever restores or forks one gives it another epoch. */
export const clock = sqliteTable('selvage_clock', {
  id: integer().primaryKey(),
  /** 128 random bits as hexadecimal digits. */
  epoch: text().notNull(),
  /** A frame of this history that there was before some write. */
  frame: integer().notNull().default(0),
  /**
   * Grows with each write that somebody may follow, and is at least its time in milliseconds since 1970: a crash that loses
   * frames, or rows, gives none a second time.
   */
  tick: integer().notNull().default(0),
})

/** How often tables were written that answers from caches depend on. */
export const versions = sqliteTable('selvage_versions', {
  table_name: text().primaryKey(),
  version: integer().notNull(),
  /** How many of these writes said which rows they were about, in `selvage_parts`. */
  named: integer().notNull().default(0),
})

/** Which write of a table, counted by its version, was the last one about rows of a part of it (`sql/record/part.ts`). */
export const parts = sqliteTable(
  'selvage_parts',
  {
    table_name: text().notNull(),
    part: text().notNull(),
    version: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.table_name, table.part] }),
    index('selvage_parts_version').on(table.table_name, table.version, table.part),
  ],
)
