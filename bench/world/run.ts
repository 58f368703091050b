/** `npm run world`: see ../README.md. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleWorker } from '../build/bundle.ts'
import { endAll } from '../build/children.ts'
import { readRuntime } from '../build/project.ts'
import { makeKeys } from '../data/keys.ts'
import { startNetwork } from './link/network.ts'
import { stopNodes } from './node/nodes.ts'
import { openNothing } from './null.ts'
import { readOptions } from './options.ts'
import { type Played, play } from './play.ts'
import { chart } from './report/chart.ts'
import { faultTable } from './report/faults.ts'
import { goalReport } from './report/goals.ts'
import { latencyTables, servedTable } from './report/tables.ts'
import { violationReport } from './report/violations.ts'
import { setStage } from './stage.ts'

const options = readOptions(process.argv.slice(2))
const folder = await mkdtemp(join(tmpdir(), 'selvage-world-'))
const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ending.abort())

try {
  await world()
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  await stopNodes()
  await endAll()
  await rm(folder, { recursive: true, force: true, maxRetries: 10 })
}

async function world(): Promise<void> {
  const [runtime, keys] = [await readRuntime(), await makeKeys()]
  progress('the Worker is built')
  const bundle = await bundleWorker(options.worker, join(folder, 'selvage'))
  const network = startNetwork(options.seed)
  progress('the database is filled')
  const stage = await setStage(options, network, folder)
  const setting = { options, stage, bundle, runtime, keys, progress, signal: ending.signal }
  if (!options.direct) progress('a Worker that does nothing starts, to be asked beside')
  const nothing = options.direct ? null : await openNothing(setting, folder)
  const played: Played[] = []
  for (const name of options.contenders) {
    if (!ending.signal.aborted) played.push(await play(name, setting, nothing))
  }
  await nothing?.stop()
  if (!options.direct) console.log(`\n${latencyTables(played, options.cities)}`)
  console.log(`\n${servedTable(played, options)}`)
  const [selvage] = played
  if (selvage?.name === 'selvage') console.log(`\n${goalReport(selvage, options)}`)
  if (options.faults) console.log(`\n${faultTable(played, options)}`)
  console.log(`\n${violationReport(played)}`)
  if (played.some(({ violations }) => violations.count() > 0)) process.exitCode = 1
  if (options.direct) return
  const out = options.out ?? (await mkdtemp(join(tmpdir(), 'selvage-world-chart-')))
  await mkdir(out, { recursive: true })
  await writeFile(join(out, 'world.svg'), chart(played, options.cities))
  console.log(`\nchart: ${join(out, 'world.svg')}`)
}

function progress(text: string): void {
  console.error(`· ${text}`)
}
