import { integer, text } from 'drizzle-orm/sqlite-core'
import { uuidv7 } from '../base/id.ts'

/** A primary key: UUIDv7 as text, made at the edge. */
export function id() {
  return text()
    .primaryKey()
    .$defaultFn(() => uuidv7())
}

/** `created_at` and `updated_at`: milliseconds since 1970 in the database, ISO 8601 on the wire. */
export function timestamps() {
  return {
    created_at: integer({ mode: 'timestamp_ms' })
      .notNull()
      .$defaultFn(() => new Date()),
    updated_at: integer({ mode: 'timestamp_ms' })
      .notNull()
      .$defaultFn(() => new Date()),
  }
}
