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
}

/** Nothing is told of the session. */
export const noRecord: SessionRecord = { last: null, mark: null }

/** Of writes of several isolates at a time: none of them may say that all are told. */
export const anybody = '*'

/** What is kept of one session, by the Cache API. @throws what the cache throws; RangeError of what somebody else put there */
export interface SessionPages {
  record(): Promise<SessionRecord | null>
  putRecord(record: SessionRecord): Promise<void>
  /** The isolate that was the last to set out with a write; null: nothing is kept. */
  claimant(): Promise<string | null>
  claim(isolate: string): Promise<void>
  /** The last write of those that had to leave the record alone. */
  aside(): Promise<LastWrite | null>
  putAside(write: LastWrite): Promise<void>
}

/** @param url of the session, below which there is nothing else */
export function sessionPages(cache: ResponseCache, url: string): SessionPages {
  const get = async (page: string): Promise<string | null> =>
    (await (await cache.match(`${url}/${page}`))?.text()) ?? null
  const put = async (page: string, text: string): Promise<void> => {
    const headers = { 'cache-control': `max-age=${rememberedSeconds}` }
    await cache.put(`${url}/${page}`, new Response(text, { headers }))
  }
  return {
    async record() {
      const text = await get('record')
      return text === null ? null : decodeRecord(text)
    },
    putRecord: (record) => put('record', encodeRecord(record)),
    claimant: () => get('claim'),
    claim: (isolate) => put('claim', isolate),
    async aside() {
      const text = await get('aside')
      return text === null ? null : decodeWrite(text)
    },
    putAside: (write) => put('aside', encodeWrite(write)),
  }
}

/** Of two writes the later; of two histories it cannot be told which is over: the second word stands. */
export function laterOf(a: LastWrite | null, b: LastWrite | null): LastWrite | null {
  return a !== null && (b === null || isLater(a, b)) ? a : b
}

/** Longer than a replica may stay behind before it is left alone. */
const rememberedSeconds = 3_600

/** `epoch.frame.tick`, or `epoch.frame` as it was without ticks, or `-`; then ` by@until` while a write is on its way. */
function encodeRecord({ last, mark }: SessionRecord): string {
  const head = last === null ? '-' : encodeWrite(last)
  return mark === null ? head : `${head} ${mark.by}@${mark.untilMilliseconds}`
}

function decodeRecord(text: string): SessionRecord {
  const [, head = '', by, until] = /^(\S+)(?: ([\w*-]+)@(\d{1,15}))?$/.exec(text) ?? []
  const mark = by === undefined ? null : { by, untilMilliseconds: Number(until) }
  return { last: head === '-' ? null : decodeWrite(head), mark }
}

function encodeWrite({ epoch, frame, tick }: LastWrite): string {
  return `${epoch}.${frame}.${tick}`
}

function decodeWrite(text: string): LastWrite {
  const [, epoch, frame, tick = 0] = /^([0-9a-f]*)\.(\d{1,15})(?:\.(\d{1,15}))?$/.exec(text) ?? []
  if (epoch === undefined || frame === undefined) throw new RangeError('no last write')
  return { epoch, frame: Number(frame), tick: Number(tick) }
}
