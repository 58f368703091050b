import { equalInConstantTime, signature } from '../base/crypto.ts'
import { boundedMap } from '../base/memory/bounded-map.ts'

/** A place in the history of a database: whoever shows it is not answered from older data. */
export interface Bookmark {
  /** Which history: a database that is restored or forked has another one. */
  readonly epoch: string
  /** libSQL's replication index. */
  readonly frame: number
}

/** `epoch.frame.mac`. Signed, for a replica waits for the frame that a bookmark names: nobody else can make one. */
export function sealBookmark(secret: string, { epoch, frame }: Bookmark): string {
  return `${epoch}.${frame}.${macOf(secret, epoch, String(frame))}`
}

/** Null of a text that this server has not sealed. What it has is checked once: a client hands it back each time. */
export function openBookmark(secret: string, text: string): Bookmark | null {
  const known = opened.get(text)
  if (known !== undefined && known.secret === secret) return known.bookmark
  const bookmark = checked(secret, text)
  if (bookmark !== null) opened.set(text, { secret, bookmark })
  return bookmark
}

/** Of all who hand one back; a few hundred bytes each. */
const opened = boundedMap<{ readonly secret: string; readonly bookmark: Bookmark }>(2_000)

function checked(secret: string, text: string): Bookmark | null {
  const [, epoch = '', frame = '', mac = ''] =
    /^([0-9a-f]{32})\.(0|[1-9]\d{0,14})\.([\w-]{22})$/.exec(text) ?? []
  if (epoch === '' || !equalInConstantTime(mac, macOf(secret, epoch, frame))) return null
  return { epoch, frame: Number(frame) }
}

/** 128 bits of it. */
function macOf(secret: string, epoch: string, frame: string): string {
  return signature(secret, 'bookmark', `${epoch}.${frame}`).slice(0, 22)
}
