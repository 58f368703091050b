import { isNewer, type Moment } from '../base/history/moment.ts'
import type { Entry } from './entry.ts'
import { isUntouched, type Knowledge, type Seen, type Sighting } from './knowledge/knowledge.ts'

/** What a request asks of an answer that was kept. */
export interface Requirement {
  readonly nowMilliseconds: number
  /** Of the caller's bookmark; null without one. */
  readonly epoch: string | null
  /** The tick of the caller's bookmark: nothing older is for them. 0 without one. */
  readonly neededTick: number
  /** And its frame, for what is as of the same tick: who writes beside the Worker raises none. */
  readonly neededFrame: number
  /** When the session of the caller was last known to stand: to them no answer is newer. Absent: they need none. */
  readonly stoodAtMilliseconds?: number
}

export type Verdict = Served | Miss

export interface Served {
  /** `stale-while-revalidate`: serve it, then ask anew; `stale-if-error`: only where the database fails (RFC 5861). */
  readonly kind: 'fresh' | 'stale-while-revalidate' | 'stale-if-error'
  /** Whole seconds, rounded down, as in `Age` (RFC 9111 §5.1). */
  readonly ageSeconds: number
  /** What is left of `maxAge`, below zero past it: `ttl` of RFC 9211 §2.5. */
  readonly ttlSeconds: number
  /** The answer holds at least all writes up to this one. */
  readonly asOfTick: number
}

export interface Miss {
  readonly kind: 'miss'
  /**
   * `absent`: nothing is kept; `expired`: too old; `superseded`: a table has changed since; `behind`: older than the
   * bookmark; `epoch`: of a database before it was restored; `clock`: stored in the future.
   */
  readonly why: 'absent' | 'expired' | 'superseded' | 'behind' | 'epoch' | 'clock'
}

/** Clocks of data centres differ, and may be set back, by less than this. */
const clockToleranceMilliseconds = 5 * 60_000

/**
 * The one rule: whether an answer that was kept may be served. `maxAge` bounds the age, whatever is known; what a table
 * has outlived, or a bookmark is past, is not served however young it is.
 * @param knowledge of the database that the entry is from; null when nothing is known
 */
export function judge(entry: Entry, required: Requirement, knowledge: Knowledge | null): Verdict {
  if (required.epoch !== null && required.epoch !== entry.epoch) return misses.epoch
  if (knowledge !== null && knowledge.epoch !== entry.epoch) return misses.epoch
  const elapsedMilliseconds = required.nowMilliseconds - entry.storedAtMilliseconds
  if (!(elapsedMilliseconds >= -clockToleranceMilliseconds)) return misses.clock
  const at = asOf(entry, knowledge)
  if (isNewer({ tick: required.neededTick, frame: required.neededFrame }, at)) return misses.behind
  const age = Math.max(0, elapsedMilliseconds / 1000)
  const superseded = isSuperseded(entry, knowledge)
  const unseen =
    (required.nowMilliseconds - (required.stoodAtMilliseconds ?? Number.POSITIVE_INFINITY)) / 1000
  const kind = kindOf(entry, Math.max(age, unseen), superseded)
  if (kind === null) return superseded ? misses.superseded : misses.expired
  const ageSeconds = Math.floor(age)
  return { kind, ageSeconds, ttlSeconds: entry.maxAgeSeconds - ageSeconds, asOfTick: at.tick }
}

/** Nothing is kept under the key. */
export const absent: Miss = { kind: 'miss', why: 'absent' }

/** Whether a table that the answer depends on is known to have changed since. */
export function isSuperseded(entry: Dependent, knowledge: Knowledge | null): boolean {
  if (knowledge === null || knowledge.epoch !== entry.epoch) return false
  for (const table in entry.versions) {
    const seen = knowledge.tables.get(table)
    if (seen !== undefined && seen.version > (entry.versions[table] ?? 0) && !isAsItWas(entry, table, seen))
      return true
  }
  return false
}

type Dependent = Pick<Entry, 'epoch' | 'tick' | 'frame' | 'versions' | 'part'>

/** Whether all that the entry needs of a table is as it was, at the version that is known of it. */
function isAsItWas({ versions, part }: Dependent, table: string, seen: Seen): boolean {
  const version = versions[table] ?? 0
  if (seen.version === version) return true
  return seen.version > version && part?.table === table && isUntouched(seen, part, version)
}

/**
 * Whether an answer takes the place of one that is held under the same key: the newer one stays, so that a fill that
 * took long undoes none that overtook it, and of one tick the later stored. Ticks of two epochs cannot be compared:
 * there, too, it is the later stored. An answer from a replica that is behind replaces one that is no longer fresh
 * only where no table differs, or the key would stay empty until the replica has caught up.
 */
export function wins(entry: Entry, held: Entry): boolean {
  const later = entry.storedAtMilliseconds - held.storedAtMilliseconds
  if (entry.epoch !== held.epoch) return later > 0
  if (entry.tick !== held.tick) {
    return entry.tick > held.tick || (later >= held.maxAgeSeconds * 1000 && sameVersions(entry, held))
  }
  return later >= 0
}

/** The last moment at which all that the entry depends on was as it was: only a write moves a version. */
function asOf(entry: Dependent, knowledge: Knowledge | null): Pick<Moment, 'tick' | 'frame'> {
  let least: Pick<Moment, 'tick' | 'frame'> | null = null
  for (const table in entry.versions) {
    const seen = knowledge?.tables.get(table)
    const held = (each: Seen): boolean => isAsItWas(entry, table, each)
    const last = seen === undefined || held(seen) ? seen : seen.earlier.find(held)
    const moment = last !== undefined && isNewer(last, entry) ? last : entry
    if (least === null || isNewer(least, moment)) least = moment
  }
  return least ?? entry
}

function kindOf(entry: Entry, ageSeconds: number, superseded: boolean): Served['kind'] | null {
  const past = ageSeconds - entry.maxAgeSeconds
  if (!superseded && past < 0) return 'fresh'
  const isStale = !superseded || (entry.isStaleAfterWrite && entry.staleWhileRevalidateSeconds > 0)
  if (isStale && past < entry.staleWhileRevalidateSeconds) return 'stale-while-revalidate'
  // What is superseded may be young: without a time for errors it is not served then, either.
  const forErrors = entry.staleIfErrorSeconds
  return forErrors > 0 && past < forErrors ? 'stale-if-error' : null
}

function sameVersions(a: Sighting, b: Sighting): boolean {
  const tables = Object.keys(a.versions)
  return (
    tables.length === Object.keys(b.versions).length &&
    tables.every((table) => a.versions[table] === b.versions[table])
  )
}

const misses = {
  expired: { kind: 'miss', why: 'expired' },
  superseded: { kind: 'miss', why: 'superseded' },
  behind: { kind: 'miss', why: 'behind' },
  epoch: { kind: 'miss', why: 'epoch' },
  clock: { kind: 'miss', why: 'clock' },
} as const satisfies Record<string, Miss>
