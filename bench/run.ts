/** `npm run bench`: see README.md. `--quick` measures less, for a look; `--only writes` a part (also several). */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { endAll } from './build/children.ts'
import { readRuntime } from './build/project.ts'
import { measureCached } from './cached/cached.ts'
import { NotFromCache } from './cached/hits.ts'
import { startDatabase, stopDatabases } from './data/database.ts'
import { makeKeys } from './data/keys.ts'
import { drawSamples } from './data/samples.ts'
import { startLoadGenerator } from './load/generator.ts'
import { type GrowthSetting, measureGrowth } from './measure/growth.ts'
import { fullPlan, quickPlan } from './measure/plan.ts'
import { sizeReport, startUpReport, taskReport } from './measure/report.ts'
import { measure, subjectsOf } from './measure/rounds.ts'
import { measureEvaluation } from './measure/startup.ts'
import { makeTasks } from './measure/tasks.ts'
import { AnswersDiffer, verifyAnswers } from './measure/verify.ts'
import { buildWorkers, serveWorkers } from './measure/workers.ts'
import { measureWrites } from './writes/writes.ts'

const parts = ['reads', 'cached', 'writes', 'startup', 'growth'] as const
const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string', multiple: true } },
})
const unknown = values.only?.find((name) => !parts.some((part) => part === name))
if (unknown !== undefined) throw new RangeError(`--only takes ${parts.join(', ')}, not '${unknown}'`)
const isWanted = (part: (typeof parts)[number]): boolean => values.only?.includes(part) ?? true
/** That `+ streams` keeps open: as many as may be set. */
const mostStreams = 16
const plan = values.quick ? quickPlan : fullPlan
const folder = await mkdtemp(join(tmpdir(), 'selvage-bench-'))

let interrupted = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    interrupted = true
    void clean().finally(() => process.exit(1))
  })
}
try {
  await bench()
} catch (error) {
  // What fails because everything was ended is not worth a word.
  const isOurs = error instanceof AnswersDiffer || error instanceof NotFromCache
  if (!interrupted) console.error(isOurs ? error.message : error)
  process.exitCode = 1
} finally {
  await clean()
}

async function bench(): Promise<void> {
  const started = performance.now()
  progress('the Workers are built')
  const runtime = await readRuntime()
  const bundles = await buildWorkers(folder)
  const keys = await makeKeys()
  const load = startLoadGenerator()
  const setting = { folder, bundles, runtime, keys, plan, load }
  const tell = { progress, report: (text: string) => console.log(text) }
  console.log(plan.title)
  if (isWanted('reads') || isWanted('cached') || isWanted('growth')) {
    progress('the database is filled')
    const database = await startDatabase(join(folder, 'database'), mostStreams)
    if (isWanted('reads')) await reads({ ...setting, database })
    if (isWanted('cached')) await measureCached({ ...setting, database }, tell)
    if (isWanted('growth')) console.log(`\n${await measureGrowth({ ...setting, database }, progress)}`)
  }
  if (isWanted('writes')) await measureWrites(setting, tell)
  if (isWanted('startup')) {
    progress('module evaluation')
    const compared = new Map([...bundles].filter(([name]) => name !== 'floor'))
    console.log(`\n${startUpReport(await measureEvaluation(compared, runtime, plan.starts))}`)
    console.log(`\n${sizeReport(compared)}`)
  }
  progress(`done in ${Math.round((performance.now() - started) / 1000)} s`)
}

async function reads({ bundles, runtime, keys, load, database }: GrowthSetting): Promise<void> {
  const samples = await drawSamples(database.url, keys)
  const surroundings = { databaseUrl: database.url, keys, runtime, isCaching: false }
  const served = await serveWorkers(bundles, surroundings)
  const selvage = new Map([...bundles].filter(([name]) => name === 'selvage'))
  const keeping = await serveWorkers(selvage, { ...surroundings, mostStreams })
  const tasks = makeTasks(samples, keys.publishableKey)
  for (const task of tasks) await verifyAnswers(task, [...served, ...keeping])
  progress('all Workers give the same answers')
  for (const task of tasks) {
    const kept = subjectsOf(task.requests, keeping, database.pid)
    const subjects = [
      ...subjectsOf(task.requests, served, database.pid),
      ...kept.map((subject) => ({ ...subject, name: '+ streams' })),
    ]
    const series = await measure(subjects, plan.effort, load, (round) =>
      progress(`${task.name}: round ${round} of ${plan.effort.rounds}`),
    )
    console.log(`\n${taskReport(task.name, series)}`)
  }
}

function progress(text: string): void {
  console.error(`· ${text}`)
}

async function clean(): Promise<void> {
  await endAll()
  await stopDatabases()
  await rm(folder, { recursive: true, force: true })
}
