import { Problem } from '../base/problem.ts'
import { integerValue, type Result, type Statement, textOf, textValue } from '../base/statement.ts'
import type { Timing } from '../base/timing.ts'
import type { Bookmark } from './bookmark.ts'
import { type Cluster, rewound } from './cluster.ts'
import { looked } from './fresh/looks.ts'
import type { Reply } from './hrana/reply.ts'
import { executeRequest, transactionRequest } from './hrana/request.ts'
import type { Send } from './trip/send.ts'

/** Which history the database is, and what was noted of it: the one row of `selvage_clock`, which `npm run migrate` makes. */
export const readEpoch: Statement = { sql: 'select epoch, frame, tick from selvage_clock', args: [] }

/**
 * Part of a transaction: that there was this frame before. A server that crashed may count its frames anew, from fewer
 * than there were, and then tells of it by the frame of the next write. The tick goes on where it was, or where the time is.
 * It is answered as `readEpoch` is.
 * @param epoch whose frame that is: of another one it would tell of a crash that there was not; null: it is not known
 */
export function noteFrame(epoch: string | null, frame: number, nowMilliseconds: number): Statement {
  return {
    sql: 'update selvage_clock set frame = max(frame, iif(epoch = ?, ?, 0)), tick = max(tick + 1, ?) returning epoch, frame, tick',
    args: [textValue(epoch ?? ''), integerValue(frame), integerValue(nowMilliseconds)],
  }
}

/** The frame that was noted last, as `readEpoch` was answered after a transaction; 0: none was. */
export function notedFrame({ epilogue }: Reply): number {
  return Number(textOf(epilogue?.result.rows[0]?.[1]) ?? 0)
}

/** What the database that was read has come to, where `readEpoch` was asked before; null: it was not, or not answered. */
export function checkedOf({ check, frame }: Reply): Bookmark | null {
  return bookmarkAt(check, frame ?? 0)
}

/** Its tick is past all that was written in the one before. */
function renewEpoch(old: string, nowMilliseconds: number): Statement {
  return {
    sql: 'update selvage_clock set epoch = lower(hex(randomblob(16))), frame = 0, tick = max(tick + 1, ?) where epoch = ?',
    args: [integerValue(nowMilliseconds), textValue(old)],
  }
}

/** What `readEpoch` was answered, with the frame of that answer. Null of a database that keeps no epoch. */
function bookmarkOf(reply: Reply): Bookmark | null {
  const [result = null] = 'results' in reply ? reply.results : []
  return bookmarkAt(result, reply.frame)
}

/** What is told after a read or a write: how far the database had come by then. Null: it was not asked, or not answered. */
export function bookmarkAfter({ epilogue }: Reply): Bookmark | null {
  return epilogue && bookmarkAt(epilogue.result, epilogue.frame)
}

/** @param told what `readEpoch` was answered, or `noteFrame` */
export function bookmarkAt(told: Result | null, frame: number | null): Bookmark | null {
  const [row] = told?.rows ?? []
  const epoch = textOf(row?.[0])
  return epoch === null || frame === null ? null : { epoch, frame, tick: Number(textOf(row?.[2]) ?? 0) }
}

/**
 * The primary has less than it had, so it was restored: it has the epoch of its backup, and frames that were given to
 * other writes before. What was known of frames is forgotten, and a new history begins, as long as nobody began it.
 * @param old the epoch that is over; null: not known here, and then it is the one that the primary has
 */
export async function beginHistory(
  old: string | null,
  cluster: Cluster,
  send: Send,
  timing: Timing,
): Promise<void> {
  rewound(cluster)
  const epoch = old ?? (await look(cluster, send, timing))?.epoch ?? null
  if (epoch === null) return
  const shape = { writes: true, isTrial: false, otherwise: null, epilogue: null }
  const body = transactionRequest([renewEpoch(epoch, Date.now())], shape)
  await send(cluster.primary, { body, count: 1, limitMilliseconds: null }, timing)
  await look(cluster, send, timing)
}

/** How long the primary may take to say how it is. */
const lookDeadlineMilliseconds = 2_000

/** Asks the primary how it is, for the sake of what is known of it. Null when it does not answer. */
export async function look(cluster: Cluster, send: Send, timing: Timing): Promise<Bookmark | null> {
  const { primary } = cluster
  const parcel = { body: executeRequest(readEpoch), count: 1, limitMilliseconds: lookDeadlineMilliseconds }
  try {
    const known = primary.frame
    const bookmark = bookmarkOf(await send(primary, parcel, timing))
    if (bookmark !== null && bookmark.frame < known && bookmark.epoch === cluster.epoch) {
      await beginHistory(bookmark.epoch, cluster, send, timing)
      return null
    }
    if (bookmark !== null) looked(cluster, bookmark, Date.now())
    return bookmark
  } catch (error) {
    if (error instanceof Problem) return null
    throw error
  }
}
