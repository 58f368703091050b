import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Client, createClient, type InStatement } from '@libsql/client'
import { count, getTableColumns } from 'drizzle-orm'
import { drizzle, type LibSQLDatabase } from 'drizzle-orm/libsql'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { vouched } from '../auth/account/claim.ts'
import { normaliseEmail } from '../auth/credentials.ts'
import { hashPassword } from '../auth/password/hash.ts'
import { authUsers } from '../auth/tables/users.ts'
import { readShards, type ShardNode } from '../database/shard/nodes.ts'
import type { Seed, SeedRows, SeedSize, SeedUser } from '../declare/backend.ts'
import { databaseOf, Failure, parseFlags, run } from './command.ts'
import { loadBackend } from './generate.ts'
import { rowsByPlace } from './local/shards.ts'
import { assertAnswers } from './migrate.ts'

export interface SeedOptions {
  readonly databaseUrl: string
  readonly databaseToken?: string
  readonly backendFolder: string
  readonly size: SeedSize
  /** Where rows of sharded resources lie. Default: in the database, as its only shard. */
  readonly shards?: readonly ShardNode[]
}

/** SQLite takes 32,766 parameters a statement; longer statements are no faster. */
const maxParameters = 4_000

/**
 * Fills a migrated database, and its shards, with what `seed.ts` of the backend folder makes: each in one transaction.
 * @returns how many rows; 0 when there is no `seed.ts`, or what has rows is seeded already and so left alone
 * @throws Failure when a database does not answer, or the seed is wrong
 */
export async function seed(options: SeedOptions): Promise<number> {
  const { users, rows } = (await loadSeed(options.backendFolder, options.size)) ?? { users: [], rows: [] }
  const tables = [...rows.map(({ table }) => table), ...(users.length > 0 ? [authUsers] : [])]
  if (tables.length === 0) return 0
  const accounts = async () => ({ table: authUsers, values: await Promise.all(users.map(account)) })
  const shards = options.shards ?? []
  const names = shards.map(({ name }) => name)
  const [own = [], ...others] =
    shards.length === 0
      ? [rows]
      : rowsByPlace(rows, (await loadBackend(options.backendFolder)).resources, names)
  const here = shards.flatMap(({ url }, index) => (url === options.databaseUrl ? (others[index] ?? []) : []))
  let count = await fill(options, tables, async () => [await accounts(), ...own, ...here])
  for (const [index, { url, token }] of shards.entries()) {
    const shard = { databaseUrl: url, ...(token !== null && { databaseToken: token }) }
    count += await fill(shard, tables, async () => others[index] ?? [])
  }
  return count
}

/** @param tables of which none may have a row */
async function fill(
  { databaseUrl: url, databaseToken }: Pick<SeedOptions, 'databaseUrl' | 'databaseToken'>,
  tables: readonly SQLiteTable[],
  rowsOf: () => Promise<readonly SeedRows[]>,
): Promise<number> {
  await assertAnswers(url, databaseToken)
  const client = createClient({ url, ...(databaseToken && { authToken: databaseToken }) })
  try {
    const database = drizzle(client)
    if (await hasRows(database, tables)) return 0
    const all = await rowsOf()
    await insert(
      client,
      all.flatMap(({ table, values }) => insertStatements(database, table, values)),
    )
    return all.reduce((sum, { values }) => sum + values.length, 0)
  } finally {
    client.close()
  }
}

/** What `seed.ts` of a backend folder makes; null if there is none. */
export async function loadSeed(backendFolder: string, size: SeedSize): Promise<Seed | null> {
  const path = resolve(backendFolder, 'seed.ts')
  if (!existsSync(path)) return null
  const module: { default?: (size: SeedSize) => Seed } = await import(path)
  if (typeof module.default !== 'function') {
    throw new Failure(`${path} must export a function as its default: (size: SeedSize) => Seed.`)
  }
  return module.default(size)
}

/** @throws Failure unless the text names a size */
export function parseSize(value: string): SeedSize {
  if (value === 'small' || value === 'large') return value
  throw new Failure(`--seed ${value} is not a size: give small or large.`)
}

async function hasRows(database: LibSQLDatabase, tables: readonly SQLiteTable[]): Promise<boolean> {
  for (const table of tables) {
    const [row] = await database.select({ rows: count() }).from(table).limit(1)
    if (row !== undefined && row.rows > 0) return true
  }
  return false
}

async function account({ id, email, password, role }: SeedUser): Promise<typeof authUsers.$inferInsert> {
  const normal = normaliseEmail(email)
  if (normal === null) throw new Failure(`The seed has a user whose e-mail address is not one: ${email}`)
  const password_hash = password === null ? null : await hashPassword(password)
  const now = Date.now()
  const email_confirmed_at = new Date(vouched(now))
  return { id, email: normal, password_hash, role, email_confirmed_at, created_at: new Date(now) }
}

function insertStatements(
  database: LibSQLDatabase,
  table: SQLiteTable,
  values: readonly Readonly<Record<string, unknown>>[],
): InStatement[] {
  const rowsEach = Math.max(1, Math.floor(maxParameters / Object.keys(getTableColumns(table)).length))
  const statements: InStatement[] = []
  for (let start = 0; start < values.length; start += rowsEach) {
    const { sql, params } = database
      .insert(table)
      .values(values.slice(start, start + rowsEach))
      .toSQL()
    statements.push({ sql, args: params as (string | number | bigint | Uint8Array | null)[] })
  }
  return statements
}

/** A batch is one request and one transaction: a seed that is cut off leaves nothing behind. */
async function insert(client: Client, statements: InStatement[]): Promise<void> {
  if (statements.length > 0) await client.batch(statements, 'write')
}

if (import.meta.main) {
  const command = {
    name: 'npm run seed',
    flags: {
      database: { placeholder: 'URL' },
      backend: { placeholder: 'DIR' },
      seed: { placeholder: 'small|large' },
    },
  }
  await run(async () => {
    const flags = parseFlags(command, process.argv.slice(2))
    const rows = await seed({
      ...databaseOf(flags.database),
      backendFolder: String(flags.backend ?? 'src/backend'),
      size: parseSize(String(flags.seed ?? 'small')),
      // A database that is named is the only one that is meant.
      shards: flags.database === undefined ? readShards(process.env) : [],
    })
    console.log(rows === 0 ? 'Nothing to seed: the database has rows already.' : `Seeded ${rows} rows.`)
  })
}
