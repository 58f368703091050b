import { join } from 'node:path'
import type { Runtime } from '../build/project.ts'
import { startDatabase } from '../data/database.ts'
import type { Keys } from '../data/keys.ts'
import { countProducts, growProducts } from '../data/million.ts'
import { drawSamples } from '../data/samples.ts'
import type { LoadGenerator } from '../load/generator.ts'
import type { Plan } from './plan.ts'
import { growthReport } from './report.ts'
import { measure, type Subject } from './rounds.ts'
import { type Contender, listTask } from './tasks.ts'
import { type Bundles, serveContender } from './workers.ts'

export interface GrowthSetting {
  readonly folder: string
  readonly bundles: Bundles
  readonly runtime: Runtime
  readonly keys: Keys
  readonly plan: Plan
  readonly load: LoadGenerator
  /** The seeded database: the smaller table. */
  readonly database: { readonly url: string; readonly pid: number }
}

/** The same list from the seeded table and from a larger one, by the same Worker. */
export async function measureGrowth(
  setting: GrowthSetting,
  progress: (text: string) => void,
): Promise<string> {
  const { folder, plan, database, load } = setting
  progress(`a second database of ${plan.manyRows} products is filled`)
  const grown = await startDatabase(join(folder, 'grown'))
  await growProducts(grown.url, plan.manyRows, (rows) => progress(`${rows} products`))
  const few = await serveList(setting, database)
  const many = await serveList(setting, grown)
  const series = await measure([few, many], plan.effort, load, (round) =>
    progress(`growth: round ${round} of ${plan.effort.rounds}`),
  )
  return growthReport(series, few.name, many.name)
}

async function serveList(
  { bundles, runtime, keys }: GrowthSetting,
  { url: databaseUrl, pid: database }: GrowthSetting['database'],
): Promise<Subject> {
  const contender: Contender = 'selvage'
  const bundle = bundles.get(contender)
  if (bundle === undefined) throw new Error('the Worker was not built')
  // Sessions of its own: a token counts in the database that knows its session.
  const samples = await drawSamples(databaseUrl, keys)
  const { port, pid } = await serveContender(contender, bundle, {
    databaseUrl,
    keys,
    runtime,
    isCaching: false,
  })
  const { requests } = listTask('list', samples, keys.publishableKey, samples.categoryIds)
  const rows = await countProducts(databaseUrl)
  return {
    name: `${rows.toLocaleString('en')} rows`,
    port,
    requests: requests[contender],
    processes: { worker: pid, database },
  }
}
