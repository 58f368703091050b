import { afterEach, expect, test } from 'vitest'
import { startTiming } from '../../../src/base/timing.ts'
import type { Bookmark } from '../../../src/database/bookmark.ts'
import { connectTo } from '../../../src/database/client.ts'
import { nobody } from '../../../src/database/fresh/freshness.ts'
import { startNodes, type TestNodes } from '../../harness/nodes.ts'
import { ask, clusterFor, followed, prepare, tokyo, write } from './ask.ts'

let nodes: TestNodes | null = null
afterEach(() => nodes?.stop())

const epochNow = 'select epoch from selvage_clock'

/** A primary that lost its last writes, the bookmark of the last, and an isolate that saw it. */
async function restored(replicas: number) {
  const started = await startNodes(replicas)
  nodes = started
  const isolate = clusterFor(started)
  await prepare(isolate)
  let bookmark: Bookmark | null = null
  await started.restorePrimary(
    async () => {
      await write(isolate, 1)
      await followed(started)
    },
    async () => {
      for (let id = 2; id < 6; id += 1) bookmark = await write(isolate, id)
      for (const { link } of started.replicas) link.pause()
    },
  )
  if (bookmark === null) throw new TypeError('there was a write')
  return { started, isolate, bookmark: bookmark as Bookmark }
}

test('a database that was restored: who has the old bookmark is answered in time, and a new epoch begins', async () => {
  const { started, bookmark } = await restored(1)
  const isolate = clusterFor(started)
  const told = await ask(isolate, { sql: "select count(*) || '' from written", bookmark, here: tokyo })
  expect(told).toMatchObject({ value: '1', node: 'primary' })
  expect(told.milliseconds).toBeLessThan(4_000)
  const now = await ask(isolate, { sql: epochNow, consistency: 'strong' })
  expect(now.value).not.toBe(bookmark.epoch)
  expect(now.database.seen.read).toMatchObject({ epoch: now.value })
  // From now on the old one costs nobody a wait, and whoever has it is given another one.
  for (const replica of isolate.replicas) replica.leftUntilMilliseconds = 0
  const again = await ask(isolate, { bookmark, here: tokyo })
  expect(again).toMatchObject({ value: '1', node: 'primary', trips: 1 })
  expect(again.database.seen.read?.epoch).toBe(now.value)
  const next = await write(isolate, 9)
  expect(next.epoch).toBe(now.value)
  expect(next.frame).toBeLessThanOrEqual(bookmark.frame + 5)
})

test('an isolate that saw it before notices without a bookmark, and begins one epoch, not two', async () => {
  const { isolate, bookmark, started } = await restored(0)
  expect((await ask(isolate)).value).toBe('1')
  const { value: first } = await ask(isolate, { sql: epochNow })
  expect(first).not.toBe(bookmark.epoch)
  // Another one that comes later finds that it has begun.
  const other = clusterFor(started)
  other.epoch = bookmark.epoch
  other.primary.frame = bookmark.frame
  await ask(other)
  expect((await ask(other, { sql: epochNow })).value).toBe(first)
})

test('one that only asks how the primary is notices, too', async () => {
  const { isolate, bookmark } = await restored(0)
  await connectTo({ cluster: isolate, reader: nobody }).look(startTiming())
  expect((await ask(isolate, { sql: epochNow })).value).not.toBe(bookmark.epoch)
})

test('a primary that crashed counts its frames anew: the next write says so to who has heard of nothing, too', async () => {
  const started = await startNodes(0)
  nodes = started
  const before = clusterFor(started)
  await prepare(before)
  let last = await write(before, 0)
  // Many more frames than the database has pages.
  for (let id = 1; id <= 100; id += 1) last = await write(before, id)
  await started.crashPrimary()
  const next = await write(clusterFor(started), 101)
  expect(next.frame).toBeLessThan(last.frame)
  expect(next.epoch).not.toBe(last.epoch)
  const again = await write(clusterFor(started), 102)
  expect(again.epoch).toBe(next.epoch)
})

test('isolates that had not heard of a crash begin no second history when they write', async () => {
  const started = await startNodes(0)
  nodes = started
  const [one, two, three] = [clusterFor(started), clusterFor(started), clusterFor(started)]
  await prepare(one)
  for (let id = 0; id < 100; id += 1) await write(one, id)
  const last = await write(two, 100)
  await write(three, 101)
  await started.crashPrimary()
  const { epoch } = await write(one, 102)
  expect(epoch).not.toBe(last.epoch)
  const later = [await write(two, 103), await write(three, 104), await write(one, 105), await write(two, 106)]
  expect(later.map((bookmark) => bookmark.epoch)).toEqual(later.map(() => epoch))
})

test('a replica that follows another history is not believed, however many frames it has', async () => {
  const started = await startNodes(1)
  nodes = started
  const before = clusterFor(started)
  await prepare(before)
  for (let id = 1; id <= 9; id += 1) await write(before, id)
  await followed(started)
  for (const { link } of started.replicas) link.pause()
  const database = connectTo({ cluster: before, reader: nobody })
  const renew = { sql: `update selvage_clock set epoch = '${'e'.repeat(32)}'`, args: [] }
  await database.transact([renew, { sql: 'delete from written', args: [] }], startTiming())
  const told = await ask(clusterFor(started), {
    sql: "select count(*) || '' from written",
    bookmark: { epoch: 'e'.repeat(32), frame: 2, tick: 0 },
    here: tokyo,
  })
  expect(told).toMatchObject({ value: '0', node: 'primary', trips: 2 })
})
