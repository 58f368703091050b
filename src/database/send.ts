import type { Timing } from '../base/timing.ts'
import { whileBusy } from './busy.ts'
import { answered, failed, type NodeState } from './cluster.ts'
import { type Reply, readReply } from './hrana/reply.ts'
import { exchange, unavailable } from './node.ts'

/** A pipeline for a node. */
export interface Parcel {
  readonly body: Uint8Array<ArrayBuffer>
  /** How many results it has. */
  readonly count: number
  /** How long the node may take; null: as long as the whole may. */
  readonly limitMilliseconds: number | null
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
  return async (state, { body, count, limitMilliseconds }, timing) => {
    const deadline = AbortSignal.timeout(Math.min(deadlineMilliseconds, limitMilliseconds ?? Infinity))
    const begun = Date.now()
    const trip = async (): Promise<Reply> => {
      timing.trip()
      const sent = Date.now()
      const reply = readReply(
        await exchange(state.node, body, { deadline, requestId: requestId ?? null }),
        count,
      )
      if (reply === null) throw unavailable()
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
