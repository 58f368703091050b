import { type Clock, sleep } from '../../base/clock.ts'
import { claimed, isLast, leaveToAnybody } from './claim.ts'
import { isSettled, type LastWrite, laterOf, type Mark, noRecord, type SessionPages } from './record.ts'

/**
 * What nobody knows is asked for: past the time of a mark all that it stood for is done, and in what the primary has since.
 * Where somebody was overtaken there is no such time, and one begins.
 * @param ask how far the primary has come; null: it does not say
 * @throws what the cache throws
 */
export async function settle(
  pages: SessionPages,
  ask: () => Promise<LastWrite | null>,
  clock: Clock,
): Promise<void> {
  const found = await pages.look()
  const { mark = null, last = null } = found.record ?? noRecord
  const isStanding = (each: Mark | null): boolean =>
    each !== null && each.untilMilliseconds > clock.nowMilliseconds()
  if (isSettled(found) || isStanding(mark)) return
  if (mark === null) {
    // Who claimed it may be about to say more.
    await sleep(overtakenMilliseconds)
    const again = await pages.look()
    const isSame = again.claim === found.claim && (again.record?.mark ?? null) === null
    if (isSame && !isSettled(again)) await leaveToAnybody(pages, last, clock.nowMilliseconds())
    return
  }
  // Of many who find it so at a time one asks: each of two would take the other's place.
  const now = clock.nowMilliseconds()
  const [, since = 0] = /^settling-(\d{1,15})-/.exec(found.claim ?? '') ?? []
  if (Math.abs(now - Number(since)) < askingMilliseconds) return
  // First, so that whoever tells of a write that the primary did not have yet is told from this.
  const claim = await claimed(pages, `settling-${now}-`)
  const moment = await ask()
  const before = await pages.record()
  // Who set out meanwhile has another mark; and what was let go may have been that.
  const isSame = before?.mark?.by === mark.by && before.mark.untilMilliseconds === mark.untilMilliseconds
  if (moment === null || !isSame || !(await isLast(pages, claim))) return
  await pages.putRecord({ last: laterOf(before.last, moment), mark: null, teller: claim })
}

/** So long who asks the primary is waited for, who may have died: longer than it may take to say (`database/clock.ts`). */
const askingMilliseconds = 2_500

/** Longer than it takes to set out. */
const overtakenMilliseconds = 500
