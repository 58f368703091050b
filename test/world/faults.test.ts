import { expect, test, vi } from 'vitest'
import { beFaulty, possibleFaults } from '../../bench/world/faults.ts'
import { cityOf } from '../../bench/world/geography.ts'
import { readOptions } from '../../bench/world/options.ts'
import { randomOf } from '../../bench/world/random.ts'
import { faultTable } from '../../bench/world/report/faults.ts'
import type { Deployment, Stage } from '../../bench/world/stage.ts'
import { played } from './report/played.ts'

const [virginia, tokyo] = [cityOf('Virginia'), cityOf('Tokyo')]
const [databaseWay, replicationWay] = [1, 2]

/** A world that notes what is done to it, and what of it is broken. */
function fragile({ hasReplica = true } = {}) {
  const done: string[] = []
  const broken = new Set<string>()
  const become = (isBroken: boolean, what: string) => {
    done.push(`${what} ${isBroken ? 'breaks' : 'is well'}`)
    if (isBroken) broken.add(what)
    else broken.delete(what)
  }
  const node = (name: string) => ({
    ...{ city: virginia, port: 0, url: '', grpcPort: 0 },
    kill: async () => become(true, name),
    restart: async () => become(false, name),
  })
  const stage: Stage = {
    primary: node('primary'),
    replicas: hasReplica ? [node('replica')] : [],
    replication: new Map(hasReplica ? [[tokyo, replicationWay]] : []),
    replicationTrip: () => 150,
    network: {
      set: async (port, { partitioned, roundTrip }) => {
        if (partitioned !== undefined) become(partitioned, `way ${port}`)
        if (roundTrip !== undefined) become(roundTrip > 150, `pace of ${port}`)
      },
      setKv: async (mood) => {
        if (mood !== 'well') done.push(`KV is ${mood}`)
        become(mood !== 'well', 'KV')
      },
      ...{ open: async () => 0, close: async () => undefined, startKv: async () => 0 },
    },
  }
  const deployment: Deployment = {
    dataCentres: new Map([
      [
        virginia,
        { ports: [], restart: async () => become(false, 'data centre'), stop: async () => undefined },
      ],
    ]),
    databaseWays: [{ from: tokyo, to: virginia, port: databaseWay }],
    ...{ doorsOf: () => ({ here: [], elsewhere: [] }), edgeHeaders: new Map(), stop: async () => undefined },
  }
  return { done, broken, stage, deployment }
}

const trouble = (args: readonly string[], { stage, deployment }: ReturnType<typeof fragile>) => ({
  ...{ options: readOptions(['--faults', ...args]), stage, deployment },
  ...{ random: randomOf(5), progress: () => undefined },
})

/** Much less than all of it takes when there is time. */
const soon = { timeout: 5_000, interval: 10 }

test('all that may go wrong does in the time that there is, is mended, and is told', async () => {
  const world = fragile()
  const all = trouble(['--seconds', '1'], world)
  const faults = beFaulty(all)
  await vi.waitFor(() => expect(faults.came.size).toBe(8), soon)
  await faults.end()
  expect([...faults.came.keys()].toSorted()).toEqual(possibleFaults(all.options).toSorted())
  expect([...world.broken]).toEqual([])
  expect([...new Set(world.done)].toSorted()).toEqual(
    [
      ...['primary breaks', 'primary is well', 'replica breaks', 'replica is well', 'data centre is well'],
      ...[databaseWay, replicationWay].flatMap((way) => [`way ${way} breaks`, `way ${way} is well`]),
      ...[`pace of ${replicationWay} breaks`, `pace of ${replicationWay} is well`],
      ...['KV is down', 'KV is corrupt', 'KV breaks', 'KV is well'],
    ].toSorted(),
  )
  const table = faultTable([played([], { faults: new Map([['KV is down', 3]]) })], all.options).split('\n')
  expect(table).toHaveLength(1 + 8)
  expect(table.filter((line) => / 3$/.test(line))).toEqual([expect.stringContaining('KV is down')])
})

test('what cannot be is not said to have been', async () => {
  const world = fragile({ hasReplica: false })
  const faults = beFaulty(trouble(['--direct', '--seconds', '1'], world))
  // A second time: all have had their turn.
  await vi.waitFor(() => expect(Math.max(...faults.came.values())).toBe(2), soon)
  await faults.end()
  expect([...faults.came.keys()].toSorted()).toEqual([
    ...['KV is down', 'isolates of a data centre are killed', 'primary is killed'],
  ])
  expect([...world.broken]).toEqual([])
})

test('one that cannot be caused ends the run, when it is over', async () => {
  const world = fragile()
  const setKv = vi.fn(() => Promise.reject(new Error('gone')))
  const stage = { ...world.stage, network: { ...world.stage.network, setKv } }
  const faults = beFaulty(trouble(['--seconds', '1'], { ...world, stage }))
  await vi.waitFor(() => expect(setKv).toHaveBeenCalled(), soon)
  await expect(faults.end()).rejects.toThrow('gone')
})
