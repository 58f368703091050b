import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTiming } from '../../src/base/timing.ts'
import { connectTo, type Database } from '../../src/database/client.ts'
import { type Cluster, clusterOf } from '../../src/database/cluster.ts'
import { nobody, type Reader } from '../../src/database/fresh/freshness.ts'
import { ageSeconds } from '../../src/database/fresh/looks.ts'
import { renewStreams } from '../../src/database/trip/renewal.ts'
import { startDatabase, type TestDatabase } from '../harness/database.ts'
import { startWire, type Wire } from '../harness/wire.ts'

let server: TestDatabase
let wire: Wire
/** One stream is open there, which has grown old. */
let renewing: Cluster

const nodeAt = (url: string, mostStreams = 0): Cluster =>
  clusterOf({ name: 'primary', url, token: null, place: null, isPrimary: true }, [], mostStreams)

const database = (cluster: Cluster, reader: Reader = nobody): Database => connectTo({ cluster, reader })

beforeAll(async () => {
  server = await startDatabase()
  wire = await startWire(server.url)
  renewing = nodeAt(wire.url, 1)
  await database(renewing).run({ sql: 'select 1', args: [] }, startTiming())
  const { streams } = renewing.primary
  streams.idle = streams.idle.map((stream) => ({ ...stream, openedAtMilliseconds: Date.now() - 3_000 }))
  expect(streams.idle).toHaveLength(1)
  wire.strike({ hang: true })
})
afterAll(async () => {
  await wire.stop()
  await server.stop()
})

async function secondsOf(work: Promise<unknown>): Promise<number> {
  const since = performance.now()
  await work
  return (performance.now() - since) / 1_000
}

// All wait at the same time.
describe.concurrent('a node that hangs', () => {
  test('is given up after two seconds by who looks how it is', async () => {
    const cluster = nodeAt(wire.url)
    const seconds = await secondsOf(database(cluster).look(startTiming()))
    expect(seconds).toBeGreaterThan(1.9)
    expect(seconds).toBeLessThan(4)
    expect(ageSeconds(cluster, 0, Date.now())).not.toBeNull()
  })

  test('keeps nobody longer who wrote in a history that is not known here: only the primary will do', async () => {
    const cluster = nodeAt(wire.url)
    cluster.epoch = 'of this isolate'
    const bookmark = { epoch: 'another one', frame: 1, tick: 1 }
    const asked = database(cluster, { ...nobody, bookmark }).freshness('session', startTiming())
    const seconds = await secondsOf(asked)
    expect(seconds).toBeGreaterThan(1.9)
    expect(seconds).toBeLessThan(4)
    expect(await asked).toBeNull()
  })

  test('is given up after two seconds by who replaces its streams, and that counts as no failure', async () => {
    const works: Promise<void>[] = []
    renewStreams(renewing, Date.now(), (work) => works.push(work))
    expect(works).toHaveLength(1)
    const seconds = await secondsOf(Promise.all(works))
    expect(seconds).toBeGreaterThan(1.9)
    expect(seconds).toBeLessThan(4)
    const { failures, streams } = renewing.primary
    // It may be open still.
    expect([failures, streams.idle.length, streams.taken.size]).toEqual([0, 0, 1])
    expect(streams.renewingUntilMilliseconds).toBe(Number.NEGATIVE_INFINITY)
  })
})
