import { setTimeout as sleep } from 'node:timers/promises'
import type { Options } from './options.ts'
import { oneOf, type Random, shuffled } from './random.ts'
import type { Deployment, Stage } from './stage.ts'

/** What goes wrong, and for how long at most, in milliseconds: less where a run has less time than all of them take. */
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
export type Fault = keyof typeof longest
const faults = Object.keys(longest) as readonly Fault[]
/** From the end of one to the next, in milliseconds. */
const rest = { least: 500, most: 2_500 } as const

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

/** What may go wrong in a world. */
export function possibleFaults({ direct }: Pick<Options, 'direct'>): readonly Fault[] {
  return direct ? withoutWays : faults
}

export interface Faults {
  /** How often each came. */
  readonly came: ReadonlyMap<Fault, number>
  /** No more of them; returns when what is broken is mended. */
  end(): Promise<void>
}

/**
 * Something goes wrong every few seconds, one thing after the other; all of it sooner where there is less time than all of
 * it may take.
 */
export function beFaulty(trouble: Trouble): Faults {
  const { options, random } = trouble
  const possible = possibleFaults(options)
  const whole = possible.reduce((sum, fault) => sum + longest[fault] + rest.most, 0)
  const pace = Math.min(1, (options.seconds * 1_000) / whole)
  const came = new Map<Fault, number>()
  let isOver = false
  const run = async () => {
    while (!isOver) {
      // As the random order has it, but none is left out for long.
      for (const fault of shuffled(random, possible)) {
        if (isOver) return
        const mend = await cause(fault, trouble)
        if (mend === null) continue
        trouble.progress(`fault: ${fault}`)
        came.set(fault, (came.get(fault) ?? 0) + 1)
        await sleep(pace * longest[fault] * (0.25 + 0.75 * random()))
        await mend()
        await sleep(pace * (rest.least + (rest.most - rest.least) * random()))
      }
    }
  }
  // What is told when it is ended: nobody waits for it before.
  const running = run().then(
    () => null,
    (error: unknown) => ({ error }),
  )
  return {
    came,
    async end() {
      isOver = true
      const failure = await running
      if (failure !== null) throw failure.error
    },
  }
}

/** @returns what mends it; null: there is nothing that it could befall */
async function cause(
  fault: Fault,
  { options, stage, deployment, random }: Trouble,
): Promise<(() => Promise<void>) | null> {
  const { network, primary, replicas, replication } = stage
  switch (fault) {
    case 'way to a node is cut': {
      const way = oneOf(random, deployment.databaseWays)
      return cut(way.port)
    }
    case 'replication is cut':
      return replication.size === 0 ? null : cut(oneOf(random, [...replication.values()]))
    case 'replication is slow': {
      if (replication.size === 0) return null
      const [city, port] = oneOf(random, [...replication])
      const usual = stage.replicationTrip(city)
      await network.set(port, { roundTrip: usual + 1_000 * options.scale })
      return () => network.set(port, { roundTrip: usual })
    }
    case 'replica is killed': {
      if (replicas.length === 0) return null
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
