import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createFlights, type Flights, fillOrWait, type Outcome } from '../../src/cache/flight.ts'

const soon = (milliseconds: number, outcome: Outcome) =>
  new Promise<Outcome>((resolve) => setTimeout(() => resolve(outcome), milliseconds))

/** One isolate: its memory, and a database that counts who comes. */
function isolate(patienceMilliseconds?: number) {
  const memory = new Map<string, string>()
  return {
    flights: createFlights(systemClock, patienceMilliseconds),
    memory,
    queries: 0,
    most: 0,
    running: 0,
  }
}
type Isolate = ReturnType<typeof isolate>

/** One request: `answer` is the database. */
async function ask(
  here: Isolate,
  key: string,
  answer: (number: number) => Promise<Outcome>,
  deadlineMilliseconds?: number,
): Promise<string> {
  const patience = deadlineMilliseconds === undefined ? {} : { deadlineMilliseconds }
  const turn = await fillOrWait(here.flights, key, () => here.memory.get(key) ?? null, {
    clock: systemClock,
    ...patience,
  })
  if (turn.kind !== 'fill') return turn.kind
  here.queries += 1
  here.running += 1
  here.most = Math.max(here.most, here.running)
  const outcome = await answer(here.queries)
  if (outcome === 'kept') here.memory.set(key, 'answer')
  turn.flight.end(outcome)
  here.running -= 1
  return `filled: ${outcome}`
}

const crowd = (count: number, request: () => Promise<string>) =>
  Promise.all(Array.from({ length: count }, request))
const count = (answers: readonly string[]) =>
  Object.fromEntries(
    Map.groupBy(answers, (answer) => answer)
      .entries()
      .map(([answer, all]) => [answer, all.length]),
  )

describe('a thousand requests for one key', () => {
  test('make one query', async () => {
    const here = isolate()
    const answers = await crowd(1_000, () => ask(here, 'key', () => soon(20, 'kept')))
    expect(count(answers)).toEqual({ 'filled: kept': 1, found: 999 })
  })

  test('and none when it is there already', async () => {
    const here = isolate()
    here.memory.set('key', 'answer')
    expect(count(await crowd(10, () => ask(here, 'key', async () => 'kept')))).toEqual({ found: 10 })
  })

  test('make a query for each key', async () => {
    const here = isolate()
    const answers = await Promise.all(
      ['a', 'b', 'c'].flatMap((key) =>
        Array.from({ length: 100 }, () => ask(here, key, () => soon(10, 'kept'))),
      ),
    )
    expect(count(answers)).toEqual({ 'filled: kept': 3, found: 297 })
  })

  test('make two when the first one fails, one after the other', async () => {
    const here = isolate()
    const answers = await crowd(1_000, () =>
      ask(here, 'key', (number) => soon(10, number === 1 ? 'failed' : 'kept')),
    )
    expect(count(answers)).toEqual({ 'filled: failed': 1, 'filled: kept': 1, found: 998 })
    expect(here.most).toBe(1)
  })

  test('make a few when who fills it dies', async () => {
    const here = isolate(50)
    const never = new Promise<never>(() => undefined)
    let done = 0
    for (let index = 0; index < 1_000; index += 1) {
      void ask(here, 'key', async (number) => (number === 1 ? never : 'kept')).then((answer) => {
        if (answer === 'found') done += 1
      })
    }
    await expect.poll(() => done, { timeout: 5_000 }).toBe(998)
    expect(here.queries).toBe(2)
  })

  test('go on after their deadline when nobody fills it', async () => {
    const here = isolate(10_000)
    here.flights.begin('key')
    const start = performance.now()
    expect(count(await crowd(100, () => ask(here, 'key', async () => 'kept', 60)))).toEqual({ late: 100 })
    expect(performance.now() - start).toBeLessThan(1_000)
  })

  test('do not queue for an answer that is not kept', async () => {
    const here = isolate()
    const start = performance.now()
    const answers = await crowd(300, () => ask(here, 'key', () => soon(20, 'unkept')))
    expect(count(answers)).toEqual({ 'filled: unkept': 300 })
    expect(performance.now() - start).toBeLessThan(1_000)
  })
})

describe('flights', () => {
  const at = (start: number) => {
    let now = start
    const flights: Flights = createFlights({ nowMilliseconds: () => now }, 100)
    return {
      flights,
      move: (milliseconds: number) => {
        now += milliseconds
      },
    }
  }

  test('one who was taken over ends nothing', () => {
    const { flights, move } = at(1_000)
    const slow = flights.begin('key')
    move(99)
    expect(flights.begin('key')).toBeNull()
    move(1)
    const second = flights.begin('key')
    expect(second).not.toBeNull()
    slow?.end('kept')
    expect(flights.begin('key')).toBeNull()
    second?.end('kept')
    expect(flights.begin('key')).not.toBeNull()
  })

  test('for a second nobody waits for what is not kept, then one is asked again', () => {
    const { flights, move } = at(1_000)
    flights.begin('key')?.end('unkept')
    const free = [flights.begin('key'), flights.begin('key')]
    expect(free).not.toContain(null)
    for (const flight of free) flight?.end('unkept')
    move(1_000)
    expect(flights.begin('key')).not.toBeNull()
    expect(flights.begin('key')).toBeNull()
  })

  test('a clock that was set back keeps nobody waiting', () => {
    const { flights, move } = at(1_000_000)
    flights.begin('key')
    move(-500_000)
    expect(flights.begin('key')).not.toBeNull()
  })
})
