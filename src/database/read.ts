import { sleep } from '../base/clock.ts'
import { Problem } from '../base/problem.ts'
import type { Place } from '../base/settings.ts'
import type { Timing } from '../base/timing.ts'
import type { Bookmark } from './bookmark.ts'
import { beginHistory, epochOf, look } from './clock.ts'
import {
  type Cluster,
  failed,
  isBehind,
  isLost,
  type NodeState,
  p95Milliseconds,
  readingOrder,
} from './cluster.ts'
import type { Reply } from './hrana/reply.ts'
import { unavailable } from './node.ts'
import type { Send } from './send.ts'

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
  /** The same, as this isolate knew it a second ago or later: for who shares a session with many others. */
  rememberedLately(): Promise<Bookmark | 'none'>
  /** Whether a second node is asked when the first one takes longer than it nearly ever does. */
  readonly isHedged: boolean
}

/** How long a node may take, with its wait for a frame, before the next one is asked. */
export const replicaMilliseconds = 1_500

/** A read on its way. */
export interface ReadRequest {
  /**
   * The pipeline, for a node that has to wait for a frame first.
   * @param isChecked whether `readEpoch` is asked after it
   */
  body(frame: number | null, isChecked: boolean): Uint8Array<ArrayBuffer>
  readonly count: number
  readonly timing: Timing
}

export interface Read {
  readonly reply: Reply
  readonly state: NodeState
  /** What was read is at least so new. */
  readonly frame: number
}

export interface Surroundings {
  readonly cluster: Cluster
  readonly reader: Reader
  readonly send: Send
}

/**
 * Reads from the nearest node that is fit and new enough; the primary is the last resort.
 * @throws Problem of the primary, when nobody else answered
 */
export async function read(
  request: ReadRequest,
  { consistency, atLeast }: { readonly consistency: Consistency; readonly atLeast: Bookmark | null },
  { cluster, reader, send }: Surroundings,
): Promise<Read> {
  const freshness =
    cluster.replicas.length === 0
      ? null
      : await freshnessOf(consistency, request.timing, { cluster, reader, send })
  // What is known of another history says nothing of this one.
  const floor = atLeast !== null && atLeast.epoch === cluster.epoch ? atLeast.frame : 0
  const needed = freshness === null ? null : Math.max(freshness.frame, floor)
  // Nobody waits again for what has not come three times.
  if (needed === null && cluster.replicas.length > 0 && isLost(cluster, Date.now())) throw unavailable()
  const left = needed === null ? [cluster.primary] : [...readingOrder(cluster, reader.here, Date.now())]
  let problem = unavailable()
  /** @returns null where another one is to be asked */
  const ask = async (state: NodeState): Promise<Read | null> => {
    const limitMilliseconds = left.length === 0 ? null : replicaMilliseconds
    try {
      const answer = state.node.isPrimary
        ? await askPrimary(request, { limitMilliseconds, floor }, cluster, freshness ?? reader.bookmark, send)
        : await askReplica(
            request,
            state,
            { epoch: freshness?.epoch ?? null, frame: needed ?? 0 },
            cluster,
            send,
          )
      if (state.node.isPrimary || !('error' in answer.reply)) return answer
      // What a replica refuses, for want of a table just made or of a session just begun, the primary decides.
      left.splice(0, left.length, cluster.primary)
      return null
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (state.node.isPrimary) problem = error
      return null
    }
  }
  for (let state = left.shift(); state !== undefined; state = left.shift()) {
    const patience = reader.isHedged && left.length > 0 ? p95Milliseconds(state) : null
    const answer = await hedged(ask(state), patience, () => {
      request.timing.hedge()
      const second = left.shift()
      return second === undefined ? null : ask(second)
    })
    if (answer !== null) return answer
  }
  throw problem
}

/** @throws Problem when it does not answer in time */
async function askReplica(
  { body, count, timing }: ReadRequest,
  state: NodeState,
  { epoch, frame: needed }: Freshness,
  cluster: Cluster,
  send: Send,
): Promise<Read> {
  const known = Math.max(state.frame, needed)
  // It has the frames that it told of, and need not be made to wait for those.
  const waitsFor = needed <= state.frame ? null : needed
  const parcel = { body: body(waitsFor, epoch !== null), count, limitMilliseconds: replicaMilliseconds }
  const reply = await send(state, parcel, timing)
  // What had it before has not any more: it was set up anew, and has to come to it again.
  if (!('error' in reply) && (reply.frame ?? 0) < known) {
    state.frame = reply.frame ?? 0
    throw unavailable()
  }
  // It follows another history, whose frames are other ones.
  if (!('error' in reply) && epoch !== null && epochOf(reply) !== epoch) throw unavailable()
  const now = Date.now()
  if (isBehind(cluster, state, now)) failed(state, now, now)
  return { reply, state, frame: known }
}

/** How new what is read must be, wherever it comes from. */
export interface Freshness {
  /** Null: frames of any history. */
  readonly epoch: string | null
  readonly frame: number
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
  if (last === 'none') return { epoch: null, frame: 0 }
  const isKnown = (): boolean => cluster.epoch === null || cluster.epoch === last.epoch
  if (isKnown()) return last
  // One of the two is of a history that is over: the bookmark, or what this isolate knows.
  const lookedAt = cluster.looks[0]?.atMilliseconds ?? 0
  if (Date.now() - lookedAt > lookIsNewMilliseconds) await look(cluster, send, timing)
  if (isKnown()) return last
  // A session remembers no more than where it wrote; who brings a bookmark of another history is told of this one.
  return reader.bookmark === null ? { epoch: null, frame: 0 } : null
}

/** Where the caller wrote last, as far as anybody here knows. */
async function lastOf(
  { bookmark, isCookie, remembered, rememberedLately }: Reader,
  consistency: Consistency | 'lately',
): Promise<Bookmark | 'none' | 'unknown'> {
  if (bookmark !== null && !(isCookie && consistency === 'session')) return bookmark
  if (consistency === 'eventual') return 'none'
  if (consistency === 'lately') return rememberedLately()
  const own = await remembered()
  if (bookmark === null) return own
  return typeof own === 'object' && own.epoch === bookmark.epoch && own.frame > bookmark.frame
    ? own
    : bookmark
}

/** Who comes with a bookmark of another history all the time makes nobody ask all the time. */
const lookIsNewMilliseconds = 1_000

/** The primary has everything; when it has less than it had, it was restored, and a new history begins. */
async function askPrimary(
  { body, count, timing }: ReadRequest,
  { limitMilliseconds, floor }: { readonly limitMilliseconds: number | null; readonly floor: number },
  cluster: Cluster,
  freshness: Freshness | null,
  send: Send,
): Promise<Read> {
  const { primary, epoch } = cluster
  const isOurs =
    freshness !== null && freshness.epoch !== null && (epoch === null || freshness.epoch === epoch)
  const known = Math.max(primary.frame, isOurs ? freshness.frame : 0, floor)
  const reply = await send(primary, { body: body(null, false), count, limitMilliseconds }, timing)
  if (reply.frame === null || reply.frame >= known) return { reply, state: primary, frame: known }
  await beginHistory(isOurs ? freshness.epoch : epoch, cluster, send, timing)
  return { reply, state: primary, frame: 0 }
}

/**
 * The first answer of two, the second one asked for only when the first takes too long.
 * @param patienceMilliseconds null: the second one is never asked for
 */
async function hedged(
  one: Promise<Read | null>,
  patienceMilliseconds: number | null,
  second: () => Promise<Read | null> | null,
): Promise<Read | null> {
  if (patienceMilliseconds === null) return one
  const winner = await Promise.race([one, sleep(patienceMilliseconds).then(() => 'late' as const)])
  if (winner !== 'late') return winner
  const other = second()
  return (await Promise.race([one, other ?? one])) ?? (await one) ?? (await other)
}
