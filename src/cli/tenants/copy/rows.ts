import { createHash } from 'node:crypto'
import type { Client, Value } from '@libsql/client'
import { quoted } from '../../migration/client.ts'
import type { Table } from './schema.ts'

/** How many rows a table has, and SHA-256 of all their values with their types, in order. */
export interface Checksum {
  readonly rows: number
  readonly hash: string
}

/** Rows of one answer: an answer of sqld has at most 10 MB, and where that is not enough fewer are asked for. */
const pageRows = 500

/** All rows of a table in their order, page by page. Each page sees the database as it is then. */
export async function* pagesOf(client: Client, table: Table): AsyncGenerator<readonly (readonly Value[])[]> {
  const columns = table.columns.map(quoted)
  const { order } = table
  const keys = order.join(', ')
  let limit = pageRows
  let after: readonly Value[] | null = null
  for (;;) {
    const where: string = after === null ? '' : `where (${keys}) > (${order.map(() => '?').join(', ')})`
    const sql: string = `select ${[...columns, ...order].join(', ')} from ${quoted(table.name)} ${where} order by ${keys} limit ${limit}`
    const page: readonly (readonly Value[])[] | null = await fetchPage(client, sql, after ?? [], limit === 1)
    if (page === null) {
      limit = Math.ceil(limit / 8)
      continue
    }
    const last = page.at(-1)
    if (last === undefined) return
    yield page.map((row) => row.slice(0, columns.length))
    after = last.slice(columns.length)
  }
}

/** One request for one page; all of them together are no transaction. */
export async function insertPage(
  client: Client,
  table: Table,
  page: readonly (readonly Value[])[],
): Promise<void> {
  const places = table.columns.map(() => '?').join(', ')
  const sql = `insert into ${quoted(table.name)} (${table.columns.map(quoted).join(', ')}) values (${places})`
  // `migrate` is the batch in which foreign keys are off: a child may come before its parent.
  await client.migrate(page.map((row) => ({ sql, args: [...row] })))
}

export async function checksumOf(client: Client, table: Table): Promise<Checksum> {
  const hash = createHash('sha256')
  let rows = 0
  for await (const page of pagesOf(client, table)) {
    rows += page.length
    for (const row of page) hash.update(`${JSON.stringify(row.map(typed))}\n`)
  }
  return { rows, hash: hash.digest('base64url') }
}

/** Null: the answer would be too large. */
async function fetchPage(
  client: Client,
  sql: string,
  args: readonly Value[],
  isLast: boolean,
): Promise<readonly (readonly Value[])[] | null> {
  try {
    const { rows } = await client.execute({ sql, args: [...args] })
    return rows.map((row) => Array.from(row))
  } catch (error) {
    if (isLast || !(error instanceof Error) || !/too large/i.test(error.message)) throw error
    return null
  }
}

/** 1, 1.0 and '1' are three values. */
function typed(value: Value): readonly string[] {
  if (value === null) return []
  if (typeof value === 'bigint') return ['i', String(value)]
  if (typeof value === 'number') return ['f', Object.is(value, -0) ? '-0' : String(value)]
  if (typeof value === 'string') return ['t', value]
  return ['b', Buffer.from(value).toString('base64')]
}
