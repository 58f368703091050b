import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, type Sqld, startSqld } from '../../src/cli/sqld.ts'
import { type Link, startLink } from './link.ts'
import { watch } from './watchdog.ts'
import { startWire, type Wire } from './wire.ts'

/** A libSQL server behind a proxy that can break. */
export interface TestNode {
  readonly sqld: Sqld
  readonly wire: Wire
}

/** A replica, and the line by which its frames come. */
export interface TestReplica extends TestNode {
  readonly link: Link
}

/** One primary and its replicas, with a temporary folder. */
export interface TestNodes {
  readonly folder: string
  readonly primary: TestNode
  readonly replicas: readonly TestReplica[]
  /** The primary as it was when `change` ended, under the same address: what was written since is gone. */
  restorePrimary(change: () => Promise<void>, since: () => Promise<void>): Promise<void>
  /** The primary is killed, and started again with what it had. */
  crashPrimary(): Promise<void>
  stop(): Promise<void>
}

export async function startNodes(replicas: number): Promise<TestNodes> {
  const folder = await mkdtemp(join(tmpdir(), 'selvage-nodes-'))
  const watchdog = watch(folder)
  const stops: (() => Promise<void>)[] = []
  const keep = <Part extends { stop(): Promise<void> }>(part: Part): Part => {
    stops.unshift(() => part.stop())
    return part
  }
  const [port, grpcPort] = [await freePort(), await freePort()]
  const directory = join(folder, 'primary')
  const startPrimary = async (from: string) =>
    keep(await startSqld({ directory: from, port, role: { kind: 'primary', grpcPort } }))
  let sqld = await startPrimary(directory)
  const primary = { sqld, wire: keep(await startWire(sqld.url)) }
  const following = await Promise.all(
    Array.from({ length: replicas }, async (_, index) => {
      const link = keep(await startLink(grpcPort))
      const role = { kind: 'replica', primary: `http://127.0.0.1:${link.port}` } as const
      const replica = keep(await startSqld({ directory: join(folder, `replica-${index}`), role }))
      return { sqld: replica, link, wire: keep(await startWire(replica.url)) }
    }),
  )
  return {
    folder,
    primary,
    replicas: following,
    async restorePrimary(change, since) {
      await change()
      const backup = join(folder, 'backup')
      await sqld.stop()
      await cp(directory, backup, { recursive: true })
      sqld = await startPrimary(directory)
      await since()
      await sqld.stop()
      sqld = await startPrimary(backup)
    },
    async crashPrimary() {
      process.kill(sqld.pid, 'SIGKILL')
      await sqld.ended
      sqld = await startPrimary(directory)
    },
    async stop() {
      for (const stop of stops) await stop()
      await rm(folder, { recursive: true, force: true, maxRetries: 10 })
      await watchdog.release()
    },
  }
}
