import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { drizzle } from 'drizzle-orm/libsql'
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { loadSeed } from '../../../src/cli/seed.ts'
import { projectFolder } from '../../build/project.ts'

/** What is for everybody: the seed's orders are nobody's whom the world knows, and take long to write. */
const publicTables: ReadonlySet<string> = new Set(['users', 'categories', 'tags', 'products', 'reviews'])
const mostRows = 10_000

/** The part of the shop's large data set that everybody may see. */
export async function fillShop(databaseUrl: string): Promise<void> {
  const seed = await loadSeed(join(projectFolder, 'src/backend'), 'large')
  await inserting(databaseUrl, async (insert) => {
    for (const { table, values } of seed?.rows ?? []) {
      if (publicTables.has(getTableConfig(table).name)) await insert(table, values.slice(0, mostRows))
    }
  })
}

export type Insert = <T extends SQLiteTable>(table: T, rows: readonly T['$inferInsert'][]) => Promise<void>

/** Rows go in by many small transactions: the server gives one no more than five seconds, and may have much to do. */
export async function inserting(databaseUrl: string, work: (insert: Insert) => Promise<void>): Promise<void> {
  const client = createClient({ url: databaseUrl })
  const database = drizzle(client)
  try {
    await work(async (table, rows) => {
      for (let start = 0; start < rows.length; start += rowsAtOnce) {
        await database.insert(table).values([...rows.slice(start, start + rowsAtOnce)])
      }
    })
  } finally {
    client.close()
  }
}

const rowsAtOnce = 500
