import { type Clock, sleep } from '../base/clock.ts'
import { boundedMap } from '../base/memory/bounded-map.ts'

/**
 * Who fills which key, so that a key missed by a thousand requests makes few queries. It is plain data: a promise of
 * one request must not be awaited by another, for its I/O may end with its owner. Those who wait look again by timers
 * of their own.
 */
export interface Flights {
  /** The caller is to fill the key, and to end that; null: somebody does already. */
  begin(key: string): Flight | null
}

export interface Flight {
  /** Ending one that was taken over does nothing. */
  end(outcome: Outcome): void
}

/**
 * `kept`: others find it in memory. `failed`: one of those who wait tries again. `unkept`: there is an answer, but no
 * place for it, so that for a second nobody waits for this key.
 */
export type Outcome = 'kept' | 'failed' | 'unkept'

/** @param patienceMilliseconds after which one who fills is taken for dead, and another takes over. */
export function createFlights(clock: Clock, patienceMilliseconds = 500): Flights {
  const flights = boundedMap<State>(mostFlights)
  return {
    begin(key) {
      const now = clock.nowMilliseconds()
      const held = flights.get(key)
      if (held !== undefined && now >= held.sinceMilliseconds && now < held.untilMilliseconds) {
        return held.isOpen ? { end: () => undefined } : null
      }
      const state = { sinceMilliseconds: now, untilMilliseconds: now + patienceMilliseconds, isOpen: false }
      flights.set(key, state)
      return {
        end(outcome) {
          if (flights.get(key) !== state) return
          flights.delete(key)
          if (outcome !== 'unkept') return
          const end = clock.nowMilliseconds()
          flights.set(key, {
            sinceMilliseconds: end,
            untilMilliseconds: end + openMilliseconds,
            isOpen: true,
          })
        },
      }
    },
  }
}

/** `late`: nobody filled the key in time; it is up to the caller to answer what is stale, to ask itself, or to give up. */
export type Turn<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'fill'; readonly flight: Flight }
  | { readonly kind: 'late' }

/**
 * What one who missed a key does next: fills it, or waits until `look` finds it. It looks again after 2, 4, 8, … ms, and
 * takes over from one who failed or died.
 * @param look into the memory of the isolate; null while nothing is there that is good enough for the caller
 */
export async function fillOrWait<T>(
  flights: Flights,
  key: string,
  look: () => T | null,
  { clock, deadlineMilliseconds = 4_000 }: Patience,
): Promise<Turn<T>> {
  const start = clock.nowMilliseconds()
  for (let pause = shortestPauseMilliseconds; ; pause = Math.min(pause * 2, longestPauseMilliseconds)) {
    const value = look()
    if (value !== null) return { kind: 'found', value }
    const flight = flights.begin(key)
    if (flight !== null) return { kind: 'fill', flight }
    const left = deadlineMilliseconds - Math.abs(clock.nowMilliseconds() - start)
    if (left <= 0) return { kind: 'late' }
    await sleep(Math.min(pause, left))
  }
}

export interface Patience {
  readonly clock: Clock
  /** For how long one waits at most; default: 4,000, which is longer than it takes to give up a replica and ask another node. */
  readonly deadlineMilliseconds?: number
}

interface State {
  readonly sinceMilliseconds: number
  readonly untilMilliseconds: number
  /** Nobody waits. */
  readonly isOpen: boolean
}

const mostFlights = 10_000
const openMilliseconds = 1_000
const shortestPauseMilliseconds = 2
const longestPauseMilliseconds = 64
