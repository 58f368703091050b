import { afterEach, describe, expect, test } from 'vitest'
import { textOf } from '../../../src/base/statement.ts'
import { startTiming } from '../../../src/base/timing.ts'
import type { Bookmark } from '../../../src/database/bookmark.ts'
import { connectTo } from '../../../src/database/client.ts'
import { type Cluster, clusterOf } from '../../../src/database/cluster.ts'
import { nobody } from '../../../src/database/fresh/freshness.ts'
import { startNodes, type TestNodes } from '../../harness/nodes.ts'
import { ask, clusterFor, followed, prepare, tokyo, total, write } from './ask.ts'

let nodes: TestNodes | null = null
afterEach(() => nodes?.stop())

const near = { here: tokyo, consistency: 'eventual' } as const

/** The replica stands first, whatever was measured on this machine. */
function nearest({ primary, replicas }: Cluster): void {
  primary.milliseconds = 1_000
  for (const replica of replicas) replica.leftUntilMilliseconds = 0
}

/** What a replica has not got yet it asks of the primary, as if it had: so it is asked when it cannot. */
async function cutOff({ replicas }: TestNodes, wanted: string): Promise<void> {
  for (const { sqld, link } of replicas) {
    const node = { name: 'lone', url: sqld.url, token: null, place: null, isPrimary: true }
    const has = (): Promise<string | null> =>
      ask(clusterOf(node, [])).then(
        ({ value }) => value,
        () => null,
      )
    link.cut()
    for (let tries = 0; (await has()) !== wanted; tries += 1) {
      if (tries > 100) throw new Error('a replica does not follow')
      link.resume()
      await has()
      await new Promise((resolve) => setTimeout(resolve, 50))
      link.cut()
    }
  }
}

/** Forty rows, an isolate that has read them from the replica, whose line is cut, and where the last was. No isolate notes a frame. */
async function before(mostStreams: number) {
  const all = await startNodes(1)
  nodes = all
  await prepare(clusterFor(all))
  let last = await write(clusterFor(all), 1)
  for (let id = 2; id <= 40; id += 1) last = await write(clusterFor(all), id)
  await cutOff(all, '40')
  const isolate = clusterFor(all, 'tokyo', mostStreams)
  nearest(isolate)
  expect(await ask(isolate, near)).toMatchObject({ value: '40', node: 'tokyo' })
  nearest(isolate)
  const [replica] = isolate.replicas
  if (replica === undefined) throw new RangeError('there is one')
  return { all, isolate, replica, last }
}

/** The primary crashes, and the replica hears nothing of it. @returns where a write was afterwards, of who knew nothing */
async function crashed(mostStreams: number) {
  const world = await before(mostStreams)
  await world.all.crashPrimary()
  const bookmark = await write(clusterFor(world.all), 41)
  // What makes it dangerous: by its frames the replica has it.
  expect(bookmark.epoch).toBe(world.last.epoch)
  expect(bookmark.frame).toBeLessThan(world.replica.frame)
  expect(await ask(world.isolate, near)).toMatchObject({ value: '40', node: 'tokyo', trips: 1 })
  nearest(world.isolate)
  return { ...world, bookmark }
}

describe('after a crash that nobody noticed a replica that has more frames than are owed, and not the write', () => {
  test.each([
    ['a new stream', 0, 2],
    ['a stream that was kept', 1, 3],
  ])('is not believed on %s', async (_, mostStreams, trips) => {
    const { all, isolate, replica, bookmark } = await crashed(mostStreams)
    const told = await ask(isolate, { bookmark, here: tokyo })
    expect(told).toMatchObject({ value: '41', node: 'primary', trips })
    expect(replica.failures).toBe(0)
    nearest(isolate)
    const remembered = await ask(isolate, { remembered: async () => bookmark, here: tokyo })
    expect(remembered).toMatchObject({ value: '41', node: 'primary' })
    // It hears of it, and is asked again.
    for (const { link } of all.replicas) link.resume()
    await followed(all)
    for (let tries = 0; tries < 2; tries += 1) {
      nearest(isolate)
      expect((await ask(isolate, { bookmark, here: tokyo })).value).toBe('41')
    }
    nearest(isolate)
    expect(await ask(isolate, { bookmark, here: tokyo })).toMatchObject({ node: 'tokyo', trips: 1 })
  })

  test.each([0, 1])('is not believed where several statements read one moment, %s streams', async (most) => {
    const { isolate, bookmark } = await crashed(most)
    const database = connectTo({ cluster: isolate, reader: { ...nobody, bookmark, here: tokyo } })
    const results = await database.snapshot([{ sql: total, args: [] }], startTiming(), 'session')
    expect(textOf(results[0]?.rows[0]?.[0])).toBe('41')
  })

  test('is not believed when it was asked before that was known', async () => {
    const { isolate, bookmark, last } = await crashed(1)
    const told = await ask(isolate, {
      recalled: () => last,
      remembered: async () => bookmark,
      here: tokyo,
    })
    expect(told).toMatchObject({ value: '41', node: 'primary' })
    expect(told.serverTiming).toContain('repeated')
  })
})

test('a replica that began anew: what was kept leads to what was before, and who is owed more asks once more, there', async () => {
  const { all, isolate, replica, last } = await before(1)
  for (const { link } of all.replicas) link.resume()
  await all.crashPrimary()
  let bookmark = last
  for (let id = 41; bookmark.frame <= replica.frame; id += 1) bookmark = await write(clusterFor(all), id)
  await followed(all)
  const wanted = (await ask(clusterFor(all), { consistency: 'strong' })).value
  expect(await ask(isolate, { bookmark, here: tokyo })).toMatchObject({
    ...{ value: wanted, node: 'tokyo', trips: 2 },
  })
  expect(replica.failures).toBe(0)
  expect(await ask(isolate, { bookmark, here: tokyo })).toMatchObject({ node: 'tokyo', trips: 1 })
})

test('who is owed something reads on a stream that was kept, and without a tick on a new one', async () => {
  const { isolate, replica, last } = await before(1)
  const [kept] = replica.streams.idle
  expect(last.tick).toBeGreaterThan(0)
  await ask(isolate, { bookmark: { ...last, tick: 0 }, here: tokyo })
  expect(replica.streams.idle).toEqual([kept])
  await ask(isolate, { bookmark: last, here: tokyo })
  expect(replica.streams.idle).toHaveLength(1)
  expect(replica.streams.idle[0]).toMatchObject({ openedAtMilliseconds: kept?.openedAtMilliseconds })
  expect(replica.streams.idle[0]?.baton).not.toBe(kept?.baton)
})

test('ticks grow with each write, whatever crashes, and are no less than the time', async () => {
  const all = await startNodes(0)
  nodes = all
  const ticks: number[] = []
  const next = async (): Promise<Bookmark> => {
    const since = Date.now()
    const bookmark = await write(clusterFor(all), ticks.length)
    expect(bookmark.tick).toBeGreaterThanOrEqual(since)
    ticks.push(bookmark.tick)
    return bookmark
  }
  await prepare(clusterFor(all))
  await next()
  await next()
  await all.crashPrimary()
  await next()
  await all.restorePrimary(
    async () => void (await next()),
    async () => {
      await next()
      await next()
    },
  )
  await next()
  expect(ticks).toEqual([...new Set(ticks)].sort((a, b) => a - b))
})
