/** When something is to be asked again: a request that finds it due waits for that. */
export interface Due {
  /** Whether it was not asked for a second, so that who wants to know has to wait. */
  isDue(nowMilliseconds: number): boolean
  /**
   * Whether who comes now is to ask after their answer, so that, while many come, none of them has to wait. They count as on
   * their way then, and may die meanwhile.
   */
  setsOutAhead(nowMilliseconds: number): boolean
  /** It was asked, by a request that began then. Who began before another one, and asked after it, takes nothing back. */
  asked(nowMilliseconds: number): void
}

/** For so long what was heard is trusted. */
const trustMilliseconds = 1_000
const aheadMilliseconds = 500
/** A request keeps the time of its start; others move on meanwhile. Further behind, the clock was set back. */
const slowestRequestMilliseconds = 60_000

export function createDue(): Due {
  let askedAt = Number.NEGATIVE_INFINITY
  let aheadAt = Number.NEGATIVE_INFINITY
  return {
    isDue: (now) => isPast(askedAt, trustMilliseconds, now),
    setsOutAhead(now) {
      const sets = isPast(askedAt, aheadMilliseconds, now) && isPast(aheadAt, aheadMilliseconds, now)
      if (sets) aheadAt = now
      return sets
    },
    asked(now) {
      if (isPast(askedAt, 0, now)) askedAt = now
    },
  }
}

/** Whether it is so long ago, or the clock was set back meanwhile. */
function isPast(sinceMilliseconds: number, spanMilliseconds: number, nowMilliseconds: number): boolean {
  const elapsed = nowMilliseconds - sinceMilliseconds
  return elapsed >= spanMilliseconds || elapsed < -slowestRequestMilliseconds
}
