import type { Random } from '../random.ts'

/** What a way between two places is like at the moment. */
export interface Conditions {
  /** Of a message there and its answer back, in milliseconds. */
  readonly roundTrip: number
  /** Of its time a message may take so much longer, any share up to this one as likely as another. */
  readonly jitter: number
  /** Of the messages so many are lost, and sent again by TCP after its timeout. */
  readonly loss: number
  /** Nothing arrives. What was sent waits, as TCP lets it wait, and arrives if the way is open again in time. */
  readonly partitioned: boolean
}

/** TCP waits for an acknowledgement for a round trip and this, in milliseconds, before it sends again (Linux: RTO_MIN). */
export const retransmissionTimeout = 200

/** How long one message is on its way, in milliseconds. */
export function delayOf({ roundTrip, jitter, loss }: Conditions, random: Random): number {
  const way = (roundTrip / 2) * (1 + jitter * random())
  // Whether or not something can be lost, each message takes two numbers: the rest of a run stays the same.
  const isLost = random() < loss
  return isLost ? way + roundTrip + retransmissionTimeout : way
}
