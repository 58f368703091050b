import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type SqldOptions, startSqld } from '../../src/cli/sqld.ts'
import { watch } from './watchdog.ts'

/** A libSQL server with a temporary folder, on a free port. */
export interface TestDatabase {
  readonly url: string
  /** For what belongs to this database only; deleted with it. */
  readonly folder: string
  stop(): Promise<void>
}

export async function startDatabase(
  options: Pick<SqldOptions, 'checkpointSeconds' | 'role'> = {},
): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'selvage-test-'))
  const watchdog = watch(folder)
  const sqld = await startSqld({ ...options, directory: join(folder, 'data') })
  return {
    url: sqld.url,
    folder,
    async stop() {
      await sqld.stop()
      await rm(folder, { recursive: true, force: true, maxRetries: 10 })
      await watchdog.release()
    },
  }
}
