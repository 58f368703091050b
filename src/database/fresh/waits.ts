/** A read that waits at a replica for a frame. */
export interface Wait {
  /** It has ended by then, though nobody hears of it where its request was cancelled. */
  readonly untilMilliseconds: number
}

/**
 * So many reads of an isolate wait at one replica for as long as they may. Each has one of the few places of that server meanwhile
 * (`cli/sqld.ts`): after a restore that nobody has noticed all who bring a bookmark would wait, and who brings none behind them.
 */
const mostLongWaits = 4
/** The others wait for no more than a replica that follows needs, also while many write. */
const shortWaitMilliseconds = 500

/** @param work waits at a replica, for as long as it is told at most */
export async function waitAmongOthers<Answer>(
  waits: Set<Wait>,
  mostMilliseconds: number,
  work: (limitMilliseconds: number) => Promise<Answer>,
): Promise<Answer> {
  const now = Date.now()
  for (const wait of waits) if (wait.untilMilliseconds <= now) waits.delete(wait)
  const limitMilliseconds = waits.size < mostLongWaits ? mostMilliseconds : shortWaitMilliseconds
  const own = { untilMilliseconds: now + limitMilliseconds }
  waits.add(own)
  try {
    return await work(limitMilliseconds)
  } finally {
    waits.delete(own)
  }
}
