import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { bundleWorker } from '../../bench/build/bundle.ts'
import { readRuntime } from '../../bench/build/project.ts'
import { serveWorker } from '../../bench/build/workerd.ts'
import { migrate } from '../../src/cli/migrate.ts'
import { seed } from '../../src/cli/seed.ts'
import { makeBindings } from '../harness/bindings.ts'
import { startDatabase } from '../harness/database.ts'
import { startWire } from '../harness/wire.ts'

/** The shop as it is deployed: the bundle under plain workerd, reached over HTTP, with a database of its own. */
export interface ClientServer {
  readonly url: string
  readonly publishableKey: string
  readonly secretKey: string
  /** Between the Worker and the database: `startWire`. */
  readonly wireUrl: string
  stop(): Promise<void>
}

export async function startServer(): Promise<ClientServer> {
  const database = await startDatabase()
  const wire = await startWire(database.url)
  const stop = async () => {
    await wire.stop()
    await database.stop()
  }
  try {
    const folder = join(database.folder, 'worker')
    await mkdir(folder)
    const [bundle] = await Promise.all([bundleWorker(resolve('src/worker.ts'), folder), fill(database.url)])
    const { PUBLISHABLE_KEY = '', SECRET_KEY = '', ...more } = makeBindings(wire.url)
    const worker = await serveWorker({
      name: 'client',
      folder,
      modules: [bundle.main],
      bindings: { PUBLISHABLE_KEY, SECRET_KEY, ...more },
      runtime: await readRuntime(),
    })
    return {
      url: `http://127.0.0.1:${worker.port}`,
      publishableKey: PUBLISHABLE_KEY,
      secretKey: SECRET_KEY,
      wireUrl: wire.url,
      async stop() {
        await worker.stop()
        await stop()
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function fill(databaseUrl: string): Promise<void> {
  await migrate({ databaseUrl, folder: resolve('drizzle') })
  await seed({ databaseUrl, backendFolder: resolve('src/backend'), size: 'small' })
}
