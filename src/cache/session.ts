import { boundedMap } from '../base/bounded-map.ts'
import type { Clock } from '../base/clock.ts'
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
export function sessionMemory(cache: ResponseCache | null, clock: Clock): SessionMemory {
  const memory = boundedMap<number>(sessionsKept)
  let isKeeping = false
  let pausedUntilMilliseconds = 0
  /** What is there; null when nobody can know. */
  const ask = async (session: string): Promise<number | null> => {
    if (cache === null || clock.nowMilliseconds() < pausedUntilMilliseconds) return null
    try {
      const response = await inTime(cache.match(urlOf(session)))
      if (response !== undefined) return frameOf(await response.text())
      isKeeping ||= await keeps(cache)
    } catch {
      // Whatever it is that fails there: what it may know is not known.
      isKeeping = false
    }
    if (!isKeeping) pausedUntilMilliseconds = clock.nowMilliseconds() + pauseMilliseconds
    return isKeeping ? 0 : null
  }
  return {
    async lastWrite(session) {
      const own = memory.get(session) ?? 0
      const told = await ask(session)
      return told === null ? null : Math.max(own, told)
    },
    async remember(session, frame) {
      if (frame <= (memory.get(session) ?? 0)) return
      memory.set(session, frame)
      if (cache === null) return
      try {
        await inTime(cache.put(urlOf(session), responseOf(frame)))
      } catch {
        // Other isolates cannot be told. A client that keeps its bookmark is not in need of it.
      }
    },
  }
}

/** Some hosts have a cache that takes everything and keeps nothing: then that nothing is there says nothing. */
async function keeps(cache: ResponseCache): Promise<boolean> {
  const probe = urlOf('')
  await inTime(cache.put(probe, responseOf(0)))
  const response = await inTime(cache.match(probe))
  await response?.body?.cancel()
  return response !== undefined
}

function responseOf(frame: number): Response {
  return new Response(String(frame), { headers: { 'cache-control': `max-age=${rememberedSeconds}` } })
}

/** A few dozen bytes each. */
const sessionsKept = 10_000

/** Longer than a replica may stay behind before it is left alone. */
const rememberedSeconds = 3_600

const timeMilliseconds = 250
/** For so long a cache that fails is not asked. */
const pauseMilliseconds = 5_000

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
