import { afterTheAnswer, type Clock } from '../../base/clock.ts'
import type { Query } from '../../cache/store.ts'
import type { ReadRequest } from '../../query/intent.ts'
import { askAndKeep, type Caching, inBackground, keyFor, type Reading } from './fill.ts'

/** How anybody asks for something; null: it is not kept. */
type ReadingOf = (request: ReadRequest) => Reading | null

/**
 * What is often asked for, and has been overtaken by what was just learnt, is asked for anew after the answer: who comes next
 * may have a bookmark that is newer than the write, and would have to wait. While there are no news that costs nothing.
 */
export function refreshAhead(readingOf: ReadingOf, caching: Caching, clock: Clock): void {
  const { store, flights, lately, realm, later } = caching
  if (!lately.hasNews(realm, store)) return
  // No key of an answer has a space. Who comes while some are being read leaves the news to who comes next.
  const turn = flights.begin(`ahead ${realm}`)
  if (turn !== null) later(refreshAll(readingOf, caching, clock).finally(() => turn.end('kept')))
}

async function refreshAll(readingOf: ReadingOf, caching: Caching, clock: Clock): Promise<void> {
  const { store, lately, realm, report } = caching
  await afterTheAnswer()
  const overtaken = lately.overtaken(realm, store, clock.nowMilliseconds())
  await Promise.all(
    overtaken.map((request) => inBackground(refresh(request, readingOf, caching, clock), report)),
  )
}

async function refresh(
  request: ReadRequest,
  readingOf: ReadingOf,
  caching: Caching,
  clock: Clock,
): Promise<void> {
  const { store, flights, realm, later } = caching
  const reading = readingOf(request)
  if (reading === null) return
  const key = keyFor(reading, caching)
  const query: Query = {
    ...{ realm, scope: 'shared', epoch: null, neededTick: 0, neededFrame: 0 },
    nowMilliseconds: clock.nowMilliseconds(),
  }
  // Another isolate may have been faster.
  if ((await store.lookUp(key, query, later)).kind === 'fresh') return
  const flight = flights.begin(key)
  if (flight === null) return
  // A replica that lags would give the same answer again.
  const atLeast = store.knownAt(realm, reading.keeping.tables)
  await askAndKeep(reading, { key, session: null, flight, atLeast, isLater: true }, caching, clock)
}
