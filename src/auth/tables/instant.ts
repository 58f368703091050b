import { integer } from 'drizzle-orm/sqlite-core'

/** An instant: milliseconds since 1970-01-01T00:00:00Z. */
export const instant = () => integer({ mode: 'timestamp_ms' })

export const now = (): Date => new Date()
