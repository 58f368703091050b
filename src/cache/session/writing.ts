import { type Clock, sleep } from '../../base/clock.ts'
import { isLater } from '../../base/history/moment.ts'
import {
  anybody,
  type LastWrite,
  laterOf,
  type Mark,
  noRecord,
  type SessionPages,
  type SessionRecord,
} from './record.ts'

/**
 * The writes of one session that this isolate has on their way. A cache compares nothing, so two isolates that write at
 * once could each overwrite what the other one says of itself. They are told apart by two pages (the splitter of Moir and
 * Anderson, 1995): who finds the record without a mark, marks it, and then is still the last that claimed it, is alone,
 * and may take its mark away. Of others the record says that until a time nobody knows, and that nobody takes back.
 */
export interface Writings {
  /** Not ended yet. */
  underWay: number
  /** The mark of this isolate, as long as it is alone; all that it has on its way shares it. */
  owned: Mark | null
  /** What was told before. */
  before: SessionRecord
  /** Until then somebody here takes the mark away. */
  endingUntilMilliseconds: number
}

export const noWritings = (): Writings => ({
  underWay: 0,
  owned: null,
  before: noRecord,
  endingUntilMilliseconds: Number.NEGATIVE_INFINITY,
})

/** Whether the mark of this isolate stands for no other's writes. */
export function isAlone({ owned, endingUntilMilliseconds }: Writings, nowMilliseconds: number): boolean {
  return owned !== null || endingUntilMilliseconds > nowMilliseconds
}

/** Longer than a trip may take with all its tries: a write that was not answered by then was not answered at all. */
const markMilliseconds = 15_000

export interface SettingOut {
  readonly isolate: string
  readonly clock: Clock
  /** So long somebody waits: afterwards nobody relies on it. */
  readonly deadlineMilliseconds: number
}

/**
 * Tells others of a write that sets out.
 * @returns until when they know of it, in milliseconds since 1970; null: that is not for sure, for others write, too
 * @throws what the cache throws; RangeError of one that keeps nothing
 */
export async function setOut(
  writings: Writings,
  pages: SessionPages,
  { isolate, clock, deadlineMilliseconds }: SettingOut,
): Promise<number | null> {
  const begun = clock.nowMilliseconds()
  while (writings.endingUntilMilliseconds > clock.nowMilliseconds()) await sleep(1)
  const now = clock.nowMilliseconds()
  const { owned } = writings
  if (owned !== null && owned.untilMilliseconds - now >= markMilliseconds) return owned.untilMilliseconds
  await othersEnded(pages, isolate, clock)
  await pages.claim(isolate)
  const before = (await pages.record()) ?? noRecord
  // Twice as long, so that writes that follow may share it.
  const mark = { by: isolate, untilMilliseconds: now + 2 * markMilliseconds }
  const isInTime = (): boolean => clock.nowMilliseconds() - begun < deadlineMilliseconds
  if (!isOfOthers(before.mark, isolate, now) && isInTime()) {
    await pages.putRecord({ ...before, mark })
    if ((await isLast(pages, isolate)) && isInTime()) {
      writings.owned = mark
      writings.before = before
      return mark.untilMilliseconds
    }
  }
  writings.owned = null
  if (isInTime() && !isOfAnybody(before.mark, now)) await leaveToAnybody(pages, before.last, isolate, now)
  return null
}

/**
 * All that were on their way here have ended: others are told of the last of them.
 * @param last null: nothing was written
 * @throws what the cache throws
 */
export async function allEnded(
  { before }: Writings,
  last: LastWrite | null,
  pages: SessionPages,
  isolate: string,
  clock: Clock,
): Promise<void> {
  if (!(await isLast(pages, isolate))) return tellAside(pages, last)
  await pages.putRecord(last === null ? before : { last: laterOf(before.last, last), mark: null })
  // Somebody set out while that was on its way there, and may have been told over.
  if (await isLast(pages, isolate)) return
  await leaveToAnybody(pages, laterOf(before.last, last), isolate, clock.nowMilliseconds())
  await tellAside(pages, last)
}

/**
 * Tells of a write that has ended and was not announced.
 * @throws what the cache throws
 */
export async function tellAtOnce(
  { underWay, owned }: Writings,
  pages: SessionPages,
  write: LastWrite,
  isolate: string,
  clock: Clock,
): Promise<void> {
  // What an announcement has left that came to nothing is in nobody's way.
  const isUnderWay = underWay > 0 || owned !== null
  const now = clock.nowMilliseconds()
  await pages.claim(isolate)
  const before = (await pages.record()) ?? noRecord
  // Not for longer: else a session that writes all the time would never be known again.
  if (isOfAnybody(before.mark, now + spareMilliseconds)) return tellAside(pages, write)
  if (!isOfOthers(before.mark, isUnderWay ? '' : isolate, now)) {
    const last = laterOf(before.last, write)
    await pages.putRecord({ last, mark: null })
    if (await isLast(pages, isolate)) return
  }
  await leaveToAnybody(pages, laterOf(before.last, write), isolate, now)
  await tellAside(pages, write)
}

/** Of several at once the later has to stay: who tells looks before and after. @throws what the cache throws */
export async function tellAside(pages: SessionPages, write: LastWrite | null): Promise<void> {
  if (write === null) return
  for (let puts = 0; puts < 2; puts += 1) {
    const told = await pages.aside()
    if (isTold(write, told)) return
    await pages.putAside(write)
  }
}

/** The same, where others learn of it without being promised that. @throws what the cache throws */
export async function tellLately(pages: SessionPages, write: LastWrite): Promise<void> {
  for (let puts = 0; puts < 2; puts += 1) {
    const { last, mark } = (await pages.record()) ?? noRecord
    if (isTold(write, last)) return
    await pages.putRecord({ last: write, mark })
  }
}

/** Whether what others know is at least as late. */
function isTold(write: LastWrite, told: LastWrite | null): boolean {
  return told !== null && told.epoch === write.epoch && !isLater(write, told)
}

/** One that follows another will find that one told, as a rule, a moment later. */
async function othersEnded(pages: SessionPages, isolate: string, clock: Clock): Promise<void> {
  for (const pause of pausesMilliseconds) {
    const record = await pages.record()
    if (record?.mark?.by === anybody || !isOfOthers(record?.mark ?? null, isolate, clock.nowMilliseconds()))
      return
    await sleep(pause)
  }
}

/** So much before its end a mark is not relied on. */
const spareMilliseconds = 1_000

const pausesMilliseconds = [4, 8, 16] as const

/** Claimed once more, so that who meanwhile took the place to be free does not think to be alone to the end. */
async function leaveToAnybody(
  pages: SessionPages,
  last: LastWrite | null,
  isolate: string,
  nowMilliseconds: number,
): Promise<void> {
  const mark = { by: anybody, untilMilliseconds: nowMilliseconds + markMilliseconds }
  for (let puts = 0; puts < 3; puts += 1) {
    await pages.putRecord({ last, mark })
    await pages.claim(isolate)
    if ((await pages.record())?.mark?.by === anybody) return
  }
  throw new RangeError('others tell all the time')
}

function isOfAnybody(mark: Mark | null, nowMilliseconds: number): boolean {
  return mark?.by === anybody && mark.untilMilliseconds > nowMilliseconds
}

function isOfOthers(mark: Mark | null, isolate: string, nowMilliseconds: number): boolean {
  return mark !== null && mark.by !== isolate && mark.untilMilliseconds > nowMilliseconds
}

async function isLast(pages: SessionPages, isolate: string): Promise<boolean> {
  const claimant = await pages.claimant()
  if (claimant === null) throw new RangeError('nothing is kept')
  return claimant === isolate
}
