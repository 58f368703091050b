import type { Clock } from '../../base/clock.ts'
import type { Tier } from './tier.ts'
import { within } from './within.ts'

export interface Protection {
  readonly clock: Clock
  /** Told of each failure, with the name of the tier: for the log. It names no key. */
  readonly report: (tier: string, error: unknown) => void
  /** A `get` that takes longer is a miss. */
  readonly getDeadlineMilliseconds: number
  /** A `put` goes on after the response; one that takes longer is a failure. */
  readonly putDeadlineMilliseconds: number
  /** After so many failures in a row the tier is left alone, and after each one that follows. */
  readonly failures: number
  readonly pauseMilliseconds: number
}

/**
 * A tier that never throws and never hangs, of a driver that may. One that is dead costs a few requests its deadline and then, once in a
 * pause, one more: that one tries whether it is back.
 */
export function protectedTier(driver: Tier, protection: Protection): Tier {
  const { clock, report } = protection
  let failures = 0
  let resumeAtMilliseconds = Number.NEGATIVE_INFINITY
  const attempt = async <T>(work: () => Promise<T>, deadlineMilliseconds: number): Promise<T | null> => {
    if (failures >= protection.failures) {
      const now = clock.nowMilliseconds()
      const waits = resumeAtMilliseconds - now
      if (waits > 0 && waits <= protection.pauseMilliseconds) return null
      resumeAtMilliseconds = now + protection.pauseMilliseconds
    }
    try {
      const value = await within(work, deadlineMilliseconds)
      failures = 0
      return value
    } catch (error) {
      failures += 1
      resumeAtMilliseconds = clock.nowMilliseconds() + protection.pauseMilliseconds
      report(driver.name, error)
      return null
    }
  }
  return {
    name: driver.name,
    get: (key) => attempt(() => driver.get(key), protection.getDeadlineMilliseconds),
    async put(key, value, lifeSeconds) {
      await attempt(() => driver.put(key, value, lifeSeconds), protection.putDeadlineMilliseconds)
    },
  }
}
