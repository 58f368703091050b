import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startTiming } from '../../../src/base/timing.ts'
import type { Cluster } from '../../../src/database/cluster.ts'
import { startNodes, type TestNodes } from '../../harness/nodes.ts'
import { ask, clusterFor, followed, frankfurt, prepare, tokyo, write } from './ask.ts'

let nodes: TestNodes

beforeAll(async () => {
  nodes = await startNodes(2)
  const cluster = clusterFor(nodes)
  await prepare(cluster)
  await write(cluster, 1)
  await followed(nodes)
})
afterAll(() => nodes.stop())
afterEach(() => {
  for (const { wire } of [nodes.primary, ...nodes.replicas]) wire.strike(null)
})

async function took(work: Promise<unknown>): Promise<number> {
  const since = performance.now()
  await work
  return performance.now() - since
}

describe('a primary that is lost', () => {
  test('reads go on, and know since when; after three failures a write is refused at once', async () => {
    const cluster = clusterFor(nodes)
    await write(cluster, 2)
    nodes.primary.wire.strike({ status: 502 })
    const refused = { code: 'UNAVAILABLE_DATABASE', headers: { 'retry-after': '5' } }
    for (let tries = 0; tries < 3; tries += 1) {
      await expect(write(cluster, 3)).rejects.toMatchObject(refused)
    }
    const { all } = nodes.primary.wire
    expect(await took(expect(write(cluster, 3)).rejects.toMatchObject(refused))).toBeLessThan(100)
    expect(
      await took(expect(ask(cluster, { consistency: 'strong' })).rejects.toMatchObject(refused)),
    ).toBeLessThan(100)
    expect(nodes.primary.wire.all).toBe(all)
    const told = await ask(cluster, { here: tokyo })
    expect(told).toMatchObject({ node: 'tokyo', trips: 1 })
    expect(told.database.seen.ageSeconds).toBeGreaterThanOrEqual(0)
    expect(told.database.seen.ageSeconds).toBeLessThan(5)
    if (cluster.primary.answeredAtMilliseconds !== null) cluster.primary.answeredAtMilliseconds -= 60_000
    const later = (await ask(cluster, { here: tokyo })).database.seen.ageSeconds
    expect([60, 61, 62, 63, 64, 65]).toContain(later)
    // It is tried again, and is back.
    nodes.primary.wire.strike(null)
    cluster.primary.leftUntilMilliseconds = 0
    await write(cluster, 3)
    expect((await ask(cluster, { here: tokyo })).database.seen.ageSeconds).toBeNull()
  })

  test('and hangs: so does nobody who was told so three times', async () => {
    const cluster = clusterFor(nodes)
    nodes.primary.wire.strike({ hang: true })
    const { database } = await ask(cluster, { here: tokyo })
    // Whether it did what was asked of it nobody knows, and so nobody says that it did not.
    const late = { code: 'DATABASE_TIMEOUT', headers: { 'retry-after': '1' } }
    for (let tries = 0; tries < 3; tries += 1) {
      await expect(write(cluster, 4, { deadlineMilliseconds: 100 })).rejects.toMatchObject(late)
    }
    const refused = { code: 'UNAVAILABLE_DATABASE', headers: { 'retry-after': '5' } }
    expect(await took(expect(write(cluster, 4)).rejects.toMatchObject(refused))).toBeLessThan(100)
    expect(database.seen.ageSeconds).toBeGreaterThanOrEqual(0)
  })

  test('with a replica that is not: whoever looks knows it', async () => {
    const cluster = clusterFor(nodes)
    nodes.primary.wire.strike({ drop: true })
    const { database } = await ask(cluster, { here: tokyo })
    expect(database.seen.ageSeconds).toBeNull()
    await database.look(startTiming())
    expect(database.seen.ageSeconds).toBeGreaterThanOrEqual(0)
  })

  test('before a replica had all of it: that is read on, and told to be older', async () => {
    const cluster = clusterFor(nodes, 'tokyo')
    for (const { link } of nodes.replicas) link.pause()
    try {
      await write(cluster, 5)
      await ask(cluster, { consistency: 'strong' })
      const now = Date.now()
      const frame = cluster.primary.frame
      cluster.looks = [
        { atMilliseconds: now - 10_000, frame },
        { atMilliseconds: now - 20_000, frame: 1 },
      ]
      nodes.primary.wire.strike({ drop: true })
      await expect(write(cluster, 6)).rejects.toMatchObject({ code: 'UNAVAILABLE_DATABASE' })
      for (let tries = 0; tries < 3; tries += 1) {
        const told = await ask(cluster, { here: tokyo })
        expect([told.node, told.database.seen.ageSeconds]).toEqual(['tokyo', expect.any(Number)])
        expect(told.database.seen.ageSeconds).toBeGreaterThanOrEqual(20)
      }
    } finally {
      for (const { link } of nodes.replicas) link.resume()
    }
    await followed(nodes)
  })
})

describe('a second node is asked', () => {
  /** An isolate that knows how long trips take. */
  const experienced = async (): Promise<Cluster> => {
    const cluster = clusterFor(nodes, 'tokyo')
    for (let tries = 0; tries < 40; tries += 1) await ask(cluster)
    return cluster
  }

  test('when the first takes longer than nearly always, and that is told', async () => {
    const cluster = await experienced()
    nodes.replicas[0]?.wire.strike({ delayMilliseconds: 1_000 })
    const told = await ask(cluster, { isHedged: true })
    expect(told).toMatchObject({ node: 'primary', trips: 2 })
    expect(told.serverTiming).toContain('hedged;desc="1"')
    expect(told.milliseconds).toBeLessThan(500)
  })

  test('not when nobody wants that', async () => {
    const cluster = await experienced()
    nodes.replicas[0]?.wire.strike({ delayMilliseconds: 300 })
    const told = await ask(cluster)
    expect(told).toMatchObject({ node: 'tokyo', trips: 1 })
    expect(told.serverTiming).not.toContain('hedged')
  })

  test('not when the first answers in time, or is not known well', async () => {
    const cluster = await experienced()
    const patient = cluster.replicas[0]?.recent
    patient?.fill(200)
    expect((await ask(cluster, { isHedged: true })).serverTiming).not.toContain('hedged')
    nodes.replicas[1]?.wire.strike({ delayMilliseconds: 200 })
    const told = await ask(clusterFor(nodes, 'frankfurt'), { here: frankfurt, isHedged: true })
    expect(told).toMatchObject({ node: 'frankfurt', trips: 1 })
  })

  test('and fails: the first one is waited for', async () => {
    const cluster = await experienced()
    nodes.replicas[0]?.wire.strike({ delayMilliseconds: 300 })
    nodes.primary.wire.strike({ drop: true })
    const told = await ask(cluster, { isHedged: true })
    expect(told).toMatchObject({ node: 'tokyo', value: expect.any(String) })
  })
})
