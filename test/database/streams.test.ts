import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { textOf } from '../../src/base/statement.ts'
import { startTiming } from '../../src/base/timing.ts'
import { connectTo, type Database } from '../../src/database/client.ts'
import { type Cluster, clusterOf, entersHistory, rewound } from '../../src/database/cluster.ts'
import { nobody } from '../../src/database/fresh/freshness.ts'
import { onStream, pipelineHeaders, pipelinePath, probeRequest } from '../../src/database/hrana/request.ts'
import { renewStreams } from '../../src/database/trip/renewal.ts'
import { startDatabase, type TestDatabase } from '../harness/database.ts'
import { startWire, type Wire } from '../harness/wire.ts'

let server: TestDatabase
let wire: Wire
let cluster: Cluster

beforeAll(async () => {
  server = await startDatabase()
  wire = await startWire(server.url)
  await database(kept(0)).transact(
    [
      sql(
        'create table selvage_clock (id integer primary key, epoch text, frame integer default 0, tick integer default 0)',
      ),
      sql("insert into selvage_clock (id, epoch) values (1, 'first')"),
      sql('create table written (id integer primary key)'),
    ],
    startTiming(),
  )
})

afterAll(async () => {
  await wire.stop()
  await server.stop()
})

beforeEach(() => {
  wire.strike(null)
  cluster = kept(1)
})

/** The server ends them only after ten seconds, and has few places. */
afterEach(async () => {
  for (const { baton } of cluster.primary.streams.idle) await ended(baton)
})

const sql = (text: string) => ({ sql: text, args: [] })

const kept = (most: number): Cluster =>
  clusterOf({ name: 'primary', url: wire.url, token: null, place: null, isPrimary: true }, [], most)

const database = (of: Cluster = cluster, deadlineMilliseconds = 10_000): Database =>
  connectTo({ cluster: of, reader: nobody, deadlineMilliseconds })

/** @returns how many trips it took */
async function reads(of: Cluster = cluster, text = 'select 1'): Promise<number> {
  const timing = startTiming()
  await database(of).run(sql(text), timing)
  return timing.trips
}

async function count(rows: string, of: Cluster = cluster): Promise<number> {
  const { rows: found } = await database(of).run(sql(`select count(*) || '' from ${rows}`), startTiming())
  return Number(textOf(found[0]?.[0]))
}

/** As the server ends it that was not used for long. */
async function ended(baton: string): Promise<number> {
  const { status } = await fetch(`${server.url}${pipelinePath}`, {
    method: 'POST',
    headers: pipelineHeaders,
    body: onStream(probeRequest, { baton, isKept: false }),
  })
  return status
}

/** When the stream was opened that waits; null: none does. */
const waiting = (): number | null => cluster.primary.streams.idle[0]?.openedAtMilliseconds ?? null

describe('a stream', () => {
  test('is closed after each trip, unless some are to be kept', async () => {
    const none = kept(0)
    await reads(none)
    expect(none.primary.streams).toMatchObject({ idle: [], taken: new Set() })
  })

  test('goes on with the next trip, whatever it does, and each is one trip', async () => {
    await reads()
    const opened = waiting()
    expect(opened).not.toBeNull()
    await new Promise((resolve) => setTimeout(resolve, 5))
    const timing = startTiming()
    await database().transact([sql('insert into written values (1)')], timing)
    await database().snapshot([sql('select * from written')], timing)
    expect(await reads()).toBe(1)
    expect(timing.trips).toBe(2)
    expect(waiting()).toBe(opened)
  })

  test('that ran what was refused holds nothing: others write at once, and it goes on', async () => {
    await reads()
    const opened = waiting()
    const refused = database().transact(
      [sql('insert into written values (50)'), sql('insert into written values (50)')],
      startTiming(),
    )
    await expect(refused).rejects.toThrow('UNIQUE')
    await expect(database().run(sql('select from'), startTiming())).rejects.toThrow('syntax')
    const since = performance.now()
    await database(kept(0)).transact([sql('insert into written values (50)')], startTiming())
    expect(performance.now() - since).toBeLessThan(1_000)
    await database().transact([sql('insert into written values (51)')], startTiming())
    expect(waiting()).toBe(opened)
  })

  test('sees tables that others make and change', async () => {
    await reads()
    await database(kept(0)).transact([sql('create table later (a)')], startTiming())
    expect(await reads(cluster, 'select a from later')).toBe(1)
    await database(kept(0)).transact([sql('alter table later add column b')], startTiming())
    expect(await reads(cluster, 'select b from later')).toBe(1)
  })

  test('that is gone: the trip is made again on a new one', async () => {
    await reads()
    const [stream] = cluster.primary.streams.idle
    if (stream === undefined) throw new TypeError('one waits')
    await ended(stream.baton)
    const timing = startTiming()
    await database().transact([sql('insert into written (id) select max(id) + 1 from written')], timing)
    expect(timing.trips).toBe(2)
    expect(cluster.primary.failures).toBe(0)
    expect(await reads()).toBe(1)
  })

  test('that something on the way has used already: what was sent twice is not done twice', async () => {
    await reads()
    const [before] = cluster.primary.streams.idle
    if (before === undefined) throw new TypeError('one waits')
    await reads()
    cluster.primary.streams.idle = [before]
    const again = database().transact([sql('insert into written values (70)')], startTiming())
    await expect(again).rejects.toMatchObject({ code: 'UNAVAILABLE_DATABASE' })
    expect(await count('written where id = 70', kept(0))).toBe(0)
  })

  test.each([
    ['a transaction', 'transact'],
    ['a look at one moment', 'snapshot'],
  ] as const)(
    'on which the answer of %s grew too large has none open, and is not used again',
    async (_, work) => {
      const large = Array.from({ length: 3 }, () => 'hex(zeroblob(2400000))').join()
      const begin = work === 'transact' ? 'insert into written values (80)' : 'select max(id) from written'
      await reads()
      await expect(database()[work]([sql(begin), sql(`select ${large}`)], startTiming())).rejects.toThrow(
        'too large',
      )
      expect(waiting()).toBeNull()
      const since = performance.now()
      const id = work === 'transact' ? 81 : 82
      await database(kept(0)).transact([sql(`insert into written values (${id})`)], startTiming())
      expect(performance.now() - since).toBeLessThan(1_000)
      expect(await count(`written where id = ${id}`)).toBe(1)
      expect(await count('written where id = 80')).toBe(0)
    },
  )

  test('on which a trip was given up is not used again', async () => {
    await reads()
    wire.strike({ delayMilliseconds: 300 })
    await expect(database(cluster, 50).run(sql('select 1'), startTiming())).rejects.toThrow()
    expect(cluster.primary.streams.idle).toEqual([])
    wire.strike(null)
    expect(await reads()).toBe(1)
  })

  test('of another history of the database is not used again, were it under way', async () => {
    await reads()
    entersHistory(cluster, 'first')
    expect(waiting()).not.toBeNull()
    entersHistory(cluster, 'another')
    expect(waiting()).toBeNull()
    const under = reads()
    rewound(cluster)
    await under
    expect(waiting()).toBeNull()
  })
})

describe('a stream that is old', () => {
  const renewed = (): readonly Promise<void>[] => {
    const works: Promise<void>[] = []
    renewStreams(cluster, Date.now(), (work) => works.push(work))
    return works
  }
  const grown = (of: Cluster): readonly string[] => {
    const { streams } = of.primary
    streams.idle = streams.idle.map((stream) => ({ ...stream, openedAtMilliseconds: Date.now() - 3_000 }))
    return streams.idle.map(({ baton }) => baton)
  }

  test.each([1, 2])('is replaced by one that is open, and closed, with %i at most', async (most) => {
    cluster = kept(most)
    await reads()
    expect(renewed()).toEqual([])
    const [old = ''] = grown(cluster)
    const before = wire.all
    await Promise.all(renewed())
    expect([
      wire.all - before,
      cluster.primary.streams.idle.length,
      cluster.primary.streams.taken.size,
    ]).toEqual([2, 1, 0])
    expect(await ended(old)).toBe(400)
    const opened = waiting()
    expect(Date.now() - (opened ?? 0)).toBeLessThan(1_000)
    expect(await reads()).toBe(1)
    expect(waiting()).toBe(opened)
  })

  test('of two requests one alone replaces it', async () => {
    await reads()
    grown(cluster)
    const works = [renewed(), renewed()]
    expect(works.map(({ length }) => length)).toEqual([1, 0])
    await Promise.all(works.flat())
  })

  test("and cannot be replaced is in nobody's way", async () => {
    cluster = kept(2)
    await reads()
    grown(cluster)
    wire.strike({ drop: true })
    await Promise.all(renewed())
    expect(cluster.primary).toMatchObject({ failures: 0, streams: { idle: [] } })
    wire.strike(null)
    // Both may be open still, so this one is closed by its trip.
    expect([await reads(), waiting()]).toEqual([1, null])
  })
})

test('no two trips at a time have the same, and no more stay than may', async () => {
  const few = kept(3)
  for (let round = 0; round < 5; round += 1) {
    const trips = await Promise.all(Array.from({ length: 24 }, () => reads(few)))
    expect(trips).toEqual(Array.from({ length: 24 }, () => 1))
    expect(few.primary.streams.taken.size).toBe(0)
    expect(few.primary.streams.idle).toHaveLength(3)
  }
})
