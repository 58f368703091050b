import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { bundleWorker } from '../build/bundle.ts'
import { type City, clientRoundTrip, nearest, roundTrip } from './geography.ts'
import { openWire, type Wire } from './load/wire.ts'
import type { Setting } from './play.ts'
import { quantilesOf } from './report/figures.ts'
import type { Overhead, Way } from './report/goals.ts'
import { type Deployment, deploy } from './stage.ts'

const rounds = 80

/**
 * What the simulation itself takes: a Worker that does nothing is asked over the same ways, from all cities at once, and
 * goes to a node of the database where a goal is about a trip.
 */
export async function measureNothing(setting: Setting, folder: string): Promise<Overhead> {
  const { options, signal } = setting
  const bundle = await bundleWorker('bench/world/city/null-worker.ts', join(folder, 'null'))
  const deployment = await deploy(options, setting.stage, {
    ...{ ...setting, bundle, places: options.cities, hasReplicas: true, variables: { CACHE_OFF: '1' } },
    hear: () => undefined,
  })
  const wire = openWire()
  try {
    const taken = await Promise.all(
      options.cities.map(async (city, place) => {
        // Not all at the same moment.
        await sleep(place * 7)
        return [city, await takenIn(city, { wire, deployment, setting, signal })] as const
      }),
    )
    return new Map(taken)
  } finally {
    wire.close()
    await deployment.stop()
  }
}

interface Asking {
  readonly wire: Wire
  readonly deployment: Deployment
  readonly setting: Setting
  readonly signal: AbortSignal
}

async function takenIn(
  city: City,
  { wire, deployment, setting: { options }, signal }: Asking,
): Promise<Readonly<Record<Way, number>>> {
  const nodes: Readonly<Record<Way, City | null>> = {
    'data centre': null,
    'nearest node': nearest(city, [options.primary, ...options.replicas]),
    primary: options.primary,
  }
  const above = async (way: Way): Promise<number> => {
    const node = nodes[way]
    const door = deployment.doorsOf(city).here[0] ?? 0
    const port = deployment.databaseWays.find(({ from, to }) => from === city && to === node)?.port
    const path = port === undefined ? '/' : `/?port=${port}`
    const times: number[] = []
    for (let round = 0; round < rounds && !signal.aborted; round += 1) {
      const { milliseconds } = await wire.send(door, { method: 'GET', path, headers: {}, body: null })
      // The first ones open the connection and warm the code.
      if (round >= rounds / 4) times.push(milliseconds)
      await sleep(20)
    }
    const distance = clientRoundTrip(city, city) + (node === null ? 0 : roundTrip(city, node))
    return quantilesOf(times).p95 - distance * options.scale
  }
  return {
    'data centre': await above('data centre'),
    'nearest node': await above('nearest node'),
    primary: await above('primary'),
  }
}
