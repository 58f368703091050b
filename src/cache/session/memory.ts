import { type Clock, doAfterTheAnswer, type Later } from '../../base/clock.ts'
import { sha256 } from '../../base/crypto.ts'
import { boundedMap } from '../../base/memory/bounded-map.ts'
import { createDue, type Due } from '../due.ts'
import type { ResponseCache } from '../tier/edge.ts'
import type { Protection } from '../tier/protection.ts'
import { within } from '../tier/within.ts'
import { markMilliseconds } from './claim.ts'
import { isSettled, type LastWrite, type Look, laterOf, type SessionPages, sessionPages } from './record.ts'
import { settle } from './settle.ts'
import {
  allEnded,
  isAlone,
  noWritings,
  setOut,
  tellAtOnce,
  tellLately,
  type UnderWay,
  type Writings,
} from './writing.ts'

/**
 * The last write of each session, for clients that keep no bookmark: in this isolate, and in its data
 * centre for the other isolates there.
 */
export interface SessionMemory {
  /**
   * `unknown`: the data centre's cache does not answer, so that other isolates may know of one; or another isolate has
   * sent one on its way, and has not told yet how far the database came by it, or never will (`settle`).
   */
  lastWrite(session: string): Promise<LastWrite | 'none' | 'unknown'>
  /**
   * The same as of a second ago at most: what cannot be known then is as none. While many ask it is looked at after an answer,
   * before that.
   */
  lastWriteLately(session: string, later: Later): Promise<LastWrite | 'none'>
  /**
   * Where that was found unknown, and nobody says more: asks the primary, and tells. Null: there is nothing to settle.
   * @param ask how far the primary has come; null: it does not say
   */
  settle(session: string, ask: () => Promise<LastWrite | null>): Promise<void> | null
  /** What this isolate has heard of, without asking; `unknown`: asking would not tell more. */
  recall(session: string): LastWrite | 'none' | 'unknown'
  /**
   * A write sets out: other isolates of the data centre are told of it while it is on its way.
   * @returns resolved when they know, or cannot be told; to be ended by `remember`
   */
  announce(session: string): Promise<Writing>
  /**
   * Here at once; the data centre is told, too.
   * @param write null: nothing was written
   * @param writing as it was announced; null: it was not
   */
  remember(session: string, write: LastWrite | null, writing: Writing | null): Remembering
  /** The same of a session that all share, and in which nobody is promised to read what he wrote. */
  rememberLately(session: string, write: LastWrite): Promise<void>
}

/** A write on its way. */
export interface Writing {
  /** So long the data centre knows that there may be one. */
  readonly knownUntilMilliseconds: number
  /** Of the mark that stands for it, if one does. */
  readonly claim: string
  readonly underWay: UnderWay
}

export interface Remembering {
  /** Whether others know enough already, so that nobody has to wait. */
  readonly isKnown: boolean
  /** Resolved when the data centre knows, or cannot be told. */
  readonly told: Promise<void>
}

/**
 * @param cache null: there is none, and then no other isolate can know
 * @param report told of each failure of the cache, and of who settles
 */
export function sessionMemory(
  cache: ResponseCache | null,
  clock: Clock,
  report: Protection['report'],
): SessionMemory {
  const memory = boundedMap<LastWrite>(sessionsKept)
  const writings = boundedMap<Writings>(sessionsKept)
  const dues = boundedMap<Due>(sessionsKept)
  /** Of sessions that were found unsettled: from when on somebody may settle them. */
  const unsettled = boundedMap<number>(sessionsKept)
  let isKeeping = false
  let pausedUntilMilliseconds = 0
  const now = (): number => clock.nowMilliseconds()
  const isPaused = (): boolean => cache === null || now() < pausedUntilMilliseconds
  const writingsOf = (session: string): Writings => {
    const own = writings.get(session) ?? noWritings()
    writings.set(session, own)
    return own
  }
  const look = async (session: string): Promise<Look | 'unknown'> => {
    if (cache === null || isPaused()) return 'unknown'
    const pages = sessionPages(cache, urlOf(session))
    try {
      const found = await within(() => pages.look(), deadlineMilliseconds)
      if (found.record !== null || found.claim !== null) return found
      isKeeping ||= await keeps(cache)
    } catch (error) {
      // Whatever it is that fails there: what it may know is not known.
      report('session', error)
      isKeeping = false
    }
    if (!isKeeping) pausedUntilMilliseconds = now() + pauseMilliseconds
    return isKeeping ? { record: null, claim: null } : 'unknown'
  }
  const note = (session: string, write: LastWrite): void =>
    memory.set(session, laterOf(memory.get(session) ?? null, write) ?? write)
  const learn = (session: string, { record }: Look): LastWrite | 'none' => {
    if (record !== null && record.last !== null) note(session, record.last)
    return memory.get(session) ?? 'none'
  }
  const lookAndLearn = async (session: string): Promise<void> => {
    const found = await look(session)
    if (found !== 'unknown') learn(session, found)
  }
  /** @returns null where it cannot be told: a client that keeps its bookmark is not in need of it */
  const tell = async <Told>(
    session: string,
    work: (pages: SessionPages) => Promise<Told>,
  ): Promise<Told | null> => {
    if (cache === null) return null
    try {
      return await within(() => work(sessionPages(cache, urlOf(session))), deadlineMilliseconds)
    } catch (error) {
      report('session', error)
      return null
    }
  }
  /** As the last of those that are under way here. @returns whether others are told */
  const end = async (session: string, own: Writings): Promise<boolean> => {
    own.owned = null
    const until = now() + deadlineMilliseconds
    own.endingUntilMilliseconds = until
    const last = laterOf(own.last, memory.get(session) ?? null)
    own.last = null
    const isTold = await tell(session, (pages) => allEnded(own, last, pages, clock))
    // Who takes longer than that may find the next one there.
    if (own.endingUntilMilliseconds === until) own.endingUntilMilliseconds = Number.NEGATIVE_INFINITY
    return isTold === true
  }
  return {
    async lastWrite(session) {
      const found = await look(session)
      if (found === 'unknown') return 'unknown'
      const last = learn(session, found)
      if (isSettled(found)) return last
      const mark = found.record?.mark ?? null
      // What this isolate alone has on its way was not answered yet, or is in its memory.
      if (mark !== null && isAlone(writingsOf(session), mark, now())) return last
      if (mark === null || mark.untilMilliseconds <= now())
        unsettled.set(session, unsettled.get(session) ?? now())
      return 'unknown'
    },
    settle(session, ask) {
      const from = unsettled.get(session)
      if (cache === null || from === undefined || from > now()) return null
      unsettled.set(session, now() + settlingMilliseconds)
      const work = async (): Promise<void> => {
        try {
          await within(() => settle(sessionPages(cache, urlOf(session)), ask, clock), settlingMilliseconds)
        } catch (error) {
          // It stays unknown, and the next one tries.
          report('session', error)
        }
        unsettled.delete(session)
      }
      return work()
    },
    async lastWriteLately(session, later) {
      const due = dues.get(session) ?? createDue()
      dues.set(session, due)
      const asked = now()
      if (due.isDue(asked)) {
        // Of many at a time one looks: to the others it is as it was.
        due.asked(asked)
        await lookAndLearn(session)
      } else if (due.setsOutAhead(asked)) {
        doAfterTheAnswer(async () => {
          await lookAndLearn(session)
          due.asked(asked)
        }, later)
      }
      return memory.get(session) ?? 'none'
    },
    recall: (session) => (isPaused() ? 'unknown' : (memory.get(session) ?? 'none')),
    async announce(session) {
      const own = writingsOf(session)
      const underWay = { untilMilliseconds: now() + markMilliseconds }
      own.underWay.add(underWay)
      const until = await tell(session, (pages) => setOut(own, pages, { clock, deadlineMilliseconds }))
      return { knownUntilMilliseconds: until ?? Number.NEGATIVE_INFINITY, claim: own.claim, underWay }
    },
    remember(session, write, writing) {
      const own = writingsOf(session)
      const isKnown = writing !== null && writing.knownUntilMilliseconds > now() + deadlineMilliseconds
      if (write !== null) {
        note(session, write)
        own.last = laterOf(own.last, write)
        if (isKnown && own.owned !== null && writing.claim === own.claim) own.hasWritten = true
      }
      for (const each of own.underWay)
        if (each === writing?.underWay || each.untilMilliseconds <= now()) own.underWay.delete(each)
      const work = async (): Promise<void> => {
        const isLast = own.owned !== null && own.underWay.size === 0
        const isTold = isLast ? await end(session, own) : isKnown && own.owned !== null
        if (isTold || write === null || (isLast && isKnown)) return
        // What was told over by one that is later here must not be what others know.
        await tell(session, (pages) => tellAtOnce(pages, memory.get(session) ?? write, clock))
      }
      return { isKnown: isKnown || write === null, told: work() }
    },
    async rememberLately(session, write) {
      note(session, write)
      await tell(session, (pages) => tellLately(pages, write))
    },
  }
}

/** Some hosts have a cache that takes everything and keeps nothing: then that nothing is there says nothing. */
async function keeps(cache: ResponseCache): Promise<boolean> {
  const probe = urlOf('')
  const kept = new Response('kept', { headers: { 'cache-control': `max-age=3600` } })
  await within(() => cache.put(probe, kept), deadlineMilliseconds)
  const response = await within(() => cache.match(probe), deadlineMilliseconds)
  // Read to its end: to cancel one that the cache has a part in may wait for the other part.
  return response !== undefined && (await within(() => response.text(), deadlineMilliseconds)) !== ''
}

/** A few dozen bytes each. */
const sessionsKept = 10_000

const deadlineMilliseconds = 250
/** Longer than somebody takes to settle: of many who find it so one does. */
const settlingMilliseconds = 3_000
/** For so long a cache that fails is not asked. */
const pauseMilliseconds = 5_000

/** No host has this name (RFC 2606 §2), and no request from outside reaches it. */
function urlOf(session: string): string {
  return `https://session.selvage.invalid/${sha256(session)}`
}
