import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { drizzle } from 'drizzle-orm/libsql'
import { migrate as applyMigrations } from 'drizzle-orm/libsql/migrator'
import { Failure, parseFlags, run } from './command.ts'

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
  await assertAnswers(databaseUrl)
  const client = createClient({ url: databaseUrl, ...(databaseToken && { authToken: databaseToken }) })
  try {
    await applyMigrations(drizzle(client), { migrationsFolder: folder })
  } finally {
    client.close()
  }
}

/** @throws Failure unless something speaks HTTP at the URL */
export async function assertAnswers(databaseUrl: string): Promise<void> {
  try {
    const url = databaseUrl.replace(/^libsql:/, 'https:')
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(5_000) })
    await response.body?.cancel()
  } catch (error) {
    throw new Failure(
      `The database at ${databaseUrl} does not answer: start it, or set DATABASE_URL to one that runs.`,
      { cause: error },
    )
  }
}

if (import.meta.main) {
  const command = {
    name: 'npm run migrate',
    flags: { database: { placeholder: 'URL' }, folder: { placeholder: 'DIR' } },
  }
  await run(async () => {
    const flags = parseFlags(command, process.argv.slice(2))
    const databaseUrl = flags.database ?? process.env.DATABASE_URL
    if (databaseUrl === undefined)
      throw new Failure('Which database? Give --database URL, or set DATABASE_URL.')
    const databaseToken = process.env.DATABASE_TOKEN
    const folder = String(flags.folder ?? 'drizzle')
    await migrate({ databaseUrl: String(databaseUrl), ...(databaseToken && { databaseToken }), folder })
    console.log('The database is current.')
  })
}
