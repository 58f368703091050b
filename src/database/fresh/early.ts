import { isLater } from '../../base/history/moment.ts'
import { type NodeState, readingOrder } from '../cluster.ts'
import { type Freshness, nothing, type Reader, type Surroundings } from './freshness.ts'

/** What was read: by whom, and how new it is at least. */
interface Read {
  readonly state: NodeState
  readonly frame: number
  readonly tick: number
}

/** A read that sets out before it is known how new it has to be. */
export interface Early {
  /** As far as this isolate knows. */
  readonly freshness: Freshness
  /**
   * @param owed what it turns out to be: then nobody waits for an answer that is too old
   * @returns null: it is to be asked again
   * @throws what `answer` throws, when no more is owed
   */
  unlessMoreIsOwed<Answer extends Read>(
    answer: Promise<Answer>,
    owed: Promise<Freshness | null>,
  ): Promise<Answer | null>
}

/** Null: it is known already, or what is known here would not do, so that the trip would be made in vain. */
export function beforeLookUp({ cluster, reader }: Surroundings): Early | null {
  const freshness = knownHere(reader)
  if (freshness === null || (cluster.epoch !== null && (freshness.epoch ?? cluster.epoch) !== cluster.epoch))
    return null
  const [front] = readingOrder(cluster, reader.here, Date.now())
  const known = Math.max(front?.frame ?? 0, freshness.frame)
  return {
    freshness,
    async unlessMoreIsOwed(answer, owed) {
      const [asked, lookedUp] = [settled(answer), settled(owed)]
      // The primary has everything that was answered before it was asked.
      const first = await Promise.race([asked.then(({ value }) => value), lookedUp.then(() => null)])
      if (first?.state.node.isPrimary === true) return first
      const { value: more = null, error } = await lookedUp
      if (error !== undefined) throw error
      if (!isCovered(more, freshness, known)) return null
      const told = await asked
      if (told.value === undefined) throw told.error
      const { state, frame, tick } = told.value
      return state.node.isPrimary || (frame >= more.frame && tick >= more.tick) ? told.value : null
    },
  }
}

function knownHere({ bookmark, isCookie, recalled }: Reader): Freshness | null {
  if (bookmark !== null && !isCookie) return null
  const own = recalled()
  if (own === 'unknown') return null
  if (own === 'none') return bookmark ?? nothing
  return bookmark === null || isLater(own, bookmark) ? own : bookmark
}

/**
 * Frames can be compared where the node was asked for the same history. What is owed without a tick is asked for on a new stream,
 * as what was asked for with one is not.
 */
function isCovered(owed: Freshness | null, asked: Freshness, knownFrame: number): owed is Freshness {
  if (owed === null) return false
  if (owed.epoch === null) return true
  return owed.epoch === asked.epoch && owed.frame <= knownFrame && (owed.tick > 0 || asked.tick === 0)
}

interface Settled<Value> {
  readonly value?: Value
  readonly error?: unknown
}

/** Neither of two that are under way may fail unheard. */
function settled<Value>(work: Promise<Value>): Promise<Settled<Value>> {
  return work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
}
