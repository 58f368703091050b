import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { drizzle } from 'drizzle-orm/libsql'
import { migrate as applyMigrations } from 'drizzle-orm/libsql/migrator'
import { pipelineHeaders, pipelinePath, probeRequest } from '../database/hrana/request.ts'
import { databaseOf, Failure, parseFlags, run } from './command.ts'

export interface MigrateOptions {
  /** A primary: a replica would forward each statement by itself. */
  readonly databaseUrl: string
  readonly databaseToken?: string
  /** Folder of the migrations. */
  readonly folder: string
}

/**
 * Applies the migrations that the database has not seen yet, all of them or none.
 * drizzle's migrator for libSQL is the one that switches foreign keys off before it begins: with them on, a table
 * that is rebuilt takes the rows that refer to it along.
 * @throws Failure when the database does not answer or there are no migrations
 */
export async function migrate({ databaseUrl, databaseToken, folder }: MigrateOptions): Promise<void> {
  if (!existsSync(join(folder, 'meta/_journal.json'))) {
    throw new Failure(`There are no migrations in ${folder}: make them with \`npm run generate\`.`)
  }
  await assertAnswers(databaseUrl, databaseToken)
  const client = createClient({ url: databaseUrl, ...(databaseToken && { authToken: databaseToken }) })
  try {
    await applyMigrations(drizzle(client), { migrationsFolder: folder })
    await client.execute('insert or ignore into selvage_clock values (1, lower(hex(randomblob(16))))')
  } finally {
    client.close()
  }
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
      body: probeRequest(),
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
    flags: { database: { placeholder: 'URL' }, folder: { placeholder: 'DIR' } },
  }
  await run(async () => {
    const flags = parseFlags(command, process.argv.slice(2))
    await migrate({ ...databaseOf(flags.database), folder: String(flags.folder ?? 'drizzle') })
    console.log('The database is current.')
  })
}
