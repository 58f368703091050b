import { Problem } from '../base/problem.ts'
import type { Place } from '../base/settings.ts'
import type { Timing } from '../base/timing.ts'
import type { Bookmark } from './bookmark.ts'
import { bookmarkOf, readEpoch, renewEpoch } from './clock.ts'
import {
  type Cluster,
  failed,
  isBehind,
  looked,
  type NodeState,
  p95Milliseconds,
  readingOrder,
  rewound,
} from './cluster.ts'
import type { Reply } from './hrana/reply.ts'
import { executeRequest, transactionRequest } from './hrana/request.ts'
import type { Send } from './send.ts'

/** How new a read must be. `strong`: the primary's; `session`: no older than what the caller wrote; `eventual`: any. */
export type Consistency = 'strong' | 'session' | 'eventual'

/** What a request brings to its reads. */
export interface Reader {
  /** Of the data centre; null: not known. */
  readonly here: Place | null
  /** What the client handed back; null: nothing. */
  readonly bookmark: Bookmark | null
  /**
   * The last write of the caller's session that this data centre knows of. When it cannot be known, only the primary
   * is new enough.
   */
  remembered(): Promise<Bookmark | 'none' | 'unknown'>
  /** Whether a second node is asked when the first one takes longer than it nearly ever does. */
  readonly isHedged: boolean
}

/** How long a replica may take, with its wait for a frame, before the next node is asked. */
export const replicaMilliseconds = 1_500

/** A read on its way. */
export interface ReadRequest {
  /** The pipeline, for a node that has to wait for a frame first. */
  body(frame: number | null): Uint8Array<ArrayBuffer>
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
  consistency: Consistency,
  { cluster, reader, send }: Surroundings,
): Promise<Read> {
  const demand =
    cluster.replicas.length === 0
      ? null
      : await demandOf(consistency, request.timing, { cluster, reader, send })
  const needed = demand?.frame ?? null
  const ask = async (state: NodeState): Promise<Read | null> => {
    if (state.node.isPrimary) return askPrimary(request, cluster, demand ?? reader.bookmark, send)
    const known = Math.max(state.frame, needed ?? 0)
    // It has the frames that it told of, and need not be made to wait for those.
    const body = request.body(needed === null || needed <= state.frame ? null : needed)
    const parcel = { body, count: request.count, limitMilliseconds: replicaMilliseconds }
    try {
      // What a replica refuses, for want of a table that was just made or of a session that just began, the primary decides.
      const reply = await send(state, parcel, request.timing)
      if (isBehind(cluster, state, Date.now())) failed(state, Date.now())
      return 'error' in reply
        ? await askPrimary(request, cluster, demand, send)
        : { reply, state, frame: known }
    } catch (error) {
      if (error instanceof Problem) return null
      throw error
    }
  }
  const order = needed === null ? [cluster.primary] : readingOrder(cluster, reader.here, Date.now())
  for (const [index, state] of order.entries()) {
    const second = order[index + 1]
    const patience = reader.isHedged && second !== undefined ? p95Milliseconds(state) : null
    const answer =
      patience === null || second === undefined
        ? await ask(state)
        : await hedged(
            () => ask(state),
            () => ask(second),
            patience,
            request.timing,
          )
    if (answer !== null) return answer
  }
  throw new RangeError('the primary answers or throws')
}

/** How new what is read must be, wherever it comes from. */
export interface Demand {
  /** Null: frames of any history. */
  readonly epoch: string | null
  readonly frame: number
}

/** Null: only the primary is new enough. */
export async function demandOf(
  consistency: Consistency,
  timing: Timing,
  { cluster, reader, send }: Surroundings,
): Promise<Demand | null> {
  if (consistency === 'strong') return null
  const { bookmark } = reader
  const last = bookmark ?? (consistency === 'eventual' ? 'none' : await reader.remembered())
  if (last === 'unknown') return null
  if (last === 'none') return { epoch: null, frame: 0 }
  const isKnown = (): boolean => cluster.epoch === null || cluster.epoch === last.epoch
  if (isKnown()) return last
  // One of the two is of a history that is over: the bookmark, or what this isolate knows.
  await look(cluster, send, timing)
  if (isKnown()) return last
  // A session remembers no more than where it wrote; who brings a bookmark of another history is told of this one.
  return bookmark === null ? { epoch: null, frame: 0 } : null
}

/** The primary has everything; when it has less than it had, it was restored, and a new history begins. */
async function askPrimary(
  { body, count, timing }: ReadRequest,
  cluster: Cluster,
  needed: Demand | null,
  send: Send,
): Promise<Read> {
  const { primary, epoch } = cluster
  const isOurs = needed !== null && needed.epoch !== null && (epoch === null || needed.epoch === epoch)
  const known = Math.max(primary.frame, isOurs ? needed.frame : 0)
  const reply = await send(primary, { body: body(null), count, limitMilliseconds: null }, timing)
  if (reply.frame === null || reply.frame >= known) return { reply, state: primary, frame: known }
  rewound(cluster)
  const old = isOurs ? needed.epoch : epoch
  if (old !== null) await beginHistory(old, cluster, send, timing)
  return { reply, state: primary, frame: 0 }
}

async function beginHistory(old: string, cluster: Cluster, send: Send, timing: Timing): Promise<void> {
  const shape = { writes: true, isTrial: false, otherwise: null, epilogue: [] }
  const body = transactionRequest([renewEpoch(old)], shape)
  await send(cluster.primary, { body, count: 1, limitMilliseconds: null }, timing)
  await look(cluster, send, timing)
}

/** How long the primary may take to say how it is. */
const lookMilliseconds = 2_000

/** Asks the primary how it is, for the sake of what is known of it. Null when it does not answer. */
export async function look(cluster: Cluster, send: Send, timing: Timing): Promise<Bookmark | null> {
  const { primary } = cluster
  const parcel = { body: executeRequest(readEpoch), count: 1, limitMilliseconds: lookMilliseconds }
  try {
    const known = primary.frame
    const bookmark = bookmarkOf(await send(primary, parcel, timing))
    if (bookmark !== null && bookmark.frame < known && bookmark.epoch === cluster.epoch) {
      rewound(cluster)
      await beginHistory(bookmark.epoch, cluster, send, timing)
      return null
    }
    if (bookmark !== null) looked(cluster, bookmark, Date.now())
    return bookmark
  } catch (error) {
    if (error instanceof Problem) return null
    throw error
  }
}

/** The first answer of two, the second one asked for only when the first takes too long. */
async function hedged(
  first: () => Promise<Read | null>,
  second: () => Promise<Read | null>,
  patienceMilliseconds: number,
  timing: Timing,
): Promise<Read | null> {
  const one = first()
  const late = Symbol('late')
  const winner = await Promise.race([one, wait(patienceMilliseconds, late)])
  if (winner !== late) return winner
  timing.hedge()
  const other = second()
  return (await Promise.race([one, other])) ?? (await one) ?? (await other)
}

function wait<Value>(milliseconds: number, value: Value): Promise<Value> {
  return new Promise((resolve) => setTimeout(() => resolve(value), milliseconds))
}
