import { digest } from '../base/crypto.ts'
import type { Moment } from '../base/history/moment.ts'
import type { Versions } from '../base/versions.ts'
import type { Part } from './knowledge/knowledge.ts'
import { isCount, isRecord, isTime, parseJson } from './shape.ts'

/** An answer of the database that is kept. It is never changed, and neither are the bytes of its body. */
export interface Entry extends Moment {
  /** The answer holds all writes up to this one, and none after it. */
  readonly tick: number
  /** Versions of the tables that it depends on, in the snapshot that it was read from. */
  readonly versions: Versions
  /** Of one of these tables it may need the rows of one part alone; null: all of all of them. */
  readonly part: Part | null
  /** When the database was asked, not when it had answered: an answer is at least as old. */
  readonly storedAtMilliseconds: number
  readonly maxAgeSeconds: number
  readonly staleWhileRevalidateSeconds: number
  readonly staleIfErrorSeconds: number
  /** Whether it is stale, rather than of no use, once a table that it depends on was written. */
  readonly isStaleAfterWrite: boolean
  /** What the database wrote; that there is no row is such an answer, too. */
  readonly body: Uint8Array
}

/** How long an entry may be of use at all, from when it was stored: both times past `maxAge` begin there (RFC 5861). */
export function lifeSeconds(entry: Entry): number {
  return entry.maxAgeSeconds + Math.max(entry.staleWhileRevalidateSeconds, entry.staleIfErrorSeconds)
}

/** Changes with the layout: an entry of another one is none, and lies elsewhere. */
export const entryFormat = 4

/** `format digest\n`, the head as one line of JSON, the body; the digest is of all that follows its line. */
export function encodeEntry(entry: Entry): Uint8Array {
  const { body, ...head } = entry
  const rest = Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body])
  return Buffer.concat([Buffer.from(`${entryFormat} ${digest(rest)}\n`), rest])
}

/** Null of anything that `encodeEntry` of this format did not make: of another one, cut off, changed on its way. */
export function decodeEntry(bytes: Uint8Array): Entry | null {
  const seal = bytes.indexOf(newline)
  const rest = bytes.subarray(seal + 1)
  if (seal === -1 || decoder.decode(bytes.subarray(0, seal)) !== `${entryFormat} ${digest(rest)}`) return null
  const end = rest.indexOf(newline)
  const head = parseJson(decoder.decode(rest.subarray(0, end)))
  return isHead(head) ? { ...head, body: rest.subarray(end + 1) } : null
}

const newline = 10
const decoder = new TextDecoder()

/** The digest tells what was changed on its way; this, a head that was wrong when it was written. */
function isHead(head: unknown): head is Omit<Entry, 'body'> {
  return (
    isRecord(head) &&
    typeof head.epoch === 'string' &&
    isCount(head.frame) &&
    isCount(head.tick) &&
    isRecord(head.versions) &&
    Object.values(head.versions).every(isCount) &&
    isPart(head.part) &&
    isTime(head.storedAtMilliseconds) &&
    isTime(head.maxAgeSeconds) &&
    isTime(head.staleWhileRevalidateSeconds) &&
    isTime(head.staleIfErrorSeconds) &&
    typeof head.isStaleAfterWrite === 'boolean'
  )
}

function isPart(part: unknown): part is Part | null {
  if (part === null) return true
  return (
    isRecord(part) &&
    typeof part.table === 'string' &&
    typeof part.name === 'string' &&
    isCount(part.whole) &&
    typeof part.hides === 'boolean' &&
    typeof part.scheme === 'string'
  )
}
