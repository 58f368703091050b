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
 * and may take its mark away. Of others the record says that until a time nobody knows, and that nobody takes back. Who takes
 * it back all the same, because somebody came between its last look and that, is known by its claim, which is not the last.
 */
export interface Writings {
  /** Not ended yet. */
  underWay: number
  /** The mark of this isolate, as long as it is alone; all that it has on its way shares it. */
  owned: Mark | null
  /** By which it came to that. */
  claim: string
  /** What was told before. */
  before: SessionRecord
  /** Until then somebody here takes the mark away. */
  endingUntilMilliseconds: number
  /** Until then somebody here sets out: of two at once each would put its mark over what the other one has left there. */
  settingOutUntilMilliseconds: number
}

export const noWritings = (): Writings => ({
  underWay: 0,
  owned: null,
  claim: '',
  before: noRecord,
  endingUntilMilliseconds: Number.NEGATIVE_INFINITY,
  settingOutUntilMilliseconds: Number.NEGATIVE_INFINITY,
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
  surroundings: SettingOut,
): Promise<number | null> {
  const { clock, deadlineMilliseconds } = surroundings
  const begun = clock.nowMilliseconds()
  const isBusy = (): boolean =>
    Math.max(writings.endingUntilMilliseconds, writings.settingOutUntilMilliseconds) > clock.nowMilliseconds()
  while (isBusy()) await sleep(1)
  const { owned } = writings
  const now = clock.nowMilliseconds()
  if (owned !== null && owned.untilMilliseconds - now >= markMilliseconds) return owned.untilMilliseconds
  const until = now + deadlineMilliseconds
  writings.settingOutUntilMilliseconds = until
  try {
    return await mark(writings, pages, surroundings, begun + deadlineMilliseconds)
  } finally {
    // Who takes longer than that may find the next one there.
    if (writings.settingOutUntilMilliseconds === until)
      writings.settingOutUntilMilliseconds = Number.NEGATIVE_INFINITY
  }
}

/** @param inTimeUntil in milliseconds since 1970; later nobody relies on it */
async function mark(
  writings: Writings,
  pages: SessionPages,
  { isolate, clock }: SettingOut,
  inTimeUntil: number,
): Promise<number | null> {
  const now = clock.nowMilliseconds()
  await othersEnded(pages, isolate, clock)
  const claim = await claimed(pages)
  const before = (await pages.record()) ?? noRecord
  // Twice as long, so that writes that follow may share it.
  const own = { by: isolate, untilMilliseconds: now + 2 * markMilliseconds }
  const isInTime = (): boolean => clock.nowMilliseconds() < inTimeUntil
  if (!isOfOthers(before.mark, isolate, now) && isInTime()) {
    await pages.putRecord({ ...before, mark: own })
    if ((await isLast(pages, claim)) && isInTime()) {
      writings.owned = own
      writings.claim = claim
      writings.before = before
      return own.untilMilliseconds
    }
  }
  writings.owned = null
  if (isInTime() && !isOfAnybody(before.mark, now)) await leaveToAnybody(pages, before.last, now)
  return null
}

/**
 * All that were on their way here have ended: others are told of the last of them.
 * @param last null: nothing was written
 * @throws what the cache throws
 */
export async function allEnded(
  { before, claim }: Writings,
  last: LastWrite | null,
  pages: SessionPages,
  clock: Clock,
): Promise<void> {
  if (!(await isLast(pages, claim))) return tellAside(pages, last)
  await pages.putRecord(
    last === null
      ? { ...before, teller: claim }
      : { last: laterOf(before.last, last), mark: null, teller: claim },
  )
  // Somebody set out while that was on its way there, and may have been told over.
  if (await isLast(pages, claim)) return
  await leaveToAnybody(pages, laterOf(before.last, last), clock.nowMilliseconds())
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
  const claim = await claimed(pages)
  const before = (await pages.record()) ?? noRecord
  // Not for longer: else a session that writes all the time would never be known again.
  if (isOfAnybody(before.mark, now + spareMilliseconds)) return tellAside(pages, write)
  if (!isOfOthers(before.mark, isUnderWay ? '' : isolate, now)) {
    const last = laterOf(before.last, write)
    await pages.putRecord({ last, mark: null, teller: claim })
    if (await isLast(pages, claim)) return
  }
  await leaveToAnybody(pages, laterOf(before.last, write), now)
  await tellAside(pages, write)
}

/** Of several at once the later has to stay: who tells looks before and after. @throws what the cache throws */
async function tellAside(pages: SessionPages, write: LastWrite | null): Promise<void> {
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
    const record = (await pages.record()) ?? noRecord
    if (isTold(write, record.last)) return
    await pages.putRecord({ ...record, last: write })
  }
}

/** Whether what others know is at least as late. */
function isTold(write: LastWrite, told: LastWrite | null): boolean {
  return told !== null && (isLater(told, write) || (told.epoch === write.epoch && !isLater(write, told)))
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

function isOfAnybody(mark: Mark | null, nowMilliseconds: number): boolean {
  return mark?.by === anybody && mark.untilMilliseconds > nowMilliseconds
}

function isOfOthers(mark: Mark | null, isolate: string, nowMilliseconds: number): boolean {
  return mark !== null && mark.by !== isolate && mark.untilMilliseconds > nowMilliseconds
}

/** One of its own each time: of two by one isolate, too, only the last one is. */
async function claimed(pages: SessionPages): Promise<string> {
  const claim = crypto.randomUUID()
  await pages.putClaim(claim)
  return claim
}

async function isLast(pages: SessionPages, claim: string): Promise<boolean> {
  const last = await pages.claim()
  if (last === null) throw new RangeError('nothing is kept')
  return last === claim
}
