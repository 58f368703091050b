import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { bundleWorker } from '../build/bundle.ts'
import { query } from '../data/query.ts'
import type { City } from './geography.ts'
import { openWire } from './load/wire.ts'
import type { Setting } from './play.ts'
import { pause, randomOf } from './random.ts'
import { quantilesOf } from './report/figures.ts'
import { type Destination, distanceOf, nodeOf, type Overhead } from './report/goals.ts'
import { type Deployment, deploy } from './stage.ts'

/**
 * What the simulation itself takes: a Worker that does nothing is asked over the same ways, and goes to a node of the
 * database where a goal is about a trip. It is asked while a contender is measured, for how busy the machine is, and how
 * cold its caches are, is a part of what is taken.
 */
export interface Nothing {
  /** Asks all cities in turn, at instants drawn at random. `signal` ends it. */
  measure(perSecond: number, signal: AbortSignal): Promise<Overhead>
  stop(): Promise<void>
}

/** Of each city, one after another. */
const probes = [
  { of: 'nothing', to: 'data centre', sql: null },
  { of: 'nothing', to: 'nearest node', sql: null },
  { of: 'nothing', to: 'primary', sql: null },
  { of: 'bare', to: 'nearest node', sql: 'select id, name from products order by id limit 1' },
  { of: 'bare', to: 'primary', sql: 'insert into world_bare default values' },
] as const satisfies readonly Probe[]

interface Probe {
  readonly of: 'nothing' | 'bare'
  readonly to: Destination
  /** Null: the node is asked whether it is there. */
  readonly sql: string | null
}

/** The first ones open the connection and warm the code. */
const warmingRounds = 20

export async function openNothing(setting: Setting, folder: string): Promise<Nothing> {
  const { options, stage, signal: ending } = setting
  const bundle = await bundleWorker('bench/world/city/null-worker.ts', join(folder, 'null'))
  const deployment = await deploy(options, stage, {
    ...{ ...setting, bundle, places: options.cities, hasReplicas: true, variables: { CACHE_OFF: '1' } },
    hear: () => undefined,
  })
  await query(stage.primary.url, 'create table if not exists world_bare (id integer primary key)')
  const wire = openWire(deployment.edgeHeaders)
  const ask = async (city: City, { to, sql }: Probe): Promise<number | null> => {
    const [door] = deployment.doorsOf(city).here
    if (door === undefined) throw new RangeError(`nothing is deployed in ${city.name}`)
    const node = nodeOf(to, city, options)
    const parameters = new URLSearchParams(sql === null ? {} : { sql })
    if (node !== null) parameters.set('port', String(portTo(node, city, deployment)))
    const heard = await wire.send(door, { method: 'GET', path: `/?${parameters}`, headers: {}, body: null })
    return heard.status === 200 ? heard.milliseconds - distanceOf(to, city, options) : null
  }
  const turns = options.cities.flatMap((city) => probes.map((probe) => ({ city, probe })))
  for (let round = 0; round < warmingRounds && !ending.aborted; round += 1) {
    await Promise.all(
      options.cities.map(async (city) => {
        for (const probe of probes) await ask(city, probe)
      }),
    )
  }
  return {
    async measure(perSecond, signal) {
      const times = new Map(turns.map((turn) => [turn, [] as number[]]))
      const random = randomOf(options.seed + 99)
      const underWay: Promise<void>[] = []
      for (let next = 0; !signal.aborted && !ending.aborted; next += 1) {
        await sleep(pause(random, perSecond))
        const turn = turns[next % turns.length]
        if (turn === undefined) break
        const note = async (): Promise<void> => {
          const above = await ask(turn.city, turn.probe)
          if (above !== null) times.get(turn)?.push(above)
        }
        underWay.push(note())
      }
      await Promise.all(underWay)
      const taken = (city: City, of: Probe['of'], to: Destination): number => {
        const turn = turns.find((each) => each.city === city && each.probe.of === of && each.probe.to === to)
        return quantilesOf((turn && times.get(turn)) ?? []).p95
      }
      return new Map(
        options.cities.map((city) => {
          const here = taken(city, 'nothing', 'data centre')
          const of = (kind: Probe['of']) => ({
            ...{ 'data centre': here, 'nearest node': taken(city, kind, 'nearest node') },
            primary: taken(city, kind, 'primary'),
          })
          return [city, { nothing: of('nothing'), bare: of('bare') }]
        }),
      )
    },
    async stop() {
      wire.close()
      await deployment.stop()
    },
  }
}

function portTo(node: City, city: City, { databaseWays }: Deployment): number {
  const way = databaseWays.find(({ from, to }) => from === city && to === node)
  if (way === undefined) throw new RangeError(`there is no way from ${city.name} to ${node.name}`)
  return way.port
}
