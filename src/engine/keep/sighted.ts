import type { Moment } from '../../base/history/moment.ts'
import { bytesOf, textOf } from '../../base/statement.ts'
import { type Counted, readCounts } from '../../base/versions.ts'
import type { ReadResult } from '../../database/client.ts'
import { unavailable } from '../../database/node.ts'

/** An answer of the database, and what it said of versions beside it. */
export interface SightedResult {
  /** Null: the session of the caller is over. */
  readonly text: Uint8Array | null
  /** Null of a database that keeps no epoch, and where nothing was asked of versions. */
  readonly sighting: (Moment & Counted & { readonly part: string | null }) | null
}

/**
 * @param tables whose versions were asked for beside it; null: none were
 * @throws Problem UNAVAILABLE_DATABASE of what is no answer
 */
export function sightedResult({ rows, frame }: ReadResult, tables: readonly string[] | null): SightedResult {
  const [row] = rows
  // The statement answers one row whatever there is.
  if (row === undefined) throw unavailable()
  const [answer, epoch, tick, counts, part] = row
  const history = textOf(epoch)
  const counted = tables === null ? null : readCounts(textOf(counts), tables)
  const isWhole = history !== null && counted !== null
  return {
    text: bytesOf(answer),
    sighting: isWhole
      ? { epoch: history, frame, tick: Number(textOf(tick)), ...counted, part: textOf(part) }
      : null,
  }
}
