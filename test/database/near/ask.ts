import { textOf } from '../../../src/base/statement.ts'
import { startTiming } from '../../../src/base/timing.ts'
import type { Bookmark } from '../../../src/database/bookmark.ts'
import { connectTo, type Database } from '../../../src/database/client.ts'
import { type Cluster, clusterOf } from '../../../src/database/cluster.ts'
import { type Consistency, nobody, type Reader } from '../../../src/database/fresh/freshness.ts'
import type { SendOptions } from '../../../src/database/trip/send.ts'
import type { TestNodes } from '../../harness/nodes.ts'

export const virginia = { latitude: 38.9, longitude: -77.4 }
export const tokyo = { latitude: 35.7, longitude: 139.7 }
export const frankfurt = { latitude: 50.1, longitude: 8.7 }

/**
 * What an isolate knows before its first request: the primary in Virginia, replicas in Tokyo and Frankfurt.
 * @param only the replica that there is; default: both
 * @param mostStreams kept at each node; default: none
 */
export function clusterFor(
  { primary, replicas }: TestNodes,
  only?: 'tokyo' | 'frankfurt',
  mostStreams?: number,
): Cluster {
  const places = [
    { name: 'tokyo', place: tokyo },
    { name: 'frankfurt', place: frankfurt },
  ]
  const all = replicas.map(({ wire }, index) => ({
    name: String(index),
    place: null,
    ...places[index],
    url: wire.url,
    token: null,
    isPrimary: false,
  }))
  return clusterOf(
    { name: 'primary', url: primary.wire.url, token: null, place: virginia, isPrimary: true },
    all.filter(({ name }) => only === undefined || name === only),
    mostStreams,
  )
}

/** What a test asks, and what came of it. */
export interface Ask extends Partial<Reader> {
  readonly sql?: string
  readonly consistency?: Consistency
  readonly tellsReader?: boolean
}

export interface Told {
  readonly value: string | null
  readonly trips: number
  readonly serverTiming: string
  readonly node: string
  readonly milliseconds: number
  readonly database: Database
}

export async function ask(
  cluster: Cluster,
  { sql = total, consistency, tellsReader = false, ...given }: Ask = {},
): Promise<Told> {
  const timing = startTiming()
  const reader = { ...nobody, recalled: () => 'unknown' as const, ...given }
  const database = connectTo({ cluster, reader, tellsReader })
  const since = performance.now()
  const result = await database.run({ sql, args: [] }, timing, consistency)
  const serverTiming = timing.header()
  return {
    value: textOf(result.rows[0]?.[0]),
    trips: timing.trips,
    serverTiming,
    node: /node;desc="([^"]*)"/.exec(serverTiming)?.[1] ?? '',
    milliseconds: performance.now() - since,
    database,
  }
}

/** How many rows there are. */
export const total = "select count(*) || '' from written"

export async function write(cluster: Cluster, id: number, options: SendOptions = {}): Promise<Bookmark> {
  const database = connectTo({ cluster, reader: nobody, ...options })
  const insert = { sql: `insert into written values (${id})`, args: [] }
  await database.transact([insert], startTiming(), { touched: ['written'] })
  const { written } = database.seen
  if (written === null) throw new TypeError('a write has a bookmark')
  return written
}

/** The tables that every database of ours has, and one of the test's. */
export async function prepare(cluster: Cluster): Promise<void> {
  const tables = [
    'create table selvage_clock (id integer primary key, epoch text not null, frame integer not null default 0, tick integer not null default 0)',
    'create table selvage_versions (table_name text primary key, version integer not null, named integer not null default 0)',
    'create table written (id integer primary key)',
    'insert into selvage_clock (id, epoch) values (1, lower(hex(randomblob(16))))',
  ]
  const database = connectTo({ cluster, reader: nobody })
  await database.transact(
    tables.map((sql) => ({ sql, args: [] })),
    startTiming(),
  )
}

/** Resolves when every replica has what the primary has. */
export async function followed({ primary, replicas }: TestNodes): Promise<void> {
  const count = async (url: string): Promise<string | null> => {
    const lone = clusterOf({ name: 'lone', url, token: null, place: null, isPrimary: true }, [])
    return (await ask(lone)).value
  }
  const wanted = await count(primary.sqld.url)
  for (const { sqld } of replicas) {
    for (let tries = 0; (await count(sqld.url).catch(() => null)) !== wanted; tries += 1) {
      if (tries > 200) throw new Error('a replica does not follow')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
