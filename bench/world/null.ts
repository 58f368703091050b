import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { bundleWorker } from '../build/bundle.ts'
import { query } from '../data/query.ts'
import type { City } from './geography.ts'
import { openWire, type Wire } from './load/wire.ts'
import type { Setting } from './play.ts'
import { quantilesOf } from './report/figures.ts'
import { type Destination, distanceOf, nodeOf, type Overhead, type Taken } from './report/goals.ts'
import { type Deployment, deploy } from './stage.ts'

const rounds = 80

/**
 * What the simulation itself takes: a Worker that does nothing is asked over the same ways, from all cities at once, and
 * goes to a node of the database where a goal is about a trip.
 */
export async function measureNothing(setting: Setting, folder: string): Promise<Overhead> {
  const { options } = setting
  const bundle = await bundleWorker('bench/world/city/null-worker.ts', join(folder, 'null'))
  const deployment = await deploy(options, setting.stage, {
    ...{ ...setting, bundle, places: options.cities, hasReplicas: true, variables: { CACHE_OFF: '1' } },
    hear: () => undefined,
  })
  await query(setting.stage.primary.url, 'create table if not exists world_bare (id integer primary key)')
  const wire = openWire()
  try {
    const taken = await Promise.all(
      options.cities.map(async (city, place) => {
        // Not all at the same moment.
        await sleep(place * 7)
        return [city, await takenIn(city, { wire, deployment, setting })] as const
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
}

async function takenIn(
  city: City,
  { wire, deployment, setting: { options, signal } }: Asking,
): Promise<Taken> {
  const [door] = deployment.doorsOf(city).here
  if (door === undefined) throw new RangeError(`nothing is deployed in ${city.name}`)
  const above = async (to: Destination, sql: string | null = null): Promise<number> => {
    const node = nodeOf(to, city, options)
    const parameters = new URLSearchParams(sql === null ? {} : { sql })
    if (node !== null) parameters.set('port', String(portTo(node, city, deployment)))
    const path = `/?${parameters}`
    const times: number[] = []
    for (let round = 0; round < rounds && !signal.aborted; round += 1) {
      const { milliseconds } = await wire.send(door, { method: 'GET', path, headers: {}, body: null })
      // The first ones open the connection and warm the code.
      if (round >= rounds / 4) times.push(milliseconds)
      await sleep(20)
    }
    return quantilesOf(times).p95 - distanceOf(to, city, options)
  }
  const nothing = {
    'data centre': await above('data centre'),
    'nearest node': await above('nearest node'),
    primary: await above('primary'),
  }
  const bare = {
    'data centre': nothing['data centre'],
    'nearest node': await above('nearest node', bareRead),
    primary: await above('primary', bareWrite),
  }
  return { nothing, bare }
}

const bareRead = 'select id, name from products order by id limit 1'
const bareWrite = 'insert into world_bare default values'

function portTo(node: City, city: City, { databaseWays }: Deployment): number {
  const way = databaseWays.find(({ from, to }) => from === city && to === node)
  if (way === undefined) throw new RangeError(`there is no way from ${city.name} to ${node.name}`)
  return way.port
}
