import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { BackendDeclaration, SeedSize } from '../declare/backend.ts'
import { linkModel, type Model } from '../model/model.ts'
import { Failure, parseFlags, parsePort, run, say } from './command.ts'
import { loadBackend } from './generate.ts'
import { chooseDatabase, fill, openDatabase } from './local/database.ts'
import {
  endLeftovers,
  instanceFolder,
  type Place,
  placeOf,
  readInstance,
  shopFolder,
  wipe,
  writeInstance,
} from './local/instance.ts'
import { markVariable, thisProcess } from './local/process.ts'
import { checkSettings, readOrMakeSecrets } from './local/secrets.ts'
import { localShards } from './local/shards.ts'
import { curlLine, describe, type Status, signInsOf } from './local/welcome.ts'
import { startWorker } from './local/worker.ts'
import { pageVariables, startPages } from './pages/server.ts'
import { parseSize } from './seed.ts'
import { isFree } from './sqld.ts'

export interface DevOptions extends Place {
  /** On 127.0.0.1. */
  readonly port: number
  /** Starts with an empty database. */
  readonly fresh: boolean
  /** Null: as the database was seeded before, otherwise small. */
  readonly seed: SeedSize | null
}

/** Things to end, the last one first. */
type Stops = (() => Promise<void>)[]

/** Serves a backend from this machine until a signal comes, or one of its processes ends. @throws Failure */
export async function dev(options: DevOptions): Promise<void> {
  const stops: Stops = []
  let over: Promise<void> | null = null
  const stop = () => {
    over ??= (async () => {
      for (let end = stops.pop(); end !== undefined; end = stops.pop()) await end()
    })()
    return over
  }
  const leave = () => {
    // Started meanwhile or not, nothing outlives the exit: sqld and Wrangler are killed there.
    void stop().finally(() => process.exit())
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, leave)
  if (process.env.npm_lifecycle_event !== undefined) followParent(leave)
  try {
    const { ended } = await start(options, stops)
    const what = await ended
    if (over === null) throw new Failure(`${what} ended by itself: see above, then start again.`)
  } finally {
    await stop()
  }
}

/** An npm that was killed can tell nobody: then the parent is another one. */
function followParent(leave: () => void): void {
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) leave()
  }, 500).unref()
}

async function start(options: DevOptions, stops: Stops): Promise<{ ended: Promise<string> }> {
  const { backendFolder, secretsFile, port } = options
  const folder = instanceFolder(options)
  const apiUrl = `http://127.0.0.1:${port}`
  const backend = await loadBackend(backendFolder)
  const { sharded } = checkModel(backend)
  await makeRoom(options, folder)
  const secrets = await readOrMakeSecrets(secretsFile)
  const given = await checkSettings(secretsFile, { API_URL: apiUrl, ...secrets })
  const databaseUrl = await chooseDatabase(options, options.fresh, given.databaseUrl)
  if (options.fresh) await wipe(folder)

  const mark = randomUUID()
  const environment = { ...process.env, [markVariable]: mark }
  const instance = await readInstance(folder)
  const run = { process: thisProcess(), mark, apiUrl, databaseUrl }
  await writeInstance(folder, { ...instance, run })
  stops.push(async () => writeInstance(folder, { ...(await readInstance(folder)), run: null }))

  say('Starting the database')
  const database = await openDatabase(databaseUrl, given.databaseToken, join(folder, 'database'), environment)
  stops.push(database.stop)
  const size = database.isOurs ? await fill(options, folder, databaseUrl, instance.seed) : null
  await writeInstance(folder, { seed: size, run })

  const { publishableKey, secretKey } = given
  const pages = await startPages({ name: backend.name, publishableKey })
  stops.push(pages.stop)

  say('Starting the Worker')
  const variables = {
    API_URL: apiUrl,
    DATABASE_URL: databaseUrl,
    ...pageVariables(pages, apiUrl, secrets),
    ...localShards(sharded, secrets, { databaseUrl, databaseToken: given.databaseToken }),
  }
  const directory = join(folder, 'worker')
  const worker = await startWorker({ backendFolder, directory, secretsFile, port, variables, environment })
  stops.push(worker.stop)

  const users = await signInsOf(backendFolder, size)
  const status: Status = { apiUrl, publishableKey, secretKey, databaseUrl, users }
  console.log(`\n${backend.name} is ready.\n${describe(status)}\n\n  ${await curlLine(status, backend)}\n`)
  worker.show()
  return {
    ended: Promise.race([worker.ended.then(() => 'The Worker'), database.ended.then(() => 'The database')]),
  }
}

/** @throws Failure with what is wrong with the declaration: resource and field */
function checkModel(backend: BackendDeclaration): Model {
  try {
    return linkModel(backend)
  } catch (error) {
    if (error instanceof TypeError)
      throw new Failure(`The backend is not right: ${error.message}`, { cause: error })
    throw error
  }
}

/** Ends leftovers, and sees to the port. */
async function makeRoom({ dataFolder, port }: DevOptions, folder: string): Promise<void> {
  const ended = await endLeftovers(dataFolder, folder)
  if (ended > 0) say(`Ended ${ended} processes that a killed run had left`)
  if (!(await isFree(port))) {
    throw new Failure(
      `Port ${port} is taken: stop what listens there, or choose another one: \`npm run dev -- --port N\`.`,
    )
  }
}

if (import.meta.main) {
  const command = {
    name: 'npm run dev',
    flags: {
      port: { placeholder: 'N' },
      fresh: {},
      seed: { placeholder: 'small|large' },
      backend: { placeholder: 'DIR' },
    },
  }
  await run(async () => {
    const flags = parseFlags(command, process.argv.slice(2))
    await dev({
      ...placeOf(String(flags.backend ?? shopFolder)),
      port: parsePort(String(flags.port ?? 8787)),
      fresh: flags.fresh === true,
      seed: flags.seed === undefined ? null : parseSize(String(flags.seed)),
    })
  })
}
