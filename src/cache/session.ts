import { boundedMap } from '../base/bounded-map.ts'
import type { Clock } from '../base/clock.ts'
import { sha256 } from '../base/crypto.ts'
import type { ResponseCache } from './tier/edge.ts'
import { within } from './tier/within.ts'

/** Where the database was after a write. */
export interface LastWrite {
  readonly epoch: string
  readonly frame: number
}

/**
 * The last write of each session, for clients that keep no bookmark: in this isolate, and in its data
 * centre for the other isolates there.
 */
export interface SessionMemory {
  /** `unknown`: the data centre's cache does not answer, so that other isolates may know of one. */
  lastWrite(session: string): Promise<LastWrite | 'none' | 'unknown'>
  /** The same, looked at once a second: what cannot be known then is as none. */
  lastWriteLately(session: string): Promise<LastWrite | 'none'>
  /** @returns resolved when the data centre knows, or cannot be told */
  remember(session: string, write: LastWrite): Promise<void>
}

/** @param cache null: there is none, and then no other isolate can know */
export function sessionMemory(cache: ResponseCache | null, clock: Clock): SessionMemory {
  const memory = boundedMap<LastWrite>(sessionsKept)
  const lookedAt = boundedMap<number>(sessionsKept)
  let isKeeping = false
  let pausedUntilMilliseconds = 0
  const ask = async (session: string): Promise<LastWrite | 'none' | 'unknown'> => {
    if (cache === null || clock.nowMilliseconds() < pausedUntilMilliseconds) return 'unknown'
    try {
      const response = await within(() => cache.match(urlOf(session)), deadlineMilliseconds)
      if (response !== undefined) return readWrite(await within(() => response.text(), deadlineMilliseconds))
      isKeeping ||= await keeps(cache)
    } catch {
      // Whatever it is that fails there: what it may know is not known.
      isKeeping = false
    }
    if (!isKeeping) pausedUntilMilliseconds = clock.nowMilliseconds() + pauseMilliseconds
    return isKeeping ? 'none' : 'unknown'
  }
  const lastWrite = async (session: string): Promise<LastWrite | 'none' | 'unknown'> => {
    const own = memory.get(session)
    const told = await ask(session)
    if (own === undefined || told === 'unknown') return told
    return told === 'none' || isLater(own, told) ? own : told
  }
  return {
    lastWrite,
    async lastWriteLately(session) {
      const now = clock.nowMilliseconds()
      if (now - (lookedAt.get(session) ?? 0) >= lateMilliseconds) {
        lookedAt.set(session, now)
        const told = await lastWrite(session)
        if (typeof told === 'object') memory.set(session, told)
      }
      return memory.get(session) ?? 'none'
    },
    async remember(session, write) {
      const own = memory.get(session)
      if (own !== undefined && own.epoch === write.epoch && own.frame >= write.frame) return
      memory.set(session, write)
      if (cache === null) return
      try {
        await within(() => tell(cache, session, write), deadlineMilliseconds)
      } catch {
        // Other isolates cannot be told. A client that keeps its bookmark is not in need of it.
      }
    },
  }
}

/**
 * Two isolates that write for one session tell it at once, and in any order: the later write has to stay. A cache
 * compares nothing, so who tells looks before and after.
 */
async function tell(cache: ResponseCache, session: string, write: LastWrite): Promise<void> {
  const url = urlOf(session)
  const told = async (): Promise<LastWrite | null> => {
    const text = await (await cache.match(url))?.text()
    return text === undefined ? null : writeIn(text)
  }
  const before = await told()
  if (before !== null && isLater(before, write)) return
  await cache.put(url, responseOf(write))
  const after = await told()
  if (after !== null && isLater(write, after)) await cache.put(url, responseOf(write))
}

/** Some hosts have a cache that takes everything and keeps nothing: then that nothing is there says nothing. */
async function keeps(cache: ResponseCache): Promise<boolean> {
  const probe = urlOf('')
  await within(() => cache.put(probe, responseOf({ epoch: '', frame: 0 })), deadlineMilliseconds)
  const response = await within(() => cache.match(probe), deadlineMilliseconds)
  // Read to its end: to cancel one that the cache has a part in may wait for the other part.
  return response !== undefined && (await within(() => response.text(), deadlineMilliseconds)) !== ''
}

/** Of two histories it cannot be told which is over: the data centre's word stands. */
function isLater(a: LastWrite, b: LastWrite): boolean {
  return a.epoch === b.epoch && a.frame > b.frame
}

function responseOf({ epoch, frame }: LastWrite): Response {
  return new Response(`${epoch}.${frame}`, { headers: { 'cache-control': `max-age=${rememberedSeconds}` } })
}

/** A few dozen bytes each. */
const sessionsKept = 10_000

/** Longer than a replica may stay behind before it is left alone. */
const rememberedSeconds = 3_600

const deadlineMilliseconds = 250
/** So old may be what is known of those who share a session. */
const lateMilliseconds = 1_000
/** For so long a cache that fails is not asked. */
const pauseMilliseconds = 5_000

/** No host has this name (RFC 2606 §2), and no request from outside reaches it. */
function urlOf(session: string): string {
  return `https://session.selvage.invalid/${sha256(session)}`
}

/** @throws RangeError of what somebody else put there: then nothing is known */
function readWrite(text: string): LastWrite {
  const write = writeIn(text)
  if (write === null) throw new RangeError('no last write')
  return write
}

function writeIn(text: string): LastWrite | null {
  const [, epoch, frame] = /^([0-9a-f]*)\.(\d{1,15})$/.exec(text) ?? []
  return epoch === undefined || frame === undefined ? null : { epoch, frame: Number(frame) }
}
