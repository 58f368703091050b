import { join } from 'node:path'
import { migrate } from '../../../src/cli/migrate.ts'
import { freePort, type Sqld, startSqld } from '../../../src/cli/sqld.ts'
import { projectFolder } from '../../build/project.ts'
import type { City } from '../geography.ts'
import { fillShop } from './seed.ts'

/** A libSQL server of the world, that can be killed and comes back with what it has on its disk. */
export interface DatabaseNode {
  readonly city: City
  /** TCP port on 127.0.0.1, without any link before it; the same after a restart. */
  readonly port: number
  readonly url: string
  /** SIGKILL. Returns when it is gone. */
  kill(): Promise<void>
  /** After `kill`. */
  restart(): Promise<void>
}

export interface Primary extends DatabaseNode {
  /** Where replicas get their frames, without any link before it. */
  readonly grpcPort: number
}

/** A primary with the shop's tables and what of its large data set everybody may see. `directory`: where its files go. */
export async function startPrimary(city: City, directory: string): Promise<Primary> {
  const [port, grpcPort] = [await freePort(), await freePort()]
  const node = await startNode(city, port, () =>
    startSqld({ directory, port, keptStreams, role: { kind: 'primary', grpcPort } }),
  )
  await migrate({ databaseUrl: node.url, folder: join(projectFolder, 'drizzle') })
  await fillShop(node.url)
  return { ...node, grpcPort }
}

/** `grpcPort`: where it gets its frames: of a link to the primary. */
export async function startReplica(city: City, directory: string, grpcPort: number): Promise<DatabaseNode> {
  const port = await freePort()
  const primary = `http://127.0.0.1:${grpcPort}`
  return startNode(city, port, () =>
    startSqld({ directory, port, keptStreams, role: { kind: 'replica', primary } }),
  )
}

/** For each of ten data centres with two isolates those that `streams` of stage.ts says, and some over. */
const keptStreams = 64

const running = new Set<Sqld>()

/** All that were started, however far the world came. */
export async function stopNodes(): Promise<void> {
  await Promise.all([...running].map((sqld) => sqld.stop()))
}

async function startNode(city: City, port: number, launch: () => Promise<Sqld>): Promise<DatabaseNode> {
  const start = async (): Promise<Sqld> => {
    const started = await launch()
    running.add(started)
    void started.ended.then(() => running.delete(started))
    return started
  }
  let sqld = await start()
  return {
    city,
    port,
    url: sqld.url,
    async kill() {
      process.kill(sqld.pid, 'SIGKILL')
      await sqld.ended
    },
    async restart() {
      sqld = await start()
    },
  }
}
