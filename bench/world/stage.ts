import { join } from 'node:path'
import { freePort } from '../../src/cli/sqld.ts'
import type { Bundle } from '../build/bundle.ts'
import type { Runtime } from '../build/project.ts'
import type { Keys } from '../data/keys.ts'
import { cfHeader, cfOf, type DataCentre, startDataCentre } from './city/data-centre.ts'
import { type City, clientRoundTrip, roundTrip } from './geography.ts'
import type { Conditions } from './link/conditions.ts'
import type { Network } from './link/network.ts'
import type { Doors } from './load/population.ts'
import { type DatabaseNode, type Primary, startPrimary, startReplica } from './node/nodes.ts'
import type { Options } from './options.ts'

/** What all contenders share: the network, and the database with its replicas. */
export interface Stage {
  readonly network: Network
  readonly primary: Primary
  readonly replicas: readonly DatabaseNode[]
  /** Where the ways of replicas to the primary are entered, by the replica's city. */
  readonly replication: ReadonlyMap<City, number>
  /** Of those ways, as the options have it, in milliseconds. */
  replicationTrip(city: City): number
}

export async function setStage(options: Options, network: Network, folder: string): Promise<Stage> {
  const primary = await startPrimary(options.primary, join(folder, 'primary'))
  const replication = new Map<City, number>()
  const replicas: DatabaseNode[] = []
  for (const city of options.replicas) {
    const way = conditionsOf(options, roundTrip(city, primary.city))
    const port = options.direct ? primary.grpcPort : await network.open(primary.grpcPort, way)
    replication.set(city, port)
    replicas.push(await startReplica(city, join(folder, `replica-${city.colo}`), port))
  }
  return {
    ...{ network, primary, replicas, replication },
    replicationTrip: (city) => conditionsOf(options, roundTrip(city, primary.city)).roundTrip,
  }
}

/** The Worker, as many times as a contender has it, with all ways to it and from it. */
export interface Deployment {
  /** By city. */
  readonly dataCentres: ReadonlyMap<City, DataCentre>
  doorsOf(client: City): Doors
  /** What the edge adds to a request, as lines of HTTP, by the port where its way is entered. */
  readonly edgeHeaders: ReadonlyMap<number, string>
  /** Where the ways from data centres to nodes of the database are entered. */
  readonly databaseWays: readonly DatabaseWay[]
  stop(): Promise<void>
}

export interface DatabaseWay {
  readonly from: City
  readonly to: City
  readonly port: number
}

export interface DeploymentOptions {
  /** Where the Worker runs. */
  readonly places: readonly City[]
  readonly hasReplicas: boolean
  readonly variables: Readonly<Record<string, string>>
  readonly bundle: Bundle
  readonly runtime: Runtime
  readonly keys: Keys
  /** Hears what the Workers write to their log. */
  hear(message: string): void
}

const isolates = 2
/** That each of them keeps open at each node, whoever the contender is. */
const streams = 2

export async function deploy(
  options: Options,
  { network, primary, replicas }: Stage,
  { places, hasReplicas, variables, bundle, runtime, keys, hear }: DeploymentOptions,
): Promise<Deployment> {
  const kvPort = await network.startKv(
    places.map((city) => [city.colo, roundTrip(city, primary.city) * options.scale]),
    options.kvScale,
  )
  const databaseWays: DatabaseWay[] = []
  const opened: number[] = []
  const open = async (target: number, milliseconds: number): Promise<number> => {
    if (options.direct) return target
    const port = await network.open(target, conditionsOf(options, milliseconds))
    opened.push(port)
    return port
  }
  const dataCentres = new Map<City, DataCentre>()
  for (const city of places) {
    const wayTo = async (node: DatabaseNode): Promise<string> => {
      const port = await open(node.port, roundTrip(city, node.city))
      databaseWays.push({ from: city, to: node.city, port })
      return `http://127.0.0.1:${port}`
    }
    const replicaSettings = hasReplicas
      ? await Promise.all(
          replicas.map(async (node) => ({
            ...{ name: node.city.name.toLowerCase(), url: await wayTo(node), place: node.city.place },
          })),
        )
      : []
    const bindings = {
      ...keys.bindings,
      ...variables,
      DATABASE_STREAMS: String(streams),
      DATABASE_URL: await wayTo(primary),
      DATABASE_PLACE: primary.city.place.join(','),
      ...(replicaSettings.length === 0 ? {} : { DATABASE_REPLICAS: JSON.stringify(replicaSettings) }),
      ...(variables.CACHE_OFF === '1' ? {} : { WORLD_KV: `http://127.0.0.1:${kvPort}/${city.colo}` }),
    }
    const ports = await freePorts(isolates)
    dataCentres.set(city, await startDataCentre({ city, bundle, runtime, bindings, ports, hear }))
  }
  const doors = new Map<City, Doors>()
  const edgeHeaders = new Map<number, string>()
  for (const city of options.cities) {
    const waysTo = async (place: City | undefined): Promise<readonly number[]> => {
      const centre = place === undefined ? undefined : dataCentres.get(place)
      if (place === undefined || centre === undefined) return []
      const entered = await Promise.all(centre.ports.map((port) => open(port, clientRoundTrip(city, place))))
      for (const port of entered) edgeHeaders.set(port, `${cfHeader}: ${JSON.stringify(cfOf(place))}\r\n`)
      return entered
    }
    const here = dataCentres.has(city) ? city : places[0]
    const others = places.filter((place) => place !== here)
    const elsewhere = others[options.cities.indexOf(city) % Math.max(1, others.length)]
    doors.set(city, { here: await waysTo(here), elsewhere: await waysTo(elsewhere) })
  }
  return {
    ...{ dataCentres, databaseWays, edgeHeaders },
    doorsOf: (city) => doors.get(city) ?? { here: [], elsewhere: [] },
    async stop() {
      await Promise.all([...dataCentres.values()].map((centre) => centre.stop()))
      await Promise.all(opened.map((port) => network.close(port)))
    },
  }
}

/** A way as the options have it, of a round trip as the table has it. */
function conditionsOf({ scale, jitter, loss }: Options, milliseconds: number): Conditions {
  return { roundTrip: milliseconds * scale, jitter, loss, partitioned: false }
}

/** All of them at once, so that no two are one. */
async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>()
  while (ports.size < count) ports.add(await freePort())
  return [...ports]
}
