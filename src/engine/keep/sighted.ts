import { bytesOf, textOf } from '../../base/statement.ts'
import { type Asked, readSighted, type Sighted } from '../../base/versions.ts'
import type { Bookmark } from '../../database/bookmark.ts'
import type { ReadResult } from '../../database/client.ts'
import { unavailable } from '../../database/node.ts'
import { mostTold } from '../../sql/record/sighting.ts'

/** An answer of the database, and what it said of versions beside it. */
export interface SightedResult {
  /** Null: the session of the caller is over. */
  readonly text: Uint8Array | null
  readonly newestFrame: number
  /** Null of a database that keeps no epoch, and where nothing was asked of versions. */
  readonly sighting: (Bookmark & Sighted & { readonly part: string | null }) | null
}

/**
 * @throws Problem UNAVAILABLE_DATABASE of what is no answer
 */
export function sightedResult(
  { rows, frame, newestFrame }: ReadResult,
  asked: Omit<Asked, 'most'>,
): SightedResult {
  const [row] = rows
  // The statement answers one row whatever there is.
  if (row === undefined) throw unavailable()
  const [answer, epoch, counts, parts, part] = row
  const history = textOf(epoch)
  const sighted = readSighted(textOf(counts), textOf(parts), { ...asked, most: mostTold })
  const isWhole = history !== null && sighted !== null
  return {
    text: bytesOf(answer),
    newestFrame,
    sighting: isWhole ? { epoch: history, frame, ...sighted, part: textOf(part) } : null,
  }
}
