import { isCount, isRecord, isTime, parseJson } from '../shape.ts'

/** What an answer of the database says beside its rows: as of this frame these tables have these versions. An entry is one. */
export interface Sighting {
  readonly epoch: string
  readonly frame: number
  readonly versions: Readonly<Record<string, number>>
}

/**
 * Sightings of one database taken together. Each table has its own frame, for a sighting names only the tables of one
 * statement: that products had version 7 at frame 90 says nothing of orders at frame 90.
 */
export interface Knowledge {
  readonly epoch: string
  readonly tables: ReadonlyMap<string, Seen>
  /** When the newest sighting was made: it tells which of two epochs is the present one. */
  readonly seenAtMilliseconds: number
}

export interface Seen {
  readonly version: number
  /** At least up to this frame the table had this version. */
  readonly frame: number
}

export function knowledgeOf(sighting: Sighting, seenAtMilliseconds: number): Knowledge {
  const tables = Object.entries(sighting.versions).map(
    ([table, version]) => [table, { version, frame: sighting.frame }] as const,
  )
  return { epoch: sighting.epoch, tables: new Map(tables), seenAtMilliseconds }
}

/**
 * What two know together: of each table the newer. Of two epochs one is before a restore, and epochs have no order:
 * that which was seen later stands alone. It is `a` itself when `b` adds nothing.
 */
export function merge(a: Knowledge, b: Knowledge): Knowledge {
  if (a.epoch !== b.epoch) return b.seenAtMilliseconds > a.seenAtMilliseconds ? b : a
  const news = [...b.tables].filter(([table, seen]) => isNewer(seen, a.tables.get(table)))
  if (news.length === 0 && b.seenAtMilliseconds <= a.seenAtMilliseconds) return a
  return {
    epoch: a.epoch,
    tables: new Map([...a.tables, ...news]),
    seenAtMilliseconds: Math.max(a.seenAtMilliseconds, b.seenAtMilliseconds),
  }
}

/** Whether `b` says of a table, or of the epoch, what `a` does not: more than that a version still holds. */
export function tellsMore(a: Knowledge | null, b: Knowledge): boolean {
  if (a === null || a.epoch !== b.epoch) return true
  return [...b.tables].some(([table, { version }]) => version > (a.tables.get(table)?.version ?? -1))
}

const format = 1

export function encodeKnowledge({ epoch, tables, seenAtMilliseconds }: Knowledge): Uint8Array {
  const rows = [...tables].map(([table, { version, frame }]) => [table, version, frame])
  return Buffer.from(JSON.stringify({ format, epoch, seenAtMilliseconds, rows }))
}

/** Null of anything that `encodeKnowledge` of this format did not make. */
export function decodeKnowledge(bytes: Uint8Array): Knowledge | null {
  const read = parseJson(new TextDecoder().decode(bytes))
  if (!isRecord(read) || read.format !== format || typeof read.epoch !== 'string') return null
  if (!isTime(read.seenAtMilliseconds) || !Array.isArray(read.rows)) return null
  const tables = new Map<string, Seen>()
  for (const row of read.rows) {
    const [table, version, frame]: readonly unknown[] = Array.isArray(row) ? row : []
    if (typeof table !== 'string' || !isCount(version) || !isCount(frame)) return null
    tables.set(table, { version, frame })
  }
  return { epoch: read.epoch, tables, seenAtMilliseconds: read.seenAtMilliseconds }
}

/** Versions only grow within an epoch, so the higher one is the later one, whatever the frames say. */
function isNewer(seen: Seen, than: Seen | undefined): boolean {
  if (than === undefined || seen.version > than.version) return true
  return seen.version === than.version && seen.frame > than.frame
}
