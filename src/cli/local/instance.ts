import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import type { SeedSize } from '../../declare/backend.ts'
import { Failure } from '../command.ts'
import { endMarked, isAlive, type ProcessId } from './process.ts'

/** Where a backend keeps what it has on this machine. */
export interface Place {
  readonly backendFolder: string
  /** One folder for each backend is made in it. */
  readonly dataFolder: string
  /** In dotenv's form; made on first start. */
  readonly secretsFile: string
}

/** What outlives a run: no secret is in it. */
export interface Instance {
  /** The size that the database was seeded with. */
  readonly seed: SeedSize | null
  readonly run: Run | null
}

export interface Run {
  readonly process: ProcessId
  /** In the environment of all that this run started. */
  readonly mark: string
  readonly apiUrl: string
  readonly databaseUrl: string
}

const root = resolve(import.meta.dirname, '../../..')

export const shopFolder = join(root, 'src/backend')

/** Of this project: `.data/` and `.dev.vars` at its root. */
export function placeOf(backendFolder: string): Place {
  return {
    backendFolder: resolve(backendFolder),
    dataFolder: join(root, '.data'),
    secretsFile: join(root, '.dev.vars'),
  }
}

/** The folder of one backend: named by the way to it, and by a hash of the way if that leads out of the project. */
export function instanceFolder({ backendFolder, dataFolder }: Place): string {
  const path = relative(root, backendFolder)
  const name = path
    .replace(/^src\//, '')
    .replace(/[^\w-]+/g, '-')
    .replace(/^-+|-+$/g, '')
  const hash = path.startsWith('..')
    ? `-${createHash('sha256').update(backendFolder).digest('hex').slice(0, 8)}`
    : ''
  return join(dataFolder, `${name}${hash}`)
}

const fileName = 'instance.json'

export async function readInstance(folder: string): Promise<Instance> {
  const file = join(folder, fileName)
  if (!existsSync(file)) return { seed: null, run: null }
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Instance
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new Failure(`${file} is damaged: delete it, or start with --fresh.`)
  }
}

export async function writeInstance(folder: string, instance: Instance): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, fileName)
  // Whole or not at all: a run may be killed at any time.
  await writeFile(`${file}.new`, `${JSON.stringify(instance, null, 2)}\n`)
  await rename(`${file}.new`, file)
}

/** Deletes what runs have made, and nothing else that may lie there. */
export async function wipe(folder: string): Promise<void> {
  for (const name of ['database', 'migrations', 'worker', fileName]) {
    await rm(join(folder, name), { recursive: true, force: true })
  }
}

/**
 * Ends what runs that were killed have left, of all backends: one of them may hold the port.
 * @returns how many processes
 * @throws Failure if the backend in `folder` is served now
 */
export async function endLeftovers(dataFolder: string, folder: string): Promise<number> {
  await mkdir(dataFolder, { recursive: true })
  let ended = 0
  for (const name of await readdir(dataFolder)) {
    const other = join(dataFolder, name)
    const instance = await readInstance(other)
    if (instance.run === null) continue
    const { process, mark, apiUrl } = instance.run
    if (!isAlive(process)) {
      ended += await endMarked(mark)
      await writeInstance(other, { ...instance, run: null })
    } else if (other === folder) {
      throw new Failure(
        `It runs already, at ${apiUrl} (process ${process.pid}): stop that first with Ctrl-C.`,
      )
    }
  }
  return ended
}
