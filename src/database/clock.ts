import { type Statement, textOf, textValue } from '../base/statement.ts'
import type { Bookmark } from './bookmark.ts'
import type { Reply } from './hrana/reply.ts'

/** Which history the database is: the one row of `selvage_clock`, which `npm run migrate` makes. */
export const readEpoch: Statement = { sql: 'select epoch from selvage_clock', args: [] }

/**
 * Begins a new history, as long as nobody did: a database that was restored has the epoch of its backup, and frames
 * that were given to other writes before.
 */
export function renewEpoch(old: string): Statement {
  return {
    sql: 'update selvage_clock set epoch = lower(hex(randomblob(16))) where epoch = ?',
    args: [textValue(old)],
  }
}

/** What `readEpoch` was answered, with the frame of that answer. Null of a database that keeps no epoch. */
export function bookmarkOf(reply: Reply): Bookmark | null {
  const [result] = 'results' in reply ? reply.results : []
  return bookmarkAt(textOf(result?.rows[0]?.[0]), reply.frame)
}

/** The same of a transaction, after which it was asked first. */
export function bookmarkAfter({ epilogue, frame }: Reply): Bookmark | null {
  return bookmarkAt(textOf(epilogue[0]?.rows[0]?.[0]), frame)
}

function bookmarkAt(epoch: string | null, frame: number | null): Bookmark | null {
  return epoch === null || frame === null ? null : { epoch, frame }
}
