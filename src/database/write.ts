import type { Statement } from '../base/statement.ts'
import type { Timing } from '../base/timing.ts'
import type { Bookmark } from './bookmark.ts'
import { beginHistory, bookmarkAfter, bookmarkAt, notedFrame, noteFrame } from './clock.ts'
import { type Cluster, entersHistory, isLost } from './cluster.ts'
import { type Done, done } from './hrana/outcome.ts'
import { type TransactionShape, transactionRequest } from './hrana/request.ts'
import { unavailable } from './node.ts'
import type { Send } from './trip/send.ts'
import { epilogueOf, raiseVersions, type VersionSighting, versionsAfter, type Watching } from './versions.ts'

/** What a transaction writes that others depend on. */
export interface WrittenTables {
  /** Tables that are written, of those whose versions answers from caches depend on. */
  readonly touched: readonly string[]
  /** Those of them of which the statements say by themselves which parts are written. */
  readonly named: readonly string[]
}

export type WriteShape = Pick<TransactionShape, 'isTrial' | 'otherwise'>

/** A transaction on its way to the primary. */
export interface WriteRequest extends Partial<WrittenTables> {
  readonly statements: readonly Statement[]
  readonly shape: WriteShape
  readonly timing: Timing
}

export interface WriteSurroundings {
  readonly cluster: Cluster
  readonly send: Send
  /** How versions of tables are told afterwards; null: they are not. */
  readonly watching: Watching | null
  /** Begun with the trip, and done before this is. It does not fail. */
  readonly beforeAnswer: (() => Promise<void>) | undefined
}

export interface Written {
  /** With the results of the statements alone. */
  readonly ended: Done
  /** How far the database had come by it; null: nothing was written, or nobody is to follow it. */
  readonly written: Bookmark | null
  readonly versions: VersionSighting | null
}

/**
 * One trip to the primary, whose transaction also says what is needed to follow it: the versions of tables that it raises, and
 * a frame that there was before.
 * @throws Problem UNAVAILABLE_DATABASE or DATABASE_TIMEOUT; SqlError of the first statement that failed
 */
export async function write(
  { statements, shape, timing, touched = [], named = [] }: WriteRequest,
  { cluster, send, watching, beforeAnswer }: WriteSurroundings,
): Promise<Written> {
  // Nobody waits again for what has not come three times, if others can be read from meanwhile.
  if (cluster.replicas.length > 0 && isLost(cluster, Date.now())) throw unavailable()
  const { epoch } = cluster
  const known = cluster.primary.frame
  const isFollowed = cluster.replicas.length > 0 || touched.length > 0 || watching !== null
  const marks = touched.length === 0 ? [] : [raiseVersions(touched, named)]
  if (isFollowed) marks.push(noteFrame(epoch, known, Date.now()))
  const all = [...statements, ...marks]
  const body = transactionRequest(all, { ...shape, writes: true, epilogue: epilogueOf(watching) })
  const parcel = { body, count: all.length, limitMilliseconds: null }
  const [reply] = await Promise.all([send(cluster.primary, parcel, timing), beforeAnswer?.()])
  const whole = done(reply)
  const ended = 'results' in whole ? { ...whole, results: whole.results.slice(0, statements.length) } : whole
  const told = bookmarkAfter(reply)
  const versions = versionsAfter(reply, told, watching)
  // Where that was refused, as on a schema that is not migrated yet, the transaction itself says its tick, which is enough to
  // follow it by: a replica is believed by that.
  const noted = isFollowed && !shape.isTrial && 'results' in whole ? (whole.results.at(-1) ?? null) : null
  let written = told ?? bookmarkAt(noted, 1)
  // Its tick is that of a write before.
  if (!isFollowed && written !== null) written = { ...written, tick: 0 }
  // Of another history than was known here somebody else has noticed, and what this isolate knows is not of that one.
  const isOther = epoch !== null && written !== null && written.epoch !== epoch
  if (reply.frame !== null && reply.frame < Math.max(isOther ? 0 : known, notedFrame(reply))) {
    await beginHistory(written?.epoch ?? epoch, cluster, send, timing)
    const tick = written?.tick ?? 0
    // Where nobody says which history that is now, the old one will do: whoever brings it is answered by the primary.
    const history = cluster.epoch ?? written?.epoch ?? null
    return {
      ended,
      written: history === null ? null : { epoch: history, frame: reply.frame, tick },
      versions: null,
    }
  }
  if (written !== null) entersHistory(cluster, written.epoch)
  return { ended, written, versions }
}
