import { join } from 'node:path'
import { bundleWorker } from '../build/bundle.ts'
import type { Runtime } from '../build/project.ts'
import { startDatabase } from '../data/database.ts'
import type { Keys } from '../data/keys.ts'
import { query } from '../data/query.ts'
import { drawSamples } from '../data/samples.ts'
import type { LoadGenerator } from '../load/generator.ts'
import type { Plan } from '../measure/plan.ts'
import { measure, type Subject } from '../measure/rounds.ts'
import type { Served } from '../measure/verify.ts'
import { type Bundles, serveContender } from '../measure/workers.ts'
import { writeReport } from './report.ts'
import { makeWriteTasks, scarceOf, type Writer, writers } from './tasks.ts'
import { stockOf, verifyStock, verifyWriteAnswers, verifyWritten } from './verify.ts'

export interface WriteSetting {
  readonly folder: string
  readonly bundles: Bundles
  readonly runtime: Runtime
  readonly keys: Keys
  readonly plan: Plan
  readonly load: LoadGenerator
}

/** All write into the same tables of one database, in turn, so that these are as large for one as for another. */
export async function measureWrites(
  setting: WriteSetting,
  tell: { progress(text: string): void; report(text: string): void },
): Promise<void> {
  const { folder, keys, plan, load } = setting
  tell.progress('a database to write into is filled')
  const database = await startDatabase(join(folder, 'written'))
  const samples = await drawSamples(database.url, keys)
  // More than any run sells, and of one fewer than a cart asks for.
  await query(database.url, 'update products set stock = iif(id = ?, 2, 1000000000)', [scarceOf(samples)])
  const stock = await stockOf(database.url)
  const served = await serveWriters(setting, database.url)
  const ports = {
    baseline: served.baseline.port,
    selvage: served.selvage.port,
    '+ key': served['+ key'].port,
    '+ audit, outbox': served['+ audit, outbox'].port,
  }
  for (const task of makeWriteTasks(samples, keys.publishableKey)) {
    const verified = await verifyWriteAnswers(task, ports)
    const subjects = writers.map(
      (writer): Subject => ({
        name: writer,
        port: served[writer].port,
        requests: task.requests[writer],
        processes: { worker: served[writer].pid, database: database.pid },
      }),
    )
    const series = await measure(subjects, plan.writes, load, (round) =>
      tell.progress(`${task.name}: round ${round} of ${plan.writes.rounds}`),
    )
    for (const writer of writers) {
      const [{ counts } = {}, before] = [series.get(writer), verified.get(writer)]
      if (counts === undefined || before === undefined) throw new Error(`${writer} was not measured`)
      const all = { served: counts.served + before.served, failed: counts.failed + before.failed }
      await verifyWritten(database.url, task, writer, all)
    }
    tell.report(`\n${writeReport(task.name, series)}`)
  }
  await verifyStock(database.url, stock)
  tell.progress('rows, totals and stock are what was answered')
}

async function serveWriters(
  { folder, bundles, runtime, keys }: WriteSetting,
  databaseUrl: string,
): Promise<Readonly<Record<Writer, Served>>> {
  const bare = await bundleWorker('bench/bare/worker.ts', join(folder, 'bare'))
  const [byHand, full] = [bundles.get('baseline'), bundles.get('selvage')]
  if (byHand === undefined || full === undefined) throw new Error('the Workers were not built')
  // As it is deployed: a write raises the versions of tables that kept answers depend on.
  const surroundings = { databaseUrl, keys, runtime, isCaching: true }
  const [baseline, selvage, recorded] = await Promise.all([
    serveContender('baseline', byHand, surroundings),
    serveContender('selvage', bare, surroundings),
    serveContender('selvage', full, surroundings),
  ])
  return { baseline, selvage, '+ key': selvage, '+ audit, outbox': recorded }
}
