import { boundedMap } from '../base/bounded-map.ts'
import { sha256 } from '../base/crypto.ts'
import type { ResponseCache } from './tier/edge.ts'

/**
 * The frame of the last write of each session, for clients that keep no bookmark: in this isolate, and in its data
 * centre for the other isolates there.
 */
export interface SessionMemory {
  /** 0: none is known. Null: it cannot be known, for the data centre's cache does not answer. */
  lastWrite(session: string): Promise<number | null>
  /** @returns resolved when the data centre knows, or cannot be told */
  remember(session: string, frame: number): Promise<void>
}

/** @param cache null: there is none, and then no other isolate can know */
export function sessionMemory(cache: ResponseCache | null): SessionMemory {
  const memory = boundedMap<number>(sessionsKept)
  return {
    async lastWrite(session) {
      const own = memory.get(session) ?? 0
      if (cache === null) return null
      try {
        const response = await inTime(cache.match(urlOf(session)))
        return Math.max(own, response === undefined ? 0 : frameOf(await response.text()))
      } catch {
        // Whatever it is that fails there: what it may know is not known.
        return null
      }
    },
    async remember(session, frame) {
      if (frame <= (memory.get(session) ?? 0)) return
      memory.set(session, frame)
      if (cache === null) return
      const headers = { 'cache-control': `max-age=${rememberedSeconds}` }
      try {
        await inTime(cache.put(urlOf(session), new Response(String(frame), { headers })))
      } catch {
        // Other isolates cannot be told. A client that keeps its bookmark is not in need of it.
      }
    },
  }
}

/** A few dozen bytes each. */
const sessionsKept = 10_000

/** Longer than a replica may stay behind before it is left alone. */
const rememberedSeconds = 3_600

const timeMilliseconds = 250

/** @throws Error when the time is over */
function inTime<Value>(work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('the cache does not answer')), timeMilliseconds)
    work.then(resolve, reject).finally(() => clearTimeout(late))
  })
}

/** No host has this name (RFC 2606 §2), and no request from outside reaches it. */
function urlOf(session: string): string {
  return `https://session.selvage.invalid/${sha256(session)}`
}

/** What is no frame is an entry that somebody else made: then nothing is known. @throws RangeError */
function frameOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new RangeError('no frame')
}
