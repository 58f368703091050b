import type { Bookmark } from '../bookmark.ts'
import type { Cluster } from '../cluster.ts'
import type { VersionSighting } from '../versions.ts'
import { ageSeconds } from './looks.ts'

/** What a request has learnt of the database so far. */
export interface Seen {
  /** What holds the last write of this request, and all before it; null: it wrote nothing. */
  readonly written: Bookmark | null
  /** The newest that was read: nothing of it is newer. Null: nothing was read, or its epoch is not known. */
  readonly read: Bookmark | null
  /** The versions of tables after the last write that touched some; null: none did. */
  readonly versions: VersionSighting | null
  /** How old what was read may be while the primary does not answer. Null while it does, and of no read. */
  readonly ageSeconds: number | null
}

/** The same, while a request learns it. */
export interface Learning extends Seen {
  noteRead(read: Read): void
  /** Of a write that is done, or counts as done now. */
  noteWritten(written: Bookmark | null, versions: VersionSighting | null): void
}

/** How far the database had come; epoch null: not told, nor known. Tick 0: not told. */
type Read = Pick<Bookmark, 'frame' | 'tick'> & { readonly epoch: string | null }

export function learning(cluster: Cluster): Learning {
  let written: Bookmark | null = null
  let versions: VersionSighting | null = null
  let read: Read | null = null
  let isOfTwoHistories = false
  return {
    noteRead(news) {
      if (read !== null && read.epoch !== news.epoch) isOfTwoHistories = true
      read = read === null ? news : together(read, news)
    },
    noteWritten(news, told) {
      written = news
      versions = told
    },
    get written() {
      return written
    },
    get versions() {
      return versions
    },
    get read() {
      const epoch = read?.epoch ?? cluster.epoch
      return read === null || epoch === null || isOfTwoHistories ? null : { ...read, epoch }
    },
    get ageSeconds() {
      return read === null ? null : ageSeconds(cluster, read.frame, Date.now())
    },
  }
}

/** The later of both; a tick that one of them does not tell is not known of both. */
function together(a: Read, b: Read): Read {
  const tick = a.tick === 0 || b.tick === 0 ? 0 : Math.max(a.tick, b.tick)
  return { epoch: a.epoch, frame: Math.max(a.frame, b.frame), tick }
}
