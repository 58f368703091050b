import { join } from 'node:path'
import type { SeedSize } from '../../declare/backend.ts'
import { Failure, say } from '../command.ts'
import { generate } from '../generate.ts'
import { assertAnswers, migrate } from '../migrate.ts'
import { seed } from '../seed.ts'
import { freePort, isFree, startSqld } from '../sqld.ts'
import { type Place, shopFolder } from './instance.ts'
import { writeDatabaseUrl } from './secrets.ts'

export interface OpenDatabase {
  /** Whether this run started it: what lies elsewhere is neither migrated, seeded nor stopped. */
  readonly isOurs: boolean
  /** Resolves when it has ended. */
  readonly ended: Promise<void>
  stop(): Promise<void>
}

/**
 * The shop is served from DATABASE_URL; another backend has a server of its own, unless that URL is not local.
 * @throws Failure if a database of another machine were to be wiped
 */
export async function chooseDatabase(place: Place, fresh: boolean, databaseUrl: string): Promise<string> {
  if (!isLocal(databaseUrl)) {
    if (!fresh) return databaseUrl
    throw new Failure(`--fresh does not wipe ${databaseUrl}: it is not a database of this machine.`)
  }
  if (place.backendFolder !== shopFolder) return `http://127.0.0.1:${await freePort()}`
  if (await isFree(portOf(databaseUrl))) return databaseUrl
  const url = `http://127.0.0.1:${await freePort()}`
  say(`The port of DATABASE_URL is taken: the database moves to ${url}`)
  await writeDatabaseUrl(place.secretsFile, url)
  return url
}

/** @throws Failure if it does not start, or one elsewhere does not answer */
export async function openDatabase(
  databaseUrl: string,
  databaseToken: string | null,
  directory: string,
  environment: NodeJS.ProcessEnv,
): Promise<OpenDatabase> {
  if (isLocal(databaseUrl)) {
    const { ended, stop } = await startSqld({ directory, port: portOf(databaseUrl), environment })
    return { isOurs: true, ended, stop }
  }
  await assertAnswers(databaseUrl, databaseToken ?? undefined)
  say(`${databaseUrl} is used as it is: \`npm run migrate\` and \`npm run seed\` are up to you`)
  return { isOurs: false, ended: new Promise(() => {}), stop: async () => {} }
}

/**
 * Applies the migrations and seeds an empty database.
 * @param seeded the size that it was seeded with before
 * @returns the size that it has now
 */
export async function fill(
  place: Place & { readonly seed: SeedSize | null },
  folder: string,
  databaseUrl: string,
  seeded: SeedSize | null,
): Promise<SeedSize> {
  const { backendFolder } = place
  await migrate({ databaseUrl, folder: await migrationsOf(backendFolder, folder) })
  if (seeded !== null && place.seed !== null && seeded !== place.seed) {
    say(`The data is --seed ${seeded} already: add --fresh to have ${place.seed} instead`)
  }
  const size = seeded ?? place.seed ?? 'small'
  if (seeded === null) {
    say(`Seeding (${size})`)
    const rows = await seed({ databaseUrl, backendFolder, size })
    if (rows > 0) say(`Seeded ${rows} rows`)
  }
  return size
}

/** The shop's are part of the project; those of another backend are kept, and extended, beside its data. */
async function migrationsOf(backendFolder: string, folder: string): Promise<string> {
  if (backendFolder === shopFolder) return join(backendFolder, '../../drizzle')
  say('Bringing the migrations up to date')
  const output = join(folder, 'migrations')
  await generate({ backendFolder, output })
  return output
}

function isLocal(databaseUrl: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(databaseUrl).hostname)
}

function portOf(databaseUrl: string): number {
  return Number(new URL(databaseUrl).port || 80)
}
