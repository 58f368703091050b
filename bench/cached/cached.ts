import { join } from 'node:path'
import { bundleWorker } from '../build/bundle.ts'
import { serveWorker } from '../build/workerd.ts'
import { drawSamples } from '../data/samples.ts'
import { openConnection } from '../load/connection.ts'
import type { GrowthSetting } from '../measure/growth.ts'
import { measure, subjectsOf } from '../measure/rounds.ts'
import { type Served, verifyAnswers } from '../measure/verify.ts'
import { serveContender } from '../measure/workers.ts'
import { verifyHits, verifyMeasured } from './hits.ts'
import { cachedReport } from './report.ts'
import { keepers, makeCachedTasks, type Reader } from './tasks.ts'

/**
 * Reads that caches answer, beside those that ask the database each time.
 * @throws AnswersDiffer; NotFromCache when it was not the cache that answered
 */
export async function measureCached(
  setting: GrowthSetting,
  tell: { progress(text: string): void; report(text: string): void },
): Promise<void> {
  const { keys, plan, load, database } = setting
  const samples = await drawSamples(database.url, keys)
  const served = await serveReaders(setting)
  const keeping = served.filter(({ contender }) => keepers.some((keeper) => keeper === contender))
  const [first] = samples.customers
  const [selvage] = keeping
  if (first === undefined || selvage === undefined)
    throw new RangeError('there is nobody to ask or to be asked')
  const bookmark = await bookmarkOf(selvage.port, {
    authorization: `Bearer ${first.token}`,
    apikey: keys.publishableKey,
  })
  const tasks = makeCachedTasks(samples, keys.publishableKey, bookmark)
  for (const task of tasks) {
    await verifyAnswers(task, served)
    for (const each of keeping) await verifyHits(task, each)
  }
  tell.progress('all Workers give the same answers, Selvage from its cache')
  for (const task of tasks) {
    const subjects = subjectsOf(task.requests, served, database.pid)
    const series = await measure(subjects, plan.effort, load, (round) =>
      tell.progress(`${task.name}: round ${round} of ${plan.effort.rounds}`),
    )
    verifyMeasured(task.name, series)
    tell.report(`\n${cachedReport(task.name, series)}`)
  }
}

async function serveReaders({
  folder,
  bundles,
  runtime,
  keys,
  database,
}: GrowthSetting): Promise<readonly Served<Reader>[]> {
  const memory = await bundleWorker('bench/memory/worker.ts', join(folder, 'memory'))
  const [byHand, full] = [bundles.get('baseline'), bundles.get('selvage')]
  if (byHand === undefined || full === undefined) throw new Error('the Workers were not built')
  const surroundings = { databaseUrl: database.url, keys, runtime, isCaching: true }
  const [baseline, remembering, selvage] = await Promise.all([
    serveContender('baseline', byHand, surroundings),
    serveWorker({
      folder: memory.folder,
      modules: [memory.main],
      bindings: { DATABASE_URL: database.url },
      runtime,
      name: 'memory',
    }),
    serveContender('selvage', full, surroundings),
  ])
  return [
    { ...baseline, contender: 'baseline' },
    { ...remembering, contender: 'memory' },
    // One isolate, as who is signed in meets in production what others have asked for.
    { ...selvage, contender: 'selvage' },
    { ...selvage, contender: 'selvage, signed in' },
  ]
}

/** What a customer is given who has just written: an order. */
async function bookmarkOf(port: number, headers: Readonly<Record<string, string>>): Promise<string> {
  const body = '{}'
  const lines = Object.entries({
    host: '127.0.0.1',
    'content-type': 'application/json',
    'content-length': String(body.length),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  const connection = await openConnection(port)
  try {
    const request = `POST /rest/v1/orders HTTP/1.1\r\n${lines.join('')}\r\n${body}`
    const { head } = await connection.send(Buffer.from(request))
    const bookmark = /\r\nselvage-bookmark: *([^\r]+)/i.exec(head)?.[1]
    if (bookmark === undefined) throw new Error(`a write tells no bookmark: ${head}`)
    return bookmark
  } finally {
    connection.close()
  }
}
