import { isLater, type Moment } from '../../base/history/moment.ts'
import { rememberedSeconds } from '../../base/history/remembered.ts'
import type { ResponseCache } from '../tier/edge.ts'

/** Where the database was after a write. */
export type LastWrite = Moment

/** A write that is on its way: until it is told how far the database came by it, nobody knows what is new enough. */
export interface Mark {
  /** The claim of who takes it away; `anybody`: nobody does. */
  readonly by: string
  /** By then it has ended, whatever became of who set out: where the primary is since, it is done or never will be. */
  readonly untilMilliseconds: number
}

/** What the data centre keeps of a session. */
export interface SessionRecord {
  readonly last: LastWrite | null
  readonly mark: Mark | null
  /** The claim of who told it without a mark: where that is not the last one, who told was overtaken, and
   * does not know yet. Null: nobody claimed it (`tellLately`), or it has a mark.
   */
  readonly teller: string | null
}

/** The pages of a session, read at once. */
export interface Look {
  readonly record: SessionRecord | null
  readonly claim: string | null
}

/** Whether all that was answered is told: nobody set out since, and nothing of it was forgotten. */
export function isSettled({ record, claim }: Look): boolean {
  return record === null ? claim === null : record.mark === null && record.teller === claim
}

/** Nothing is told of the session. */
export const noRecord: SessionRecord = { last: null, mark: null, teller: null }

/** Of writes of several isolates at a time: none of them may say that all are told. */
export const anybody = '*'

/** What is kept of one session, by the Cache API. @throws what the cache throws; RangeError of what somebody else put there */
export interface SessionPages {
  record(): Promise<SessionRecord | null>
  putRecord(record: SessionRecord): Promise<void>
  /** Of who was the last to set out with a write, or to tell of one; null: nobody was, or it is not kept any more. */
  claim(): Promise<string | null>
  putClaim(claim: string): Promise<void>
  /** Whatever was answered before this is in one of the two, however they come. */
  look(): Promise<Look>
}

/** @param url of the session, below which there is nothing else */
export function sessionPages(cache: ResponseCache, url: string): SessionPages {
  const get = async (page: string): Promise<string | null> =>
    (await (await cache.match(`${url}/${page}`))?.text()) ?? null
  const put = async (page: string, text: string): Promise<void> => {
    const headers = { 'cache-control': `max-age=${rememberedSeconds}` }
    await cache.put(`${url}/${page}`, new Response(text, { headers }))
  }
  const record = async (): Promise<SessionRecord | null> => {
    const text = await get('record')
    return text === null ? null : decodeRecord(text)
  }
  const claim = (): Promise<string | null> => get('claim')
  return {
    record,
    putRecord: (told) => put('record', encodeRecord(told)),
    claim,
    putClaim: (own) => put('claim', own),
    async look() {
      const [recorded, claimed] = await Promise.all([record(), claim()])
      return { record: recorded, claim: claimed }
    },
  }
}

/** Of two writes the later; where that cannot be told, the second word stands. */
export function laterOf(a: LastWrite | null, b: LastWrite | null): LastWrite | null {
  return a !== null && (b === null || isLater(a, b)) ? a : b
}

/**
 * `epoch.frame.tick`, or `epoch.frame` as it was without ticks, or `-`; then ` by@until` while a write is on its way, else
 * ` =teller`.
 */
function encodeRecord({ last, mark, teller }: SessionRecord): string {
  const head = last === null ? '-' : encodeWrite(last)
  if (mark !== null) return `${head} ${mark.by}@${mark.untilMilliseconds}`
  return teller === null ? head : `${head} =${teller}`
}

function decodeRecord(text: string): SessionRecord {
  const [, head = '', by, until, teller = null] =
    /^(\S+)(?: ([\w*-]+)@(\d{1,15})| =([\w-]+))?$/.exec(text) ?? []
  const mark = by === undefined ? null : { by, untilMilliseconds: Number(until) }
  return { last: head === '-' ? null : decodeWrite(head), mark, teller }
}

function encodeWrite({ epoch, frame, tick }: LastWrite): string {
  return `${epoch}.${frame}.${tick}`
}

function decodeWrite(text: string): LastWrite {
  const [, epoch, frame, tick = 0] = /^([0-9a-f]*)\.(\d{1,15})(?:\.(\d{1,15}))?$/.exec(text) ?? []
  if (epoch === undefined || frame === undefined) throw new RangeError('no last write')
  return { epoch, frame: Number(frame), tick: Number(tick) }
}
