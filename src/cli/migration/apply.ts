import { type Client, LibsqlBatchError } from '@libsql/client'
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator'
import { Failure } from '../command.ts'
import { overtakeAll } from './history.ts'
import { demand, guardRows, plain, type Step, tableNames } from './rows.ts'

export interface ApplyOptions {
  /** Folder of the migrations. */
  readonly folder: string
  /** Tables whose rows the migrations may take away. */
  readonly allowLoss?: readonly string[]
}

/**
 * Applies the migrations that the database has not seen yet, all of them or none: they are one transaction and one
 * request, in which rows are counted before and after. Foreign keys are off meanwhile (which they can only be from
 * outside of a transaction): with them on, a table that is rebuilt takes the rows that refer to it along.
 *
 * What was applied is kept where drizzle's own migrator keeps it, and as it does.
 * @returns the version of the schema: when the last migration was made (ms); null if there is none
 * @throws Failure when rows would be lost, or a statement is refused: then nothing is changed
 */
export async function applyMigrations(client: Client, options: ApplyOptions): Promise<number | null> {
  const migrations = readMigrationFiles({ migrationsFolder: options.folder })
  await client.execute(createJournal)
  for (let attempt = 1; ; attempt += 1) {
    const last = await lastApplied(client)
    const pending = migrations.filter(({ folderMillis }) => last === null || last < folderMillis)
    if (pending.length === 0) return last
    const steps = await stepsOf(client, pending, last, new Set(options.allowLoss))
    try {
      await client.migrate(steps.map(({ statement }) => statement))
    } catch (error) {
      const failure = failureOf(error, steps)
      if (failure !== null) throw failure
      if (attempt === mostAttempts) throw new Failure('The database changes all the time: try again later.')
    }
  }
}

/** The version that a database has with all migrations of a folder. */
export function versionOf(folder: string): number | null {
  return readMigrationFiles({ migrationsFolder: folder }).at(-1)?.folderMillis ?? null
}

const mostAttempts = 5

/** As drizzle-orm/libsql/migrator makes it. */
const createJournal = `create table if not exists __drizzle_migrations (
  id SERIAL PRIMARY KEY,
  hash text NOT NULL,
  created_at numeric
)`

async function lastApplied(client: Client): Promise<number | null> {
  const { rows } = await client.execute('select max(created_at) as last from __drizzle_migrations')
  const last = rows[0]?.last
  return last === null || last === undefined ? null : Number(last)
}

async function stepsOf(
  client: Client,
  pending: readonly MigrationMeta[],
  last: number | null,
  allowed: ReadonlySet<string>,
): Promise<readonly Step[]> {
  const statements = pending.flatMap(({ sql }) => sql)
  const tables = await tableNames(client)
  const guard = await guardRows(client, { tables, statements, allowed })
  const overtaking = await overtakeAll(client, tables)
  // Another run may have been faster: what it applied must not be applied again.
  const isNext = demand('(select max(created_at) from __drizzle_migrations) is ?', [last], { kind: 'moved' })
  return [
    ...guard.before,
    isNext,
    ...pending.flatMap(({ sql, hash, folderMillis }) => [
      ...sql.map((statement) => plain(statement)),
      plain({
        sql: 'insert into __drizzle_migrations (hash, created_at) values (?, ?)',
        args: [hash, BigInt(folderMillis)],
      }),
    ]),
    ...guard.after,
    ...overtaking.map((statement) => plain(statement)),
  ]
}

/** Null: all is to be started again. @throws what is no answer of the database */
function failureOf(error: unknown, steps: readonly Step[]): Failure | null {
  if (!(error instanceof LibsqlBatchError)) throw error
  const failure = steps[error.statementIndex]?.failure ?? null
  if (failure?.kind === 'moved') return null
  if (failure?.kind === 'loss') {
    return new Failure(
      `The migrations would lose rows of ${failure.table}: nothing was changed. If it is meant: --allow-loss ${failure.table}`,
    )
  }
  return new Failure(`A migration failed, and nothing was changed: ${error.message}`, { cause: error })
}
