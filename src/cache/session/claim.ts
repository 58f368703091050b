import { anybody, type LastWrite, type SessionPages } from './record.ts'

/** Longer than a trip may take with all its tries: a write that was not answered by then was not answered at all. */
export const markMilliseconds = 15_000

/**
 * Puts a name that nobody had before, so that `isLast` tells two claims apart, also those of one isolate.
 * @param prefix says what for
 */
export async function claimed(pages: SessionPages, prefix = ''): Promise<string> {
  const claim = `${prefix}${crypto.randomUUID()}`
  await pages.putClaim(claim)
  return claim
}

export async function isLast(pages: SessionPages, claim: string): Promise<boolean> {
  const last = await pages.claim()
  if (last === null) throw new RangeError('nothing is kept')
  return last === claim
}

/**
 * Says that nobody knows, and that nobody takes it back. Claimed once more, so that who meanwhile took the place to be free does
 * not think to be alone to the end.
 * @throws RangeError when others tell all the time
 */
export async function leaveToAnybody(
  pages: SessionPages,
  last: LastWrite | null,
  nowMilliseconds: number,
): Promise<void> {
  const mark = { by: anybody, untilMilliseconds: nowMilliseconds + markMilliseconds }
  for (let puts = 0; puts < 3; puts += 1) {
    await pages.putRecord({ last, mark, teller: null })
    await claimed(pages)
    if ((await pages.record())?.mark?.by === anybody) return
  }
  throw new RangeError('others tell all the time')
}
