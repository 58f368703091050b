import type { Clock, Later } from '../../base/clock.ts'
import type { Moment } from '../../base/history/moment.ts'
import { Problem } from '../../base/problem.ts'
import type { Value } from '../../base/statement.ts'
import type { Entry } from '../../cache/entry.ts'
import { type Flight, type Flights, fillOrWait } from '../../cache/flight.ts'
import { keyOf } from '../../cache/key.ts'
import type { Standing } from '../../cache/standing.ts'
import type { Finding, Hit, Query, Store } from '../../cache/store.ts'
import { type Freshness, isTickless } from '../../database/fresh/freshness.ts'
import type { ReadRequest } from '../../query/intent.ts'
import type { Keeping } from './keeping.ts'
import type { Lately } from './lately.ts'
import type { SightedResult } from './sighted.ts'

/** Where answers are kept. */
export interface Caching {
  readonly store: Store
  readonly flights: Flights
  readonly lately: Lately
  readonly standing: Standing
  /** What the backend and this version of the Worker make of a query: entries of another one are none. */
  readonly schema: string
  /** Whose database it is, and who keeps what of it. */
  readonly realm: string
  /** Takes what goes on after the response. */
  readonly later: Later
  /** Told of what fails after the response, for the log. It names no key. */
  readonly report: (what: 'refresh', error: unknown) => void
}

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

/** A query, and how the database is asked it. */
export interface Reading {
  readonly keeping: Keeping
  /** What was asked: the same object for what is asked again. Null of a page after a cursor, which is no part of it. */
  readonly asked: ReadRequest | null
  /** What the query binds, without the look at the session. */
  args(): readonly Value[]
  /**
   * Asks the database. What it says of versions the store has learnt then.
   * @param atLeast what is read must be so new
   * @param isLater the answer goes out before: it is none of its trips
   */
  ask(atLeast: Moment | null, isLater: boolean): Promise<SightedResult>
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
  if (turn.kind === 'late' && !isAlone && finding.kind === 'stale-if-error') return hit(finding)
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

function scopeOf({ isPrivate }: Keeping): Query['scope'] {
  return isPrivate ? 'private' : 'shared'
}

/** Whether anybody may ask for it anew, and somebody should: what may be given while it is read is not waited for either. */
function isForAnybody({ keep, isOpen, isPrivate }: Keeping): boolean {
  return isOpen && !isPrivate && keep.afterWrite === 'revalidate' && keep.staleWhileRevalidate > 0
}

const alone = { kind: 'late' } as const

const keys = new WeakMap<
  object,
  { readonly keeping: Keeping; readonly caching: string; readonly key: string }
>()

/** What depends on who asks has another key for each of them, so that only what does not is remembered. */
export function keyFor({ keeping, asked, args }: Reading, { schema, realm }: Caching): string {
  const caching = `${realm} ${schema}`
  const known = asked === null ? undefined : keys.get(asked)
  if (known !== undefined && known.keeping === keeping && known.caching === caching) return known.key
  const key = keyOf({ schema, realm, statement: keeping.digest, args: args() })
  if (asked !== null && !keeping.isPrivate) keys.set(asked, { keeping, caching, key })
  return key
}

interface Asked {
  readonly text: Uint8Array | null
  readonly isStored: boolean
}

/** Where an answer is to be kept, by whom, whose session stands when there is one, and how new it must be. */
interface Filling {
  readonly key: string
  readonly session: string | null
  readonly flight: Flight | null
  readonly atLeast: Moment | null
  readonly isLater: boolean
}

export async function askAndKeep(
  { keeping, ask }: Reading,
  { key, session, flight, atLeast, isLater }: Filling,
  { store, standing, realm, later }: Caching,
  clock: Clock,
): Promise<Asked> {
  const storedAtMilliseconds = clock.nowMilliseconds()
  let outcome: Parameters<Flight['end']>[0] = 'failed'
  try {
    const result = await ask(atLeast, isLater)
    const entry = entryOf(result, keeping, storedAtMilliseconds)
    if (session !== null && entry !== null) standing.note(session, storedAtMilliseconds)
    if (entry !== null) outcome = store.fill(key, entry, { realm, scope: scopeOf(keeping) }, later)
    return { text: result.text, isStored: outcome === 'kept' }
  } finally {
    flight?.end(outcome)
  }
}

/** Null of an answer to nobody, and of a database that keeps no epoch. */
function entryOf(
  { text: body, sighting }: SightedResult,
  { keep, tables, part }: Keeping,
  storedAtMilliseconds: number,
): Entry | null {
  if (body === null || sighting === null) return null
  const { epoch, frame, tick, versions, whole, part: name } = sighting
  return {
    epoch,
    frame,
    tick,
    versions: Object.fromEntries(tables.map((table) => [table, versions[table] ?? 0])),
    part:
      part === null || name === null
        ? null
        : {
            table: part.table,
            name,
            whole: whole[part.table] ?? 0,
            hides: part.hides,
            scheme: part.scheme,
          },
    storedAtMilliseconds,
    maxAgeSeconds: keep.maxAge,
    staleWhileRevalidateSeconds: keep.staleWhileRevalidate,
    staleIfErrorSeconds: keep.staleIfError,
    isStaleAfterWrite: keep.afterWrite === 'revalidate',
    body,
  }
}

/** The next request asks again. */
export async function inBackground(work: Promise<unknown>, report: Caching['report']): Promise<void> {
  await work.catch((error: unknown) => report('refresh', error))
}

function isOutage(error: unknown): boolean {
  return (
    error instanceof Problem && (error.code === 'UNAVAILABLE_DATABASE' || error.code === 'DATABASE_TIMEOUT')
  )
}
