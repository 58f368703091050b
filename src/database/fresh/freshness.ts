import { isLater } from '../../base/history/moment.ts'
import type { Place } from '../../base/settings.ts'
import type { Timing } from '../../base/timing.ts'
import type { Bookmark } from '../bookmark.ts'
import { look } from '../clock.ts'
import { type Cluster, noteOver } from '../cluster.ts'
import type { Send } from '../trip/send.ts'

/** How new a read must be. `strong`: the primary's; `session`: no older than what the caller wrote; `eventual`: any. */
export type Consistency = 'strong' | 'session' | 'eventual'

/** What a request brings to its reads. */
export interface Reader {
  /** Of the data centre; null: not known. */
  readonly here: Place | null
  /** What the client handed back; null: nothing. */
  readonly bookmark: Bookmark | null
  /** Whether that may not be its last one: of two writes at once a browser keeps the cookie that came last. */
  readonly isCookie: boolean
  /**
   * The last write of the caller's session that this data centre knows of. When it cannot be known, only the primary
   * is new enough.
   */
  remembered(): Promise<Bookmark | 'none' | 'unknown'>
  /** What of it this isolate has heard, without asking; `unknown`: too little to set out with before it was asked for. */
  recalled(): Bookmark | 'none' | 'unknown'
  /** The same, as this isolate knew it a second ago or later: for who shares a session with many others. */
  rememberedLately(): Promise<Bookmark | 'none'>
  /** Whether a second node is asked when the first one takes longer than it nearly ever does. */
  readonly isHedged: boolean
}

/** Who reads, and from what. */
export interface Surroundings {
  readonly cluster: Cluster
  readonly reader: Reader
  readonly send: Send
}

/** How new what is read must be, wherever it comes from. */
export interface Freshness {
  /** Null: frames of any history. */
  readonly epoch: string | null
  readonly frame: number
  /** 0: only the frame says how new. */
  readonly tick: number
}

export const nothing: Freshness = { epoch: null, frame: 0, tick: 0 }

/** Of who brings a frame alone it is not known in the order of ticks what they have seen. */
export function isTickless({ frame, tick }: Freshness): boolean {
  return tick === 0 && frame > 0
}

/**
 * Null: only the primary is new enough.
 * @param consistency `lately`: as `session`, for who shares theirs with many others: what this isolate knew a second ago
 */
export async function freshnessOf(
  consistency: Consistency | 'lately',
  timing: Timing,
  { cluster, reader, send }: Surroundings,
): Promise<Freshness | null> {
  if (consistency === 'strong') return null
  const last = await lastOf(reader, consistency)
  if (last === 'unknown') return null
  if (last === 'none') return nothing
  const isKnown = (): boolean => cluster.epoch === null || cluster.epoch === last.epoch
  if (isKnown()) return last
  // One of the two is of a history that is over: where the caller wrote, or what this isolate knows.
  const lookedAt = cluster.looks[0]?.atMilliseconds ?? 0
  const isNew = Date.now() - lookedAt <= lookIsNewMilliseconds
  const primary = isNew || cluster.former.includes(last.epoch) ? null : await look(cluster, send, timing)
  if (isKnown()) return last
  if (primary !== null) noteOver(cluster, last.epoch)
  // Who brings a bookmark of another history is told of this one. A session remembers no more than where it wrote: after a crash
  // that is there still, and may not have come to a replica; its tick goes on from one history to the next.
  const isOver = reader.bookmark === null && cluster.former.includes(last.epoch)
  return isOver && last.tick > 0 ? { epoch: cluster.epoch, frame: 0, tick: last.tick } : null
}

/** Where the caller wrote last, as far as anybody here knows. */
async function lastOf(
  { bookmark, isCookie, remembered, rememberedLately }: Reader,
  consistency: Consistency | 'lately',
): Promise<Bookmark | 'none' | 'unknown'> {
  if (bookmark !== null && (!isCookie || consistency === 'eventual')) return bookmark
  if (consistency === 'eventual') return 'none'
  if (consistency === 'lately' && bookmark === null) {
    const shared = await rememberedLately()
    // Nothing is promised to who shares, and by a frame alone they would find nothing that is kept.
    return shared === 'none' || isTickless(shared) ? 'none' : shared
  }
  const own = await remembered()
  // Of two writes at once the other one may be what is not known.
  if (bookmark === null || (own === 'unknown' && consistency === 'session')) return own
  return typeof own === 'object' && isLater(own, bookmark) ? own : bookmark
}

/** Who comes with a bookmark of another history all the time makes nobody ask all the time. */
const lookIsNewMilliseconds = 1_000

/** Nothing is known of who asks. */
export const nobody: Reader = {
  here: null,
  bookmark: null,
  isCookie: false,
  remembered: async () => 'none',
  recalled: () => 'none',
  rememberedLately: async () => 'none',
  isHedged: false,
}
