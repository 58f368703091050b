import { join } from 'node:path'
import { migrate } from '../../src/cli/migrate.ts'
import { seed } from '../../src/cli/seed.ts'
import { type Sqld, startSqld } from '../../src/cli/sqld.ts'
import { projectFolder } from '../build/project.ts'

const running = new Set<Sqld>()

/**
 * A libSQL server with the shop's tables and its large data set. `directory`: where its files go.
 * @param keptStreams that Workers keep open there
 */
export async function startDatabase(directory: string, keptStreams = 0): Promise<Sqld> {
  const sqld = await startSqld({ directory, keptStreams })
  running.add(sqld)
  await migrate({ databaseUrl: sqld.url, folder: join(projectFolder, 'drizzle') })
  await seed({ databaseUrl: sqld.url, backendFolder: join(projectFolder, 'src/backend'), size: 'large' })
  return sqld
}

export async function stopDatabases(): Promise<void> {
  await Promise.all([...running].map((database) => database.stop()))
}
