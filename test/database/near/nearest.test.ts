import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { answered, type Cluster, readingOrder } from '../../../src/database/cluster.ts'
import { startNodes, type TestNodes } from '../../harness/nodes.ts'
import { ask, clusterFor, followed, frankfurt, prepare, tokyo, virginia, write } from './ask.ts'

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

const london = { latitude: 51.5, longitude: -0.1 }
const seoul = { latitude: 37.6, longitude: 127 }
const names = (cluster: Cluster, here: Parameters<typeof readingOrder>[1]) =>
  readingOrder(cluster, here, Date.now()).map(({ node }) => node.name)
/** The replica that is nearest there, and who comes first when. */
function fromLondon() {
  const cluster = clusterFor(nodes)
  const near = cluster.replicas.find(({ node }) => node.name === 'frankfurt')
  if (near === undefined) throw new RangeError('there is a replica')
  const order = (now: number) => readingOrder(cluster, london, now).map(({ node }) => node.name)
  return { cluster, near, order }
}

describe('a read goes to', () => {
  test.each([
    ['the replica that is nearest', london, 'frankfurt'],
    ['the other one elsewhere', seoul, 'tokyo'],
    ['the primary where that is nearest', virginia, 'primary'],
    ['the replica at the very place', tokyo, 'tokyo'],
  ])('%s', async (_, here, node) => {
    const told = await ask(clusterFor(nodes), { here })
    expect(told).toMatchObject({ node, value: '1', trips: 1 })
  })

  test('any replica rather than the primary where no place is known', async () => {
    expect((await ask(clusterFor(nodes))).node).not.toBe('primary')
  })

  test('what is measured to be nearer, whatever the places say', async () => {
    const cluster = clusterFor(nodes)
    const here = seoul
    nodes.replicas[0]?.wire.strike({ delayMilliseconds: 200 })
    expect((await ask(cluster, { here })).node).toBe('tokyo')
    // Nobody waits there again; the others have not been tried, and are as far as the map says.
    expect((await ask(cluster, { here })).node).toBe('frankfurt')
    expect(names(cluster, here)).toEqual(['frankfurt', 'primary', 'tokyo'])
  })

  test('one that was slow once, again after a while', () => {
    const { near, order } = fromLondon()
    answered(near, 1_000, 1, 1_500)
    expect(order(11_500)).toEqual(['primary', 'tokyo', 'frankfurt'])
    expect(order(11_501)).toEqual(['frankfurt', 'primary', 'tokyo'])
    answered(near, 12_000, 1, 12_010)
    expect(order(12_011)).toEqual(['frankfurt', 'primary', 'tokyo'])
    for (let trip = 0; trip < 20; trip += 1) answered(near, 12_000, 1, 12_400)
    expect(order(12_400)).toEqual(['primary', 'tokyo', 'frankfurt'])
  })

  test('one that was not much slower, after a shorter while', () => {
    const { cluster, near, order } = fromLondon()
    answered(near, 1_000, 1, 1_120)
    expect(order(1_120)).toEqual(['primary', 'frankfurt', 'tokyo'])
    expect(order(3_520)).toEqual(['primary', 'frankfurt', 'tokyo'])
    expect(order(3_521)).toEqual(['frankfurt', 'primary', 'tokyo'])
    // What is as fast as its place says counts for longer.
    answered(near, 5_000, 1, 5_001)
    answered(cluster.primary, 5_000, 1, 5_005)
    expect(order(15_000)).toEqual(['frankfurt', 'primary', 'tokyo'])
    for (const replica of cluster.replicas) replica.milliseconds = null
    expect(order(15_000)).toEqual(['primary', 'frankfurt', 'tokyo'])
    expect(order(15_006)).toEqual(['frankfurt', 'primary', 'tokyo'])
  })

  test('the primary alone, when the newest is wanted', async () => {
    const told = await ask(clusterFor(nodes), { here: tokyo, consistency: 'strong' })
    expect(told).toMatchObject({ node: 'primary', trips: 1 })
  })
})

describe('a node that fails', () => {
  test.each([
    ['breaks', { drop: true }, 300],
    ['answers 500', { status: 500 }, 300],
    ['hangs', { hang: true }, 2_500],
    ['breaks within its reply', { cutAfterBytes: 20 }, 300],
  ] as const)('when it %s is left for a while, and tried again', async (_, fault, mostMilliseconds) => {
    const cluster = clusterFor(nodes)
    const [near] = nodes.replicas
    near?.wire.strike(fault)
    const first = await ask(cluster, { here: tokyo })
    expect(first).toMatchObject({ value: '1', node: 'frankfurt', trips: 2 })
    expect(first.milliseconds).toBeLessThan(mostMilliseconds)
    const second = await ask(cluster, { here: tokyo })
    expect(second).toMatchObject({ value: '1', trips: 1 })
    expect(second.milliseconds).toBeLessThan(300)
    // It is back, and after a second it is asked again.
    near?.wire.strike(null)
    expect(names(cluster, tokyo)).not.toContain('tokyo')
    const [state] = cluster.replicas
    const leftMilliseconds = (state?.leftUntilMilliseconds ?? 0) - Date.now()
    expect(leftMilliseconds).toBeGreaterThan(500)
    if ('drop' in fault) await new Promise((resolve) => setTimeout(resolve, leftMilliseconds + 5))
    else if (state !== undefined) state.leftUntilMilliseconds = 0
    expect(names(cluster, tokyo)).toContain('tokyo')
    // What broke is not measured: it is asked as its place says.
    expect(state?.milliseconds).toBeNull()
    for (const other of [cluster.primary, ...cluster.replicas]) other.milliseconds = null
    expect(await ask(cluster, { here: tokyo })).toMatchObject({ value: '1', node: 'tokyo', trips: 1 })
  })

  test('again and again is left for longer each time', async () => {
    const cluster = clusterFor(nodes)
    const [state] = cluster.replicas
    nodes.replicas[0]?.wire.strike({ drop: true })
    const left: number[] = []
    for (let tries = 0; tries < 7 && state !== undefined; tries += 1) {
      state.leftUntilMilliseconds = 0
      await ask(cluster, { here: tokyo })
      left.push(Math.round((state.leftUntilMilliseconds - Date.now()) / 1_000))
    }
    expect(left).toEqual([1, 2, 4, 8, 16, 30, 30])
  })

  test('with many requests under way has failed once', async () => {
    const cluster = clusterFor(nodes)
    const [state] = cluster.replicas
    nodes.replicas[0]?.wire.strike({ drop: true })
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(cluster, { here: tokyo })))
    expect(answers.map(({ value }) => value)).toEqual(Array.from({ length: 20 }, () => '1'))
    expect(state?.failures).toBe(1)
    expect((state?.leftUntilMilliseconds ?? 0) - Date.now()).toBeLessThanOrEqual(1_000)
  })

  test('is the primary, and it stands first: the replicas are asked', async () => {
    nodes.primary.wire.strike({ drop: true })
    const told = await ask(clusterFor(nodes), { here: virginia })
    expect(told).toMatchObject({ value: '1', node: 'frankfurt', trips: 2 })
  })

  test('is the primary, and it hangs: nobody waits for it as long as for a write', async () => {
    nodes.primary.wire.strike({ hang: true })
    const told = await ask(clusterFor(nodes), { here: virginia })
    expect(told).toMatchObject({ value: '1', node: 'frankfurt' })
    expect(told.milliseconds).toBeLessThan(2_500)
  })

  test('is each of them: a problem, and no more trips than there are nodes', async () => {
    for (const { wire } of [nodes.primary, ...nodes.replicas]) wire.strike({ status: 503 })
    const before = [nodes.primary, ...nodes.replicas].map(({ wire }) => wire.all)
    await expect(ask(clusterFor(nodes), { here: frankfurt })).rejects.toMatchObject({
      code: 'UNAVAILABLE_DATABASE',
    })
    const after = [nodes.primary, ...nodes.replicas].map(({ wire }) => wire.all)
    expect(after.map((all, index) => all - (before[index] ?? 0))).toEqual([1, 1, 1])
  })
})
