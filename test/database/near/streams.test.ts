import { afterEach, expect, test } from 'vitest'
import { startTiming } from '../../../src/base/timing.ts'
import { connectTo } from '../../../src/database/client.ts'
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

test('a stream that is kept at a replica sees what the primary writes, and waits for what is owed', async () => {
  const { isolate } = await started()
  for (let id = 1; id <= 20; id += 1) {
    const bookmark = await write(isolate, id)
    // It is here that much faster than the replica of the test is.
    isolate.primary.milliseconds = 1_000
    const told = await ask(isolate, { bookmark, here: tokyo })
    expect(told).toMatchObject({ value: String(id), node: 'tokyo', trips: 1 })
  }
  expect(isolate.replicas[0]?.streams.idle).toHaveLength(1)
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
  const near = { here: tokyo, consistency: 'eventual' } as const
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
