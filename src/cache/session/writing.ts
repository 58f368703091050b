import { type Clock, sleep } from '../../base/clock.ts'
import { isLater } from '../../base/history/moment.ts'
import { claimed, isLast, leaveToAnybody, markMilliseconds } from './claim.ts'
import {
  anybody,
  isSettled,
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
 * and may take its mark away. Of others the record says that nobody knows, and nobody takes that back: past its time who reads
 * asks the primary how far it has come, and tells that (`settle`). Who takes it back all the same, because somebody came
 * between its last look and that, is known by its claim, which is not the last.
 */
export interface Writings {
  /** Not ended yet. */
  readonly underWay: Set<UnderWay>
  /** The mark of this isolate, as long as it is alone; all that it has on its way shares it. */
  owned: Mark | null
  /** By which it came to that, or to the last one: its marks are named after it. */
  claim: string
  /** What was told before. With a mark: that is not all. */
  before: SessionRecord
  /** Whether a write that set out since is done: what was told before does not matter any more. */
  hasWritten: boolean
  /** Of what was written since the mark was last taken away. */
  last: LastWrite | null
  /** Until then somebody here takes the mark away. */
  endingUntilMilliseconds: number
  /** Until then somebody here sets out: of two at once each would put its mark over what the other one has left there. */
  settingOutUntilMilliseconds: number
}

export interface UnderWay {
  /** By then it has ended, though nobody hears of it where its request was cancelled. */
  readonly untilMilliseconds: number
}

export const noWritings = (): Writings => ({
  underWay: new Set(),
  owned: null,
  claim: '',
  before: noRecord,
  hasWritten: false,
  last: null,
  endingUntilMilliseconds: Number.NEGATIVE_INFINITY,
  settingOutUntilMilliseconds: Number.NEGATIVE_INFINITY,
})

/** Whether a mark is that of this isolate, stands for no other's writes, and all before it are known. */
export function isAlone(writings: Writings, mark: Mark, nowMilliseconds: number): boolean {
  const { owned, claim, endingUntilMilliseconds } = writings
  const isOwn = mark.by === claim && (owned !== null || endingUntilMilliseconds > nowMilliseconds)
  return isOwn && isAllKnown(writings)
}

/** Whether the last write that this isolate knows of is the last one of all that were answered. */
function isAllKnown({ before, hasWritten }: Writings): boolean {
  return before.mark === null || hasWritten
}

export interface SettingOut {
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
  surroundings: SettingOut,
): Promise<number | null> {
  const { clock, deadlineMilliseconds } = surroundings
  const begun = clock.nowMilliseconds()
  const isBusy = (): boolean =>
    Math.max(writings.endingUntilMilliseconds, writings.settingOutUntilMilliseconds) > clock.nowMilliseconds()
  while (isBusy()) await sleep(1)
  const { owned } = writings
  const known = begun + markMilliseconds
  // Who came after it has said that nobody knows, and for no longer than from then on.
  if (owned !== null && owned.untilMilliseconds >= known && (await pages.claim()) === writings.claim)
    return known
  while (isBusy()) await sleep(1)
  const until = clock.nowMilliseconds() + deadlineMilliseconds
  writings.settingOutUntilMilliseconds = until
  try {
    return (await mark(writings, pages, surroundings, begun)) ? known : null
  } finally {
    // Who takes longer than that may find the next one there.
    if (writings.settingOutUntilMilliseconds === until)
      writings.settingOutUntilMilliseconds = Number.NEGATIVE_INFINITY
  }
}

/**
 * Puts the mark of this isolate, where nobody else has anything on its way.
 * @param begun when the trip of the write set out, in milliseconds since 1970: a mark whose time was over by then stands for
 * nothing that may be later
 * @returns whether nobody else writes
 */
async function mark(
  writings: Writings,
  pages: SessionPages,
  { clock, deadlineMilliseconds }: SettingOut,
  begun: number,
): Promise<boolean> {
  const now = clock.nowMilliseconds()
  const isFree = await othersEnded(writings, pages, clock)
  const claim = await claimed(pages)
  const told = (await pages.record()) ?? noRecord
  // Twice as long, so that writes that follow may share it.
  const own = { by: claim, untilMilliseconds: now + 2 * markMilliseconds }
  const isInTime = (): boolean => clock.nowMilliseconds() < begun + deadlineMilliseconds
  if (isFree && !isOfOthers(told.mark, writings, begun) && isInTime()) {
    const isRenewed = writings.owned !== null && told.mark?.by === writings.claim
    const before = isRenewed ? writings.before : told
    await pages.putRecord({ ...before, mark: own })
    if ((await isLast(pages, claim)) && isInTime()) {
      writings.owned = own
      writings.claim = claim
      writings.before = before
      if (!isRenewed) writings.hasWritten = false
      return true
    }
  }
  writings.owned = null
  if (isInTime() && !isOfAnybody(told.mark, now)) await leaveToAnybody(pages, told.last, now)
  return false
}

/**
 * All that were on their way here have ended: others are told of the last of them.
 * @param last that this isolate knows of; null: none
 * @returns whether they are; not where somebody came after it, who says that nobody knows
 * @throws what the cache throws
 */
export async function allEnded(
  writings: Writings,
  last: LastWrite | null,
  pages: SessionPages,
  clock: Clock,
): Promise<boolean> {
  const { before, claim } = writings
  if (!(await isLast(pages, claim))) return false
  const together = laterOf(before.last, last)
  const mark = isAllKnown(writings) ? null : before.mark
  await pages.putRecord({ last: together, mark, teller: claim })
  // Somebody set out while that was on its way there, and may have been told over.
  if (!(await isLast(pages, claim))) await leaveToAnybody(pages, together, clock.nowMilliseconds())
  return true
}

/**
 * Tells of a write that has ended and was not announced.
 * @throws what the cache throws
 */
export async function tellAtOnce(pages: SessionPages, write: LastWrite, clock: Clock): Promise<void> {
  const now = clock.nowMilliseconds()
  const found = await pages.look()
  const claim = await claimed(pages)
  const { mark, last } = (await pages.record()) ?? noRecord
  // Nobody knows, and who asks the primary after that does so after this.
  if (isOfAnybody(mark, now)) return
  const together = laterOf(last, write)
  const isOver = mark !== null && mark.untilMilliseconds <= now
  if (isOver || (mark === null && isSettled(found))) {
    // Past its time as well: who takes the mark over may have written before this.
    await pages.putRecord({ last: together, mark, teller: claim })
    if (await isLast(pages, claim)) return
  }
  await leaveToAnybody(pages, together, now)
}

/**
 * Tells others of a write where nobody is promised to read what they wrote: of several at once the later has to stay.
 * @throws what the cache throws
 */
export async function tellLately(pages: SessionPages, write: LastWrite): Promise<void> {
  for (let puts = 0; puts < 2; puts += 1) {
    const record = (await pages.record()) ?? noRecord
    if (isTold(write, record.last)) return
    await pages.putRecord({ ...record, last: write })
  }
}

/** Whether what others know is at least as late. */
function isTold(write: LastWrite, told: LastWrite | null): boolean {
  return told !== null && (isLater(told, write) || (told.epoch === write.epoch && !isLater(write, told)))
}

/**
 * One that follows another will find that one told, as a rule, a moment later.
 * @returns whether nobody else has anything on its way
 */
async function othersEnded(writings: Writings, pages: SessionPages, clock: Clock): Promise<boolean> {
  for (const pause of [...pausesMilliseconds, null]) {
    const found = await pages.look()
    const mark = found.record?.mark ?? null
    const isFree = mark === null ? isSettled(found) : !isOfOthers(mark, writings, clock.nowMilliseconds())
    if (isFree || mark?.by === anybody || pause === null) return isFree
    await sleep(pause)
  }
  return false
}

const pausesMilliseconds = [4, 8, 16] as const

function isOfAnybody(mark: Mark | null, nowMilliseconds: number): boolean {
  return mark?.by === anybody && mark.untilMilliseconds > nowMilliseconds
}

function isOfOthers(mark: Mark | null, { owned, claim }: Writings, nowMilliseconds: number): boolean {
  if (mark === null || mark.untilMilliseconds <= nowMilliseconds) return false
  return owned === null || mark.by !== claim
}
