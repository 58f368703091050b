import { isNewer, type Moment } from '../../base/history/moment.ts'
import { type Changes, hiddenPart, isSchemePart, type Versions } from '../../base/versions.ts'
import { isCount, isRecord, isTime, parseJson } from '../shape.ts'

/** What an answer of the database says beside its rows: then these tables have these versions. An entry is one. */
export interface Sighting extends Moment {
  readonly versions: Versions
  /** By table; absent: not told. */
  readonly changes?: ReadonlyMap<string, Changes>
}

/** What an answer depends on that needs only rows of one part of a table. */
export interface Part {
  readonly table: string
  readonly name: string
  /** How many writes of the table had not said which rows they were about. */
  readonly whole: number
  /** Whether there may be rows in it that who is answered may not read. */
  readonly hides: boolean
  /** What a write marks besides that says of the same parts. */
  readonly scheme: string
}

/**
 * Sightings of one database taken together. Each table has its own tick, for a sighting names only the tables of one
 * statement: that products had version 7 at tick 90 says nothing of orders at tick 90.
 */
export interface Knowledge {
  readonly epoch: string
  readonly tables: ReadonlyMap<string, Latest>
  /** When the newest sighting was made: it tells which of two epochs is the present one. */
  readonly seenAtMilliseconds: number
}

export interface Seen {
  readonly version: number
  /** At least up to this tick the table had this version. */
  readonly tick: number
  /** A node that has it has come to that tick. */
  readonly frame: number
  /** Null: nothing but the version is known. */
  readonly changes: Changes | null
}

/** The newest that is known of a table. */
export interface Latest extends Seen {
  /**
   * And what was known of it before, the latest first: what a write has overtaken was good until then, and is for those
   * who are owed no more.
   */
  readonly earlier: readonly Seen[]
}

/** Whether nothing of a part is known to have been written since the table had a version, though others may have been. */
export function isUntouched({ changes }: Seen, { name, whole, hides, scheme }: Part, since: number): boolean {
  if (changes === null || changes.whole !== whole || changes.since > since) return false
  const lastOf = (part: string): number => changes.parts.get(part) ?? 0
  if (lastOf(name) > since || (hides && lastOf(hiddenPart) > since)) return false
  for (const [other, version] of changes.parts)
    if (version > since && isSchemePart(other) && other !== scheme) return false
  return true
}

export function knowledgeOf(sighting: Sighting, seenAtMilliseconds: number): Knowledge {
  const { frame, tick, changes } = sighting
  const tables = Object.entries(sighting.versions).map(
    ([table, version]) =>
      [table, { version, tick, frame, changes: changes?.get(table) ?? null, earlier: [] }] as const,
  )
  return { epoch: sighting.epoch, tables: new Map(tables), seenAtMilliseconds }
}

/**
 * What two know together: of each table the newer. Of two epochs one is before a restore, and epochs have no order:
 * that which was seen later stands alone. It is `a` itself when `b` adds nothing.
 */
export function merge(a: Knowledge, b: Knowledge): Knowledge {
  if (a.epoch !== b.epoch) return b.seenAtMilliseconds > a.seenAtMilliseconds ? b : a
  const news = [...b.tables].flatMap(([table, seen]) => {
    const held = a.tables.get(table)
    const both = held === undefined ? seen : together(held, seen)
    return both === held ? [] : [[table, both] as const]
  })
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

/** Pages of other formats lie elsewhere: while a deployment rolls out, old code and new code do not undo each other's. */
export const knowledgeFormat = 3

export function encodeKnowledge({ epoch, tables, seenAtMilliseconds }: Knowledge): Uint8Array {
  const rows = [...tables].map(([table, { version, tick, frame, changes }]) => [
    ...[table, version, tick, frame],
    changes && [changes.whole, changes.since, [...changes.parts]],
  ])
  return Buffer.from(JSON.stringify({ format: knowledgeFormat, epoch, seenAtMilliseconds, rows }))
}

/** Null of anything that `encodeKnowledge` of this format did not make. */
export function decodeKnowledge(bytes: Uint8Array): Knowledge | null {
  const read = parseJson(new TextDecoder().decode(bytes))
  if (!isRecord(read) || read.format !== knowledgeFormat || typeof read.epoch !== 'string') return null
  if (!isTime(read.seenAtMilliseconds) || !Array.isArray(read.rows)) return null
  const tables = new Map<string, Latest>()
  for (const row of read.rows) {
    const [table, version, tick, frame, told]: readonly unknown[] = Array.isArray(row) ? row : []
    const changes = changesOf(told)
    if (typeof table !== 'string' || !isCount(version) || !isCount(tick) || !isCount(frame)) return null
    if (changes === undefined) return null
    tables.set(table, { version, tick, frame, changes, earlier: [] })
  }
  return { epoch: read.epoch, tables, seenAtMilliseconds: read.seenAtMilliseconds }
}

/** Undefined of what is none. */
function changesOf(told: unknown): Changes | null | undefined {
  if (told === null) return null
  const [whole, since, rows]: readonly unknown[] = Array.isArray(told) ? told : []
  if (!isCount(whole) || !isCount(since) || !Array.isArray(rows)) return undefined
  const parts = new Map<string, number>()
  for (const row of rows) {
    const [name, version]: readonly unknown[] = Array.isArray(row) ? row : []
    if (typeof name !== 'string' || !isCount(version)) return undefined
    parts.set(name, version)
  }
  return { whole, since, parts }
}

/** Versions only grow within an epoch, so the higher one is the later one, whatever the ticks say. `a` itself when `b` adds nothing. */
function together(a: Latest, b: Latest): Latest {
  const [low, high] = b.version > a.version ? [a, b] : [b, a]
  const isSameLater = a.version === b.version && isNewer(b, a)
  const { tick, frame } = isSameLater ? b : high
  const changes = joined(low, high)
  if (high === a && !isSameLater && changes === a.changes) return a
  return { version: high.version, tick, frame, changes, earlier: earlierOf(a, b) }
}

/** @param held what was known when `news` came */
function earlierOf(held: Latest, news: Latest): readonly Seen[] {
  if (news.version <= held.version) return held.earlier
  const { version, tick, frame, changes } = held
  let parts = 0
  return [{ version, tick, frame, changes }, ...held.earlier].slice(0, mostEarlier).filter((each) => {
    parts += each.changes?.parts.size ?? 0
    return parts <= mostParts
  })
}

/** Each has all parts that were known then: together they have no more than there may be of the latest. */
const mostEarlier = 8

/** What two know of changes: of all since the earlier one, where nothing between the two is unknown. */
function joined(low: Seen, high: Seen): Changes | null {
  const [before, now] = [low.changes, high.changes]
  if (now === null) return low.version === high.version ? before : null
  if (before === null || now.since > low.version || before.since >= now.since) return now
  const parts = new Map(before.parts)
  for (const [name, version] of now.parts) parts.set(name, Math.max(version, parts.get(name) ?? 0))
  return pruned({ whole: now.whole, since: before.since, parts })
}

/** The oldest are forgotten, and with them what there was before. */
function pruned(changes: Changes): Changes {
  if (changes.parts.size <= mostParts) return changes
  const versions = [...changes.parts.values()].sort((a, b) => a - b)
  const since = versions[changes.parts.size - keptParts] ?? changes.since
  return { ...changes, since, parts: new Map([...changes.parts].filter(([, version]) => version > since)) }
}

const mostParts = 512
const keptParts = 256
