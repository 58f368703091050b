import type { Client } from '@libsql/client'
import { Failure } from '../../command.ts'
import { renewHistory } from '../../migration/history.ts'
import { checksumOf, insertPage, pagesOf } from './rows.ts'
import { readSchema } from './schema.ts'

/** How much was copied. */
export interface Copied {
  readonly tables: number
  readonly rows: number
}

/**
 * Copies a database into an empty one: tables, rows, indexes, triggers, and what migrations were applied. It reads page by page,
 * for a long transaction would be ended by the server; so afterwards both are read again, and whatever was
 * written meanwhile, or did not arrive as it was, is found.
 * @param assertOurs before whatever is written: it throws where somebody else writes there
 * @throws Failure when the two differ; what `assertOurs` throws
 */
export async function copyDatabase(
  source: Client,
  target: Client,
  assertOurs: () => Promise<void> = async () => {},
): Promise<Copied> {
  const schema = await readSchema(source)
  await assertOurs()
  await target.migrate([...schema.before])
  for (const table of schema.tables) {
    for await (const page of pagesOf(source, table)) {
      await assertOurs()
      await insertPage(target, table, page)
    }
  }
  const counters = await countersOf(source)
  await assertOurs()
  await target.migrate([...schema.after, ...counters.map(setCounter)])
  const rows = await compare(source, target)
  await assertOurs()
  await renewHistory(target)
  return { tables: schema.tables.length, rows }
}

async function compare(source: Client, target: Client): Promise<number> {
  const schema = await readSchema(source)
  if (JSON.stringify(schema) !== JSON.stringify(await readSchema(target))) {
    throw new Failure('The schema of the copy differs: nothing was switched.')
  }
  let rows = 0
  for (const table of schema.tables) {
    const [one, other] = await Promise.all([checksumOf(source, table), checksumOf(target, table)])
    if (one.rows !== other.rows || one.hash !== other.hash) {
      throw new Failure(
        `${table.name} of the copy differs (${one.rows} rows, ${other.rows} in the copy): nothing was switched.`,
      )
    }
    rows += one.rows
  }
  return rows
}

interface Counter {
  readonly name: string
  readonly last: bigint
}

/** What AUTOINCREMENT has given: a number of a row that was deleted is not given again. */
async function countersOf(client: Client): Promise<readonly Counter[]> {
  const { rows: tables } = await client.execute(`select 1 from sqlite_schema where name = 'sqlite_sequence'`)
  if (tables.length === 0) return []
  const { rows } = await client.execute('select name, seq from sqlite_sequence')
  return rows.map(({ name, seq }) => ({ name: String(name), last: BigInt(String(seq)) }))
}

function setCounter({ name, last }: Counter): { sql: string; args: [string, string, bigint] } {
  return {
    sql: `insert or replace into sqlite_sequence (rowid, name, seq)
values ((select rowid from sqlite_sequence where name = ?), ?, ?)`,
    args: [name, name, last],
  }
}
