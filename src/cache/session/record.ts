import { isLater, type Moment } from '../../base/history/moment.ts'
import type { ResponseCache } from '../tier/edge.ts'

/** Where the database was after a write. */
export type LastWrite = Moment

/** A write that is on its way: until its frame is told, or its time is over, nobody knows what is new enough. */
export interface Mark {
  /** Of the isolate, which takes it away; `anybody`: nobody does. */
  readonly by: string
  /** By then it has ended, whatever became of who set out. */
  readonly untilMilliseconds: number
}

/** What the data centre keeps of a session. */
export interface SessionRecord {
  readonly last: LastWrite | null
  readonly mark: Mark | null
  /**
   * The claim of who told it without a mark: where another one came after it, who told was overtaken, and does not know yet.
   * Null: it is of before claims were told.
   */
  readonly teller: string | null
}

/** Nothing is told of the session. */
export const noRecord: SessionRecord = { last: null, mark: null, teller: null }

/** Of writes of several isolates at a time: none of them may say that all are told. */
export const anybody = '*'

/** What is kept of one session, by the Cache API. @throws what the cache throws; RangeError of what somebody else put there */
export interface SessionPages {
  record(): Promise<SessionRecord | null>
  putRecord(record: SessionRecord): Promise<void>
  /** Of who was the last to set out with a write, or to tell of one; null: nobody was for a minute, or nothing is kept. */
  claim(): Promise<string | null>
  putClaim(claim: string): Promise<void>
  /** The last write of those that had to leave the record alone. */
  aside(): Promise<LastWrite | null>
  putAside(write: LastWrite): Promise<void>
}

/** @param url of the session, below which there is nothing else */
export function sessionPages(cache: ResponseCache, url: string): SessionPages {
  const get = async (page: string): Promise<string | null> =>
    (await (await cache.match(`${url}/${page}`))?.text()) ?? null
  const put = async (page: string, text: string, seconds = rememberedSeconds): Promise<void> => {
    const headers = { 'cache-control': `max-age=${seconds}` }
    await cache.put(`${url}/${page}`, new Response(text, { headers }))
  }
  return {
    async record() {
      const text = await get('record')
      return text === null ? null : decodeRecord(text)
    },
    putRecord: (record) => put('record', encodeRecord(record)),
    claim: () => get('claim'),
    putClaim: (claim) => put('claim', claim, claimedSeconds),
    async aside() {
      const text = await get('aside')
      return text === null ? null : decodeWrite(text)
    },
    putAside: (write) => put('aside', encodeWrite(write)),
  }
}

/** Of two writes the later; where that cannot be told, the second word stands. */
export function laterOf(a: LastWrite | null, b: LastWrite | null): LastWrite | null {
  return a !== null && (b === null || isLater(a, b)) ? a : b
}

/** Longer than a replica may stay behind before it is left alone. */
const rememberedSeconds = 3_600
/** Longer than a mark stands; who died after claiming must not leave the session unknown for as long as it is remembered. */
const claimedSeconds = 60

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
