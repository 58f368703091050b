import type { Clock, Later } from '../../base/clock.ts'
import type { Moment } from '../../base/history/moment.ts'
import type { Value } from '../../base/statement.ts'
import type { Entry } from '../../cache/entry.ts'
import type { Flight, Flights } from '../../cache/flight.ts'
import { keyOf } from '../../cache/key.ts'
import type { Standing } from '../../cache/standing.ts'
import type { Query, Store } from '../../cache/store.ts'
import type { ReadRequest } from '../../query/intent.ts'
import type { Keeping } from './keeping.ts'
import type { Lately } from './lately.ts'
import type { SightedResult } from './sighted.ts'

/** Where an isolate keeps answers. */
export interface Shelves {
  readonly store: Store
  readonly flights: Flights
  readonly lately: Lately
  readonly standing: Standing
  /** What the backend and this version of the Worker make of a query: another one has no use for what this one kept. */
  readonly schema: string
  /** Names the database and who keeps what of it: deployments may have one zone, or one namespace of KV, between them. */
  readonly realm: string
  /** Told of what fails after the response, for the log. It names no key. */
  readonly report: (what: 'refresh', error: unknown) => void
}

/** The same, of one request. */
export interface Caching extends Shelves {
  /** Takes what goes on after the response. */
  readonly later: Later
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

export interface Asked {
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

/** What the database says, which is then kept, for others and for who asks again. */
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
    // What was refreshed for it after its answer tells that, too.
    if (session !== null && result.text === null) standing.forget(session)
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

export function scopeOf({ isPrivate }: Keeping): Query['scope'] {
  return isPrivate ? 'private' : 'shared'
}
