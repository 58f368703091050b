import { integer, text } from 'drizzle-orm/sqlite-core'
import { uuidv7 } from '../base/id.ts'

/** A primary key: UUIDv7 as text, made at the edge. */
export function id() {
  return text()
    .primaryKey()
    .$defaultFn(() => uuidv7())
}

/**
 * The time of the request, as a default of a column: by this function the engine knows that the server makes the
 * field, and gives it the same instant for all rows of a request.
 */
export function requestTime(): Date {
  return new Date()
}

/**
 * `created_at` and `updated_at`: milliseconds since 1970 in the database, ISO 8601 on the wire, made by the server.
 * `updated_at` grows with each change of a row, so that it is its version, too.
 */
export function timestamps() {
  return {
    created_at: integer({ mode: 'timestamp_ms' }).notNull().$defaultFn(requestTime),
    updated_at: integer({ mode: 'timestamp_ms' }).notNull().$defaultFn(requestTime).$onUpdateFn(requestTime),
  }
}
