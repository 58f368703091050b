import { afterEach, expect, test } from 'vitest'
import { startTiming } from '../../../src/base/timing.ts'
import { connectTo } from '../../../src/database/client.ts'
import type { Cluster } from '../../../src/database/cluster.ts'
import { nobody } from '../../../src/database/fresh/freshness.ts'
import { startNodes, type TestNodes } from '../../harness/nodes.ts'
import { ask, clusterFor, followed, prepare, tokyo, write } from './ask.ts'

let nodes: TestNodes | null = null
afterEach(() => nodes?.stop())

async function started() {
  nodes = await startNodes(1)
  const isolate = clusterFor(nodes, 'tokyo', 1)
  await prepare(isolate)
  await followed(nodes)
  return { nodes, isolate }
}

/** Whether it is here that much faster than the replica of the test is: else the primary, on the same machine, is asked. */
function nearest({ primary, replicas }: Cluster): void {
  primary.milliseconds = 1_000
  for (const replica of replicas) replica.leftUntilMilliseconds = 0
}

const near = { here: tokyo, consistency: 'eventual' } as const

test('a stream that is kept at a replica sees what the primary writes; who is owed some of it waits on it', async () => {
  const { nodes: all, isolate } = await started()
  for (let id = 1; id <= 20; id += 1) {
    const bookmark = await write(isolate, id)
    nearest(isolate)
    const told = await ask(isolate, { bookmark, here: tokyo })
    expect(told).toMatchObject({ value: String(id), node: 'tokyo', trips: 1 })
    await followed(all)
    expect(await ask(isolate, near)).toMatchObject({ value: String(id), node: 'tokyo', trips: 1 })
  }
  expect(isolate.replicas[0]?.streams.idle).toHaveLength(1)
})

test('a stream that is kept at a replica sees tables that are made, changed, and gone', async () => {
  const { nodes: all, isolate } = await started()
  const changes = [
    ['alter table written add column more', "select count(more) || '' from written"],
    ['alter table written rename to others', "select count(more) || '' from others"],
    ['create view seen as select more from others', "select count(more) || '' from seen"],
    ['drop view seen', "select count(*) || '' from sqlite_schema where name = 'seen'"],
    ['create table seen (id)', "select count(id) || '' from seen"],
  ] as const
  for (const [change, sql] of changes) {
    await connectTo({ cluster: clusterFor(all), reader: nobody }).transact(
      [{ sql: change, args: [] }],
      startTiming(),
    )
    nearest(isolate)
    const deadline = Date.now() + 5_000
    const told = () => ask(isolate, { ...near, sql })
    // Where nothing refuses it, what was before is answered until the change has come.
    for (let last = await told(); last.node !== 'tokyo' || last.value !== '0'; last = await told()) {
      expect(Date.now()).toBeLessThan(deadline)
      nearest(isolate)
    }
    expect(await told()).toMatchObject({ value: '0', node: 'tokyo', trips: 1 })
  }
})

test('an answer of a replica that grows too large leaves nothing that has to ask a primary', async () => {
  const { nodes: all, isolate } = await started()
  await write(isolate, 1)
  await followed(all)
  nearest(isolate)
  const sql = `select ${Array.from({ length: 3 }, () => 'hex(zeroblob(2400000))').join()}`
  const reader = { ...nobody, here: tokyo }
  const large = connectTo({ cluster: isolate, reader }).run({ sql, args: [] }, startTiming(), 'eventual')
  await expect(large).rejects.toThrow('too large')
  await all.primary.sqld.stop()
  nearest(isolate)
  expect(await ask(isolate, near)).toMatchObject({ value: '1', node: 'tokyo', trips: 1 })
})

test('after a crash that nobody noticed who wrote sees it, though a stream leads to what was before', async () => {
  const { nodes: all, isolate } = await started()
  // Isolates that know nothing note no frame.
  for (let id = 1; id <= 40; id += 1) await write(clusterFor(all), id)
  await followed(all)
  nearest(isolate)
  expect(await ask(isolate, near)).toMatchObject({ value: '40', node: 'tokyo' })
  const known = isolate.replicas[0]?.frame ?? 0
  await all.crashPrimary()
  const bookmark = await write(clusterFor(all), 41)
  expect(bookmark.frame).toBeLessThan(known)
  await followed(all)
  nearest(isolate)
  expect(await ask(isolate, near)).toMatchObject({ value: '40', node: 'tokyo' })
  expect((await ask(isolate, { bookmark, here: tokyo })).value).toBe('41')
  nearest(isolate)
  expect(await ask(isolate, near)).toMatchObject({ value: '41', node: 'tokyo' })
})

test('a replica that turns out to follow a history that is over: what was opened then is not used any more', async () => {
  const { nodes: all, isolate } = await started()
  for (let id = 1; id <= 40; id += 1) await write(isolate, id)
  await followed(all)
  for (const { link } of all.replicas) link.pause()
  await all.crashPrimary()
  const bookmark = await write(isolate, 41)
  nearest(isolate)
  expect(await ask(isolate, near)).toMatchObject({ value: '40', node: 'tokyo' })
  expect(await ask(isolate, { bookmark, here: tokyo })).toMatchObject({ value: '41', node: 'primary' })
  expect(isolate.replicas[0]?.streams.idle).toEqual([])
})

test('after a restart of the primary a trip is made again, and nobody hears of it', async () => {
  const { nodes: all, isolate } = await started()
  await write(isolate, 1)
  await ask(isolate, { consistency: 'strong' })
  await all.crashPrimary()
  expect(await ask(isolate, { consistency: 'strong' })).toMatchObject({ value: '1', node: 'primary' })
  expect((await write(isolate, 2)).epoch).toEqual(expect.any(String))
})

test('a replica that begins anew after a crash of the primary: who knows of that reads what it has now', async () => {
  const { nodes: all, isolate } = await started()
  for (let id = 1; id <= 100; id += 1) await write(isolate, id)
  await followed(all)
  isolate.primary.milliseconds = 1_000
  expect(await ask(isolate, near)).toMatchObject({ value: '100', node: 'tokyo' })
  await all.crashPrimary()
  await write(clusterFor(all), 101)
  await followed(all)
  // What makes it necessary to forget them: the stream leads to files that are not there any more.
  expect(await ask(isolate, near)).toMatchObject({ value: '100', node: 'tokyo' })
  await connectTo({ cluster: isolate, reader: nobody }).look(startTiming())
  expect((await ask(isolate, near)).value).toBe('101')
  await followed(all)
  for (const replica of isolate.replicas) replica.leftUntilMilliseconds = 0
  isolate.primary.milliseconds = 1_000
  expect(await ask(isolate, near)).toMatchObject({ value: '101', node: 'tokyo' })
})
