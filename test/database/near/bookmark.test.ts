import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startTiming } from '../../../src/base/timing.ts'
import type { Bookmark } from '../../../src/database/bookmark.ts'
import type { Cluster } from '../../../src/database/cluster.ts'
import { startNodes, type TestNodes } from '../../harness/nodes.ts'
import { ask, clusterFor, followed, prepare, tokyo, write } from './ask.ts'

let nodes: TestNodes
let cluster: Cluster
let next = 0

beforeAll(async () => {
  nodes = await startNodes(2)
  cluster = clusterFor(nodes)
  await prepare(cluster)
  await write(cluster, -1)
  await followed(nodes)
})
afterAll(() => nodes.stop())
afterEach(async () => {
  for (const { link } of nodes.replicas) link.resume()
  await followed(nodes)
})

const writeNext = () => {
  next += 1
  return write(cluster, next)
}
const whether = (id: number) => `select count(*) || '' from written where id = ${id}`
/** It takes some milliseconds, in which frames come: what it reads is of the moment when it began. */
const highest = `with recursive slow(n) as (select 1 union all select n + 1 from slow where n < 60000)
select max(id) || ' ' || (select tick from selvage_clock) from written where id > -(select count(*) from slow)`

async function atOnce(count: number, width: number, work: (index: number) => Promise<void>): Promise<void> {
  let begun = 0
  const worker = async () => {
    while (begun < count) {
      begun += 1
      await work(begun)
    }
  }
  await Promise.all(Array.from({ length: width }, worker))
}

const names = ['tokyo', 'frankfurt'] as const

test('of sixteen writers at once each bookmark covers its write on each replica', async () => {
  const known = names.map((name) => clusterFor(nodes, name))
  const missing: string[] = []
  const asked: string[] = []
  await atOnce(300, 16, async (index) => {
    const id = 10_000 + index
    const bookmark = await write(cluster, id)
    // Isolates that have seen nothing of these nodes, and some that have.
    for (const isolate of [...known, ...names.map((name) => clusterFor(nodes, name))]) {
      const { node, value } = await ask(isolate, { sql: whether(id), bookmark })
      asked.push(node)
      if (value !== '1') missing.push(`${id} at ${node}, frame ${bookmark.frame}`)
    }
  })
  expect(missing).toEqual([])
  expect(asked.filter((node) => node !== 'primary').length).toBeGreaterThan(1_150)
  // No frame went back: it is one history.
  const told = await ask(cluster, { sql: 'select epoch from selvage_clock', consistency: 'strong' })
  expect((await writeNext()).epoch).toBe(told.value)
})

test('what a read says of how new it is holds at each node while others write: the tick beside it exactly, its bookmark at least', async () => {
  const writes: { readonly id: number; readonly bookmark: Bookmark }[] = []
  const reads: { readonly id: number; readonly tick: number; readonly bookmark: Bookmark; node: string }[] =
    []
  let running = true
  const writer = async () => {
    for (let id = 20_000; running; id += 1) writes.push({ id, bookmark: await write(cluster, id) })
  }
  const reader = async (name: (typeof names)[number]) => {
    const isolate = clusterFor(nodes, name)
    isolate.epoch = cluster.epoch
    for (let tries = 0; tries < 40; tries += 1) {
      const { value, node, database } = await ask(isolate, { sql: highest, tellsReader: true })
      const [id = 0, tick = 0] = value?.split(' ').map(Number) ?? []
      const bookmark = database.seen.read
      if (bookmark === null) throw new TypeError('a read has a bookmark')
      reads.push({ id, tick, bookmark, node })
    }
  }
  const writing = writer()
  await Promise.all([...names, ...names].map(reader))
  running = false
  await writing
  const wrong = reads.filter((read) =>
    writes.some(({ id, bookmark: { tick, frame } }) => {
      const isRead = id <= read.id
      const isTold = tick <= read.bookmark.tick && frame <= read.bookmark.frame
      return isRead !== tick <= read.tick || (isRead && !isTold)
    }),
  )
  expect(wrong).toEqual([])
  expect(new Set(reads.map(({ node }) => node))).toEqual(new Set(names))
  expect(new Set(reads.map(({ id }) => id)).size).toBeGreaterThan(10)
})

describe('a replica that is behind', () => {
  test('waits for the frame of the bookmark', async () => {
    const [near] = nodes.replicas
    near?.link.pause()
    const bookmark = await writeNext()
    setTimeout(() => near?.link.resume(), 300)
    const told = await ask(clusterFor(nodes), { sql: whether(next), bookmark, here: tokyo })
    expect(told).toMatchObject({ value: '1', node: 'tokyo', trips: 1 })
    expect(told.milliseconds).toBeGreaterThan(200)
  })

  test('longer than the deadline: the next one answers, in time, and never older', async () => {
    const [near] = nodes.replicas
    near?.link.pause()
    const bookmark = await writeNext()
    const isolate = clusterFor(nodes)
    const told = await ask(isolate, { sql: whether(next), bookmark, here: tokyo })
    expect(told).toMatchObject({ value: '1', node: 'frankfurt', trips: 2 })
    expect(told.milliseconds).toBeLessThan(2_500)
    expect(await ask(isolate, { sql: whether(next), bookmark, here: tokyo })).toMatchObject({
      value: '1',
      trips: 1,
    })
  })

  test('and was not before, for it was set up anew: it answers nobody until it has come to it again', async () => {
    const [one] = nodes.replicas
    one?.link.pause()
    const bookmark = await writeNext()
    const isolate = clusterFor(nodes, 'tokyo')
    const [state] = isolate.replicas
    if (state === undefined) throw new RangeError('there is one')
    state.frame = bookmark.frame
    const told = await ask(isolate, { sql: whether(next), bookmark, here: tokyo })
    expect(told).toMatchObject({ value: '1', node: 'primary' })
    for (const each of [isolate.primary, state]) each.milliseconds = null
    one?.link.resume()
    await followed(nodes)
    expect(await ask(isolate, { sql: whether(next), bookmark, here: tokyo })).toMatchObject({
      value: '1',
      node: 'tokyo',
    })
  })

  test('as all are: the primary answers', async () => {
    for (const { link } of nodes.replicas) link.pause()
    const bookmark = await writeNext()
    const told = await ask(clusterFor(nodes), { sql: whether(next), bookmark, here: tokyo })
    expect(told).toMatchObject({ value: '1', node: 'primary', trips: 3 })
    expect(told.milliseconds).toBeLessThan(4_000)
  })

  test('answers at once who asks for nothing newer', async () => {
    const before = await writeNext()
    await followed(nodes)
    for (const { link } of nodes.replicas) link.pause()
    await writeNext()
    const isolate = clusterFor(nodes)
    const reads = [
      { bookmark: before },
      { consistency: 'eventual' as const },
      { remembered: async () => before },
    ]
    for (const given of reads) {
      const told = await ask(isolate, { sql: whether(next), here: tokyo, ...given })
      expect(told).toMatchObject({ value: '0', node: 'tokyo', trips: 1 })
      expect(told.milliseconds).toBeLessThan(300)
    }
  })

  test.each<[string, (bookmark: Bookmark) => Partial<Parameters<typeof ask>[1]>]>([
    ['the last write of the session is remembered', (bookmark) => ({ remembered: async () => bookmark })],
    ['nobody can say what the session wrote', () => ({ remembered: async () => 'unknown' as const })],
    ['the newest is wanted', () => ({ consistency: 'strong' })],
    [
      'the bookmark is of another history',
      () => ({ bookmark: { epoch: 'f'.repeat(32), frame: 1, tick: 0 } }),
    ],
  ])('is passed by where %s', async (_, given) => {
    for (const { link } of nodes.replicas) link.pause()
    const bookmark = await writeNext()
    // It has measured nothing, so that the replica stands first.
    const isolate = { ...clusterFor(nodes), epoch: bookmark.epoch }
    const told = await ask(isolate, { sql: whether(next), here: tokyo, ...given(bookmark) })
    expect(told).toMatchObject({ value: '1', node: 'primary' })
  })

  test('for long is left alone, though it answers', async () => {
    const isolate = clusterFor(nodes, 'tokyo')
    await ask(isolate)
    nodes.replicas[0]?.link.pause()
    await writeNext()
    await (await ask(isolate, { consistency: 'strong' })).database.look(startTiming())
    // Six seconds pass.
    isolate.looks = isolate.looks.map((look) => ({ ...look, atMilliseconds: look.atMilliseconds - 6_000 }))
    expect(await ask(isolate)).toMatchObject({ node: 'tokyo' })
    expect(await ask(isolate)).toMatchObject({ node: 'primary' })
  })

  test('by a migration: the primary answers what it does not know', async () => {
    for (const { link } of nodes.replicas) link.pause()
    const database = (await ask(cluster)).database
    await database.transact([{ sql: 'create table later (id integer)', args: [] }], startTiming())
    const told = await ask(clusterFor(nodes), { sql: "select count(*) || '' from later", here: tokyo })
    expect(told).toMatchObject({ value: '0', node: 'primary', trips: 2 })
  })
})
