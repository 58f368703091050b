import { boundedMap } from '../../base/memory/bounded-map.ts'
import type { Entry } from '../entry.ts'

/** The memory of an isolate: entries as they are, so that a hit reads, copies and awaits nothing. */
export interface Memory {
  get(key: string): Entry | null
  /** @returns whether there is a place for it; an entry above an eighth of the capacity would drive out too much. */
  put(key: string, entry: Entry): boolean
}

/** What an entry takes beside its body: objects, numbers and the map's own. Measured near 500 bytes in V8. */
const overheadBytes = 600

/** @param capacityBytes of all that it holds; what was not used for longest goes first. */
export function createMemory(capacityBytes: number): Memory {
  const entries = boundedMap<Entry>(capacityBytes, weightOf)
  return {
    get: (key) => entries.get(key) ?? null,
    put(key, entry) {
      const own = withOwnBody(entry)
      if (weightOf(own, key) > capacityBytes / 8) return false
      entries.set(key, own)
      return true
    },
  }
}

/** A body that is a part of something larger would keep all of that alive. */
function withOwnBody(entry: Entry): Entry {
  const { body } = entry
  return body.buffer.byteLength > body.byteLength + 1024 ? { ...entry, body: new Uint8Array(body) } : entry
}

/** Bytes; a key has one for a character, and so has the name of a table. */
function weightOf({ body, versions }: Entry, key: string): number {
  let bytes = overheadBytes + key.length + body.buffer.byteLength
  for (const table in versions) bytes += table.length + 32
  return bytes
}
