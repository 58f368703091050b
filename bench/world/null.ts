import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { bundleWorker } from '../build/bundle.ts'
import { type City, clientRoundTrip } from './geography.ts'
import { openWire } from './load/wire.ts'
import type { Setting } from './play.ts'
import { quantilesOf } from './report/figures.ts'
import type { Overhead } from './report/goals.ts'
import { deploy } from './stage.ts'

const rounds = 60

/**
 * What the simulation itself takes: a Worker that does nothing is asked over the same ways, from all cities in turn.
 * @returns p95 above the way to the data centre, in milliseconds
 */
export async function measureNothing(setting: Setting, folder: string): Promise<Overhead> {
  const { options, stage, signal } = setting
  const bundle = await bundleWorker('bench/world/city/null-worker.ts', join(folder, 'null'))
  const deployment = await deploy(options, stage, {
    ...{ ...setting, bundle, places: options.cities, hasReplicas: false, variables: { CACHE_OFF: '1' } },
    hear: () => undefined,
  })
  const wire = openWire()
  const taken = new Map<City, number[]>(options.cities.map((city) => [city, []]))
  try {
    for (let round = 0; round < rounds && !signal.aborted; round += 1) {
      for (const [city, times] of taken) {
        const [door] = deployment.doorsOf(city).here
        if (door === undefined) continue
        const { milliseconds } = await wire.send(door, { method: 'GET', path: '/', headers: {}, body: null })
        // The first ones open the connection and warm the code.
        if (round >= rounds / 4) times.push(milliseconds)
        await sleep(1)
      }
    }
  } finally {
    wire.close()
    await deployment.stop()
  }
  const above = ([city, times]: [City, readonly number[]]) =>
    [city, quantilesOf(times).p95 - clientRoundTrip(city, city) * options.scale] as const
  return new Map([...taken].map(above))
}
