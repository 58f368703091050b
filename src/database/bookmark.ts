import { equalInConstantTime, signature } from '../base/crypto.ts'
import type { Moment } from '../base/history/moment.ts'
import { boundedMap } from '../base/memory/bounded-map.ts'

/** A place in the history of a database: whoever shows it is not answered from older data. */
export type Bookmark = Moment

/**
 * `epoch.frame.tick.mac`, and `epoch.frame.mac` without a tick. Signed, for a replica waits for the frame that a bookmark names:
 * nobody else can make one.
 */
export function sealBookmark(secret: string, { epoch, frame, tick }: Bookmark): string {
  const text = `${epoch}.${frame}${tick === 0 ? '' : `.${tick}`}`
  return `${text}.${macOf(secret, text)}`
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
  const [, sealed = '', epoch = '', frame, tick = '0', mac = ''] =
    /^(([0-9a-f]{32})\.(0|[1-9]\d{0,14})(?:\.([1-9]\d{0,14}))?)\.([\w-]{22})$/.exec(text) ?? []
  if (epoch === '' || !equalInConstantTime(mac, macOf(secret, sealed))) return null
  return { epoch, frame: Number(frame), tick: Number(tick) }
}

/** 128 bits of it. */
function macOf(secret: string, text: string): string {
  return signature(secret, 'bookmark', text).slice(0, 22)
}
