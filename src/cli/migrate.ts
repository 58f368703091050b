import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { onStream, pipelineHeaders, pipelinePath, probeRequest } from '../database/hrana/request.ts'
import { readShards } from '../database/shard/nodes.ts'
import { databaseOf, Failure, parseFlags, run } from './command.ts'
import { applyMigrations } from './migration/apply.ts'
import { openClient } from './migration/client.ts'
import { beginHistory, renewHistory } from './migration/history.ts'

export interface MigrateOptions {
  /** A primary: a replica would forward each statement by itself. */
  readonly databaseUrl: string
  readonly databaseToken?: string
  /** Folder of the migrations. */
  readonly folder: string
  /** Tables whose rows the migrations may take away. */
  readonly allowLoss?: readonly string[]
  /**
   * Whether the database comes from a backup, or is a copy: then its frames are given to other writes than before, and
   * neither bookmarks nor what caches have kept hold for it.
   */
  readonly isRestored?: boolean
}

/**
 * Applies the migrations that the database has not seen yet, all of them or none (`applyMigrations`).
 * @returns the version of its schema
 * @throws Failure when the database does not answer, there are no migrations, or rows would be lost
 */
export async function migrate(options: MigrateOptions): Promise<number | null> {
  const { databaseUrl, databaseToken, folder } = options
  if (!existsSync(join(folder, 'meta/_journal.json'))) {
    throw new Failure(`There are no migrations in ${folder}: make them with \`npm run generate\`.`)
  }
  await assertAnswers(databaseUrl, databaseToken)
  const client = openClient(databaseUrl, databaseToken)
  try {
    const version = await applyMigrations(client, options)
    await beginHistory(client)
    if (options.isRestored) await renewHistory(client)
    return version
  } finally {
    client.close()
  }
}

/** The tables of `--allow-loss`. */
export function tablesIn(flag: string | true | undefined): readonly string[] {
  return typeof flag === 'string' ? flag.split(',').map((table) => table.trim()) : []
}

/** @throws Failure unless a libSQL server answers at the URL, and takes the token */
export async function assertAnswers(databaseUrl: string, databaseToken?: string): Promise<void> {
  const response = await ask(databaseUrl.replace(/^libsql:/, 'https:'), databaseToken)
  if (response?.ok) return
  if (response?.status === 401 || response?.status === 403) {
    throw new Failure(
      `The database at ${databaseUrl} refuses the token: set DATABASE_TOKEN to one that it takes.`,
    )
  }
  throw new Failure(
    `The database at ${databaseUrl} does not answer: start it, or set DATABASE_URL to one that runs.`,
  )
}

/** Null when nobody answers. */
async function ask(url: string, token: string | undefined): Promise<Response | null> {
  try {
    return await fetch(`${url}${pipelinePath}`, {
      method: 'POST',
      headers: { ...pipelineHeaders, ...(token && { authorization: `Bearer ${token}` }) },
      body: onStream(probeRequest),
      signal: AbortSignal.timeout(5_000),
    })
  } catch (error) {
    if (error instanceof TypeError || (error as Error).name === 'TimeoutError') return null
    throw error
  }
}

if (import.meta.main) {
  const command = {
    name: 'npm run migrate',
    flags: {
      database: { placeholder: 'URL' },
      folder: { placeholder: 'DIR' },
      'allow-loss': { placeholder: 'TABLE,…' },
      restored: {},
    },
  }
  await run(async () => {
    const flags = parseFlags(command, process.argv.slice(2))
    const folder = String(flags.folder ?? 'drizzle')
    const allowLoss = tablesIn(flags['allow-loss'])
    const main = databaseOf(flags.database)
    // A database that is named is the only one that is meant.
    const shards = flags.database === undefined ? readShards(process.env) : []
    const isRestored = flags.restored === true
    await migrate({ ...main, folder, allowLoss, isRestored })
    for (const { url, token } of shards) {
      const shard = { databaseUrl: url, ...(token !== null && { databaseToken: token }) }
      await migrate({ ...shard, folder, allowLoss, isRestored })
    }
    console.log(
      shards.length === 0
        ? 'The database is current.'
        : `The database and ${shards.length} shards are current.`,
    )
  })
}
