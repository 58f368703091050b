import type { Clock } from '../../base/clock.ts'
import type { Moment } from '../../base/history/moment.ts'
import { Problem } from '../../base/problem.ts'
import { type Flight, fillOrWait } from '../../cache/flight.ts'
import type { Finding, Hit, Query } from '../../cache/store.ts'
import { type Freshness, isTickless } from '../../database/fresh/freshness.ts'
import { type Asked, askAndKeep, type Caching, inBackground, keyFor, type Reading, scopeOf } from './fill.ts'
import type { Keeping } from './keeping.ts'

/** What a cache did for an answer, to be told in `Cache-Status` (RFC 9211 §2). */
export type CacheStatus =
  | {
      readonly kind: 'hit'
      /** Where the database was when the answer was read. */
      readonly readAt: Moment
      readonly tier: Hit['tier']
      readonly ageSeconds: number
      readonly ttlSeconds: number
    }
  /** Why the database was asked: nothing there, something that is too old, or the client wants it so. */
  | { readonly kind: 'forward'; readonly why: 'uri-miss' | 'stale' | 'bypass'; readonly isStored: boolean }

export interface KeptText {
  /** Null: the session of the caller is over. */
  readonly text: Uint8Array | null
  readonly status: CacheStatus
}

export interface KeptRead extends Reading {
  /** How new the answer must be; null: only the database itself will do. */
  readonly freshness: Freshness | null
  /** Whose session has to stand; null: nobody's. */
  readonly session: string | null
}

/**
 * An answer that was kept, or that of the database, which is then kept.
 * @throws as `read.ask`, unless there is an answer that may be given instead
 */
export async function keptText(read: KeptRead, caching: Caching, clock: Clock): Promise<KeptText> {
  const { keeping, freshness, session } = read
  const { store, flights, standing, realm, later } = caching
  const key = keyFor(read, caching)
  const ask = (flight: Flight | null, atLeast: Moment | null = null, isLater = false): Promise<Asked> =>
    askAndKeep(read, { key, session, flight, atLeast, isLater }, caching, clock)
  const stoodAtMilliseconds = session === null ? Number.POSITIVE_INFINITY : standing.lastSeen(session)
  // Of a session that was never seen nothing that is kept can be told.
  if (freshness === null || isTickless(freshness) || stoodAtMilliseconds === Number.NEGATIVE_INFINITY) {
    const { text, isStored } = await ask(null)
    return { text, status: { kind: 'forward', why: 'bypass', isStored } }
  }
  // One moment for all: who waits is content with what was new when it asked.
  const query: Query = {
    realm,
    scope: scopeOf(keeping),
    epoch: freshness.epoch,
    neededTick: freshness.tick,
    neededFrame: freshness.frame,
    nowMilliseconds: clock.nowMilliseconds(),
    stoodAtMilliseconds,
  }
  const hit = ({ entry, tier, ageSeconds, ttlSeconds }: Hit): KeptText => {
    if (read.asked !== null && isForAnybody(keeping))
      caching.lately.note(key, read.asked, query.nowMilliseconds)
    return { text: entry.body, status: { kind: 'hit', tier, ageSeconds, ttlSeconds, readAt: entry } }
  }
  const recall = (): Hit | null => store.recall(key, query, later)
  const finding: Finding = recall() ?? (await store.lookUp(key, query, later))
  if (finding.kind === 'fresh') return hit(finding)
  if (finding.kind === 'stale-while-revalidate') {
    const flight = flights.begin(key)
    if (flight !== null) later(inBackground(ask(flight, null, true), caching.report))
    return hit(finding)
  }
  // What others fill does not say that this session stands.
  const isAlone = query.nowMilliseconds - stoodAtMilliseconds >= keeping.keep.maxAge * 1_000
  const turn = isAlone ? alone : await fillOrWait(flights, key, recall, { clock })
  if (turn.kind === 'found') return hit(turn.value)
  if (turn.kind === 'late' && finding.kind === 'stale-if-error') return hit(finding)
  try {
    // A replica that has not come to the write that overtook it would be asked in vain.
    const isOvertaken = finding.kind !== 'miss' || finding.why === 'superseded'
    const atLeast = isOvertaken ? store.knownAt(realm, keeping.tables) : null
    const { text, isStored } = await ask(turn.kind === 'fill' ? turn.flight : null, atLeast)
    const why = finding.kind === 'miss' && finding.why === 'absent' ? 'uri-miss' : 'stale'
    return { text, status: { kind: 'forward', why, isStored } }
  } catch (error) {
    if (!isOutage(error)) throw error
    if (finding.kind === 'stale-if-error') return hit(finding)
    const elsewhere = await store.lookUp(key, query, later, true)
    if (elsewhere.kind === 'miss') throw error
    return hit(elsewhere)
  }
}

/** Whether anybody may ask for it anew, and somebody should: what may be given while it is read is not waited for either. */
function isForAnybody({ keep, isOpen, isPrivate }: Keeping): boolean {
  return isOpen && !isPrivate && keep.afterWrite === 'revalidate' && keep.staleWhileRevalidate > 0
}

/** Nobody is waited for. */
const alone = { kind: 'alone' } as const

function isOutage(error: unknown): boolean {
  return (
    error instanceof Problem && (error.code === 'UNAVAILABLE_DATABASE' || error.code === 'DATABASE_TIMEOUT')
  )
}
