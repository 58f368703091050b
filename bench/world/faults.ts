import { setTimeout as sleep } from 'node:timers/promises'
import type { Options } from './options.ts'
import { oneOf, type Random } from './random.ts'
import type { Deployment, Stage } from './stage.ts'

/** What goes wrong, and for how long at most, in milliseconds. */
const longest = {
  'way to a node is cut': 4_000,
  'replication is cut': 6_000,
  'replication is slow': 8_000,
  'replica is killed': 4_000,
  'primary is killed': 2_000,
  'isolates of a data centre are killed': 0,
  'KV is down': 4_000,
  'KV is corrupt': 4_000,
} as const
type Fault = keyof typeof longest
const faults = Object.keys(longest) as readonly Fault[]
/** Where everybody is next door there is nothing to be cut: then it is all the more often that something dies. */
const withoutWays: readonly Fault[] = [
  'replica is killed',
  'primary is killed',
  'isolates of a data centre are killed',
  'KV is down',
]

export interface Trouble {
  readonly options: Options
  readonly stage: Stage
  readonly deployment: Deployment
  readonly random: Random
  progress(text: string): void
}

/** Something goes wrong every few seconds, one thing after the other. @returns ends it, and mends what is broken */
export function beFaulty(trouble: Trouble): () => Promise<void> {
  let isOver = false
  const run = async () => {
    const possible = trouble.options.direct ? withoutWays : faults
    while (!isOver) {
      // As the random order has it, but none is left out for long.
      for (const fault of shuffled(possible, trouble.random)) {
        if (isOver) return
        trouble.progress(`fault: ${fault}`)
        const mend = await cause(fault, trouble)
        await sleep(longest[fault] * (0.25 + 0.75 * trouble.random()))
        await mend()
        await sleep(500 + 2_000 * trouble.random())
      }
    }
  }
  const running = run()
  return async () => {
    isOver = true
    await running
  }
}

function shuffled(possible: readonly Fault[], random: Random): readonly Fault[] {
  return possible
    .map((fault) => ({ fault, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ fault }) => fault)
}

/** @returns what mends it */
async function cause(
  fault: Fault,
  { options, stage, deployment, random }: Trouble,
): Promise<() => Promise<void>> {
  const { network, primary, replicas, replication } = stage
  switch (fault) {
    case 'way to a node is cut': {
      const way = oneOf(random, deployment.databaseWays)
      return cut(way.port)
    }
    case 'replication is cut':
      return replication.size === 0 ? nothing : cut(oneOf(random, [...replication.values()]))
    case 'replication is slow': {
      if (replication.size === 0) return nothing
      const [city, port] = oneOf(random, [...replication])
      const usual = stage.replicationTrip(city)
      await network.set(port, { roundTrip: usual + 1_000 * options.scale })
      return () => network.set(port, { roundTrip: usual })
    }
    case 'replica is killed': {
      if (replicas.length === 0) return nothing
      const node = oneOf(random, replicas)
      await node.kill()
      return () => node.restart()
    }
    case 'primary is killed':
      await primary.kill()
      return () => primary.restart()
    case 'isolates of a data centre are killed':
      await oneOf(random, [...deployment.dataCentres.values()]).restart()
      return nothing
    case 'KV is down':
    case 'KV is corrupt':
      await network.setKv(fault === 'KV is down' ? 'down' : 'corrupt')
      return () => network.setKv('well')
  }
  async function cut(port: number): Promise<() => Promise<void>> {
    await network.set(port, { partitioned: true })
    return () => network.set(port, { partitioned: false })
  }
}

const nothing = async (): Promise<void> => {}
