import { sleep } from '../base/clock.ts'
import type { Moment } from '../base/history/moment.ts'
import { Problem } from '../base/problem.ts'
import type { Timing } from '../base/timing.ts'
import { beginHistory, checkedOf, readEpoch } from './clock.ts'
import { type Cluster, failed, isLost, type NodeState, p95Milliseconds, readingOrder } from './cluster.ts'
import { beforeLookUp } from './fresh/early.ts'
import {
  type Consistency,
  type Freshness,
  freshnessOf,
  isTickless,
  nothing,
  type Surroundings,
} from './fresh/freshness.ts'
import { isBehind } from './fresh/looks.ts'
import { waitAmongOthers } from './fresh/waits.ts'
import type { Reply } from './hrana/reply.ts'
import { checkedFirst, type Work } from './hrana/request.ts'
import { forgetStreams } from './hrana/streams.ts'
import { unavailable } from './node.ts'
import type { Send } from './trip/send.ts'

/** How long a node may take, with its wait for a frame, before the next one is asked; less where many wait (`fresh/waits.ts`). */
const replicaMilliseconds = 1_500

/** A read on its way. */
export interface ReadRequest {
  /** The pipeline, for a node that has to wait for a frame first. */
  body(frame: number | null): Work
  readonly count: number
  readonly timing: Timing
}

export interface Read {
  readonly reply: Reply
  readonly state: NodeState
  /** What was read is at least so new. */
  readonly frame: number
  /** That `readEpoch` told before it; 0: it was not asked. */
  readonly tick: number
}

/**
 * Reads from the nearest node that is fit and new enough; the primary is the last resort. Where the data centre has to be
 * asked how new that is, the nearest node is asked meanwhile: one trip, and two when it turns out to owe more.
 * @throws Problem of the primary, when nobody else answered
 */
export async function read(
  request: ReadRequest,
  { consistency, atLeast }: { readonly consistency: Consistency; readonly atLeast: Moment | null },
  surroundings: Surroundings,
): Promise<Read> {
  const { cluster } = surroundings
  const ask = (freshness: Freshness | null) => readAt(request, { freshness, atLeast }, surroundings)
  if (cluster.replicas.length === 0) return ask(null)
  const early = consistency === 'session' ? beforeLookUp(surroundings) : null
  const owed = freshnessOf(consistency, request.timing, surroundings)
  if (early === null) return ask(await owed)
  const answer = await early.unlessMoreIsOwed(ask(early.freshness), owed)
  if (answer !== null) return answer
  request.timing.repeat()
  return ask(await owed)
}

async function readAt(
  request: ReadRequest,
  { freshness, atLeast }: { readonly freshness: Freshness | null; readonly atLeast: Moment | null },
  { cluster, reader, send }: Surroundings,
): Promise<Read> {
  // Nobody waits again for what has not come three times.
  if (freshness === null && cluster.replicas.length > 0 && isLost(cluster, Date.now())) throw unavailable()
  const owed = together(freshness ?? reader.bookmark ?? nothing, atLeast, cluster.epoch)
  const left = freshness === null ? [cluster.primary] : [...readingOrder(cluster, reader.here, Date.now())]
  let problem: Problem | null = null
  /** @returns null where another one is to be asked */
  const ask = async (state: NodeState): Promise<Read | null> => {
    const limitMilliseconds = left.length === 0 ? null : replicaMilliseconds
    try {
      const answer = state.node.isPrimary
        ? await askPrimary(request, limitMilliseconds, cluster, owed, send)
        : await askOrWait(state, owed, (most) =>
            askReplica(request, state, { owed, limitMilliseconds: most }, cluster, send),
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
  throw problem ?? unavailable()
}

/**
 * The newer of both. What is known of another history says nothing of this one.
 * @param owed a tick that is not known stays so: the other one does not stand for it
 */
function together(owed: Freshness, atLeast: Moment | null, epoch: string | null): Freshness {
  if (atLeast === null || atLeast.epoch !== epoch) return owed
  if (owed.epoch === null) return atLeast
  if (owed.epoch !== epoch) return owed
  const tick = isTickless(owed) ? 0 : Math.max(owed.tick, atLeast.tick)
  return { epoch, frame: Math.max(owed.frame, atLeast.frame), tick }
}

/** Who has to wait for a frame does so among others. */
function askOrWait(
  { frame, waits }: NodeState,
  owed: Freshness,
  work: (limitMilliseconds: number) => Promise<Read>,
): Promise<Read> {
  return owed.frame <= frame ? work(replicaMilliseconds) : waitAmongOthers(waits, replicaMilliseconds, work)
}

/** @throws Problem when it does not answer in time */
async function askReplica(
  { body, count, timing }: ReadRequest,
  state: NodeState,
  { owed, limitMilliseconds }: { readonly owed: Freshness; readonly limitMilliseconds: number },
  cluster: Cluster,
  send: Send,
): Promise<Read> {
  const known = Math.max(state.frame, owed.frame)
  // It has the frames that it told of, and need not be made to wait for those.
  const waitsFor = owed.frame <= state.frame ? null : owed.frame
  const parcel = {
    // Before, and not after, when more may have come in: a stream stays with its files, and where the primary was asked instead
    // it waits for that frame before it reads on (libsql-server/src/connection/write_proxy.rs).
    body: owed.epoch === null ? body(waitsFor) : checkedFirst(readEpoch, waitsFor, body(null)),
    ...{ count, limitMilliseconds },
    // After a crash frames are counted anew: one that stayed open tells of more than is owed, and leads to what was before.
    isOnNewStream: isTickless(owed),
  }
  const isOpen = !parcel.isOnNewStream && state.streams.idle.length > 0
  let reply = await send(state, parcel, timing)
  if (isOpen && !isAsOwed(reply, owed)) {
    forgetStreams(state.streams)
    reply = await send(state, { ...parcel, isOnNewStream: true }, timing)
  }
  // What had it before has not any more: it was set up anew, and has to come to it again.
  if (!('error' in reply) && (reply.frame ?? 0) < known) {
    state.frame = reply.frame ?? 0
    forgetStreams(state.streams)
    throw unavailable()
  }
  // It follows another history, whose frames are other ones, or has not heard of a crash, and counts on as before.
  if (!('error' in reply) && !isAsOwed(reply, owed)) {
    forgetStreams(state.streams)
    throw unavailable()
  }
  const now = Date.now()
  if (isBehind(cluster, state, now)) failed(state, now, now)
  return { reply, state, frame: known, tick: checkedOf(reply)?.tick ?? 0 }
}

/** Whether a replica has in its database what its frames only count. */
function isAsOwed(reply: Reply, { epoch, tick }: Freshness): boolean {
  if (epoch === null) return true
  const checked = checkedOf(reply)
  return checked !== null && checked.epoch === epoch && checked.tick >= tick
}

/** The primary has everything; when it has less than it had, it was restored, and a new history begins. */
async function askPrimary(
  { body, count, timing }: ReadRequest,
  limitMilliseconds: number | null,
  cluster: Cluster,
  owed: Freshness,
  send: Send,
): Promise<Read> {
  const { primary, epoch } = cluster
  const isOurs = owed.epoch !== null && (epoch === null || owed.epoch === epoch)
  const known = Math.max(primary.frame, isOurs ? owed.frame : 0)
  const reply = await send(primary, { body: body(null), count, limitMilliseconds }, timing)
  if (reply.frame === null || reply.frame >= known) return { reply, state: primary, frame: known, tick: 0 }
  await beginHistory(isOurs ? owed.epoch : epoch, cluster, send, timing)
  return { reply, state: primary, frame: 0, tick: 0 }
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
