import type { Timing } from '../../base/timing.ts'
import { answered, failed, type NodeState } from '../cluster.ts'
import { batonOf, type Reply, readReply } from '../hrana/reply.ts'
import { onStream, type Work } from '../hrana/request.ts'
import { alone, ended, forgetStreams, giveBack, lend } from '../hrana/streams.ts'
import { type ExchangeOptions, exchange, unavailable } from '../node.ts'
import { whileBusy } from './busy.ts'

/** What a node is to do. */
export interface Parcel {
  readonly body: Work
  /** How many results it has. */
  readonly count: number
  /** How long the node may take; null: as long as the whole may. */
  readonly limitMilliseconds: number | null
  /** Whether a stream that was opened before will not do. Default: it will. */
  readonly isOnNewStream?: boolean
}

export type Send = (state: NodeState, parcel: Parcel, timing: Timing) => Promise<Reply>

export interface SendOptions {
  /** Of one pipeline with all its tries. Default 10,000. */
  readonly deadlineMilliseconds?: number
  /** Handed on as `x-request-id`, so that a request can be followed to the database. */
  readonly requestId?: string
}

/**
 * One trip, and more only while the node says that it is busy. What is learnt of the node is kept. All that an isolate
 * writes goes at once: two at a time write 1.2 times as much with the database on the same machine, and a quarter as much
 * with it 10 ms away.
 * @returns a function that throws Problem UNAVAILABLE_DATABASE or DATABASE_TIMEOUT
 */
export function sender({ deadlineMilliseconds = 10_000, requestId }: SendOptions): Send {
  return async (state, parcel, timing) => {
    const limitMilliseconds = Math.min(deadlineMilliseconds, parcel.limitMilliseconds ?? Infinity)
    const deadline = AbortSignal.timeout(limitMilliseconds)
    const begun = Date.now()
    const options = { deadline, requestId: requestId ?? null }
    const trip = async (): Promise<Reply> => {
      const sent = Date.now()
      const reply = await onSomeStream(state, parcel, options, timing)
      answered(state, sent, reply.frame, Date.now())
      return reply
    }
    try {
      const reply = await whileBusy(trip, deadline)
      timing.node(state.node.name)
      return reply
    } catch (error) {
      failed(state, begun, Date.now())
      throw error
    }
  }
}

/** On one that is open, if there is one; where that is gone after all, on a new one, by a second trip. */
async function onSomeStream(
  state: NodeState,
  parcel: Parcel,
  options: ExchangeOptions,
  timing: Timing,
): Promise<Reply> {
  timing.trip()
  const { node, streams } = state
  const lease = parcel.isOnNewStream === true ? alone : lend(streams, Date.now())
  let baton: string | null = null
  try {
    const answer = await exchange(node, onStream(parcel.body, lease), options)
    if (answer === null || !lease.isKept) ended(streams, lease)
    if (answer !== null) {
      const reply = readReply(answer, parcel.count, parcel.body.isChecked)
      if (reply === null) throw unavailable()
      if (lease.isKept && !isCutOff(reply)) baton = batonOf(answer)
      return reply
    }
  } finally {
    giveBack(streams, lease, baton, Date.now())
  }
  if (lease.baton === null) throw unavailable()
  forgetStreams(streams)
  return onSomeStream(state, parcel, options, timing)
}

/** That the answer grew too large. A replica takes that for a transaction that goes on, and asks the primary from then on. */
function isCutOff(reply: Reply): boolean {
  return 'error' in reply && reply.error.code === 'RESPONSE_TOO_LARGE'
}
