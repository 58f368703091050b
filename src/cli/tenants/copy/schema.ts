import type { Client } from '@libsql/client'
import { Failure } from '../../command.ts'
import { quoted } from '../../migration/client.ts'

/** What `sqlite_schema` says of a database, in the order in which it can be made anew. */
export interface Schema {
  readonly tables: readonly Table[]
  /** Statements that make the tables, then the full-text indexes. */
  readonly before: readonly string[]
  /** Statements that fill the indexes, and make what looks at rows that are written. */
  readonly after: readonly string[]
}

export interface Table {
  readonly name: string
  /** Columns that are stored: not the generated ones. */
  readonly columns: readonly string[]
  /** By which rows are put in order: the hidden row id, or the columns of the primary key of a table without one. */
  readonly order: readonly string[]
}

/** @throws Failure for what cannot be copied: a virtual table with rows of its own */
export async function readSchema(client: Client): Promise<Schema> {
  const { rows: kinds } = await client.execute(
    `select name, type, wr from pragma_table_list where schema = 'main'`,
  )
  const kindOf = new Map(kinds.map(({ name, type, wr }) => [String(name), { type, wr: Number(wr) === 1 }]))
  const { rows } = await client.execute(
    `select type, name, sql from sqlite_schema where sql is not null and ${isOurs} order by rowid`,
  )
  const entries = rows.map(({ type, name, sql }) => ({
    type: String(type),
    name: String(name),
    sql: String(sql),
    kind: kindOf.get(String(name)),
  }))
  const tables = entries.filter(({ type, kind }) => type === 'table' && kind?.type === 'table')
  const virtual = entries.filter(({ type, kind }) => type === 'table' && kind?.type === 'virtual')
  for (const { name, sql } of virtual) {
    if (!/using\s+fts5\s*\(.*\bcontent\s*=/is.test(sql))
      throw new Failure(`${name} cannot be copied: it is a virtual table with rows of its own.`)
  }
  const sqlOf = (type: string) => entries.filter((entry) => entry.type === type).map(({ sql }) => sql)
  return {
    tables: await Promise.all(
      tables.map(async ({ name, kind }) => ({ name, ...(await columnsOf(client, name, kind?.wr === true)) })),
    ),
    before: [...tables, ...virtual].map(({ sql }) => sql),
    after: [
      ...sqlOf('index'),
      ...virtual.map(({ name }) => `insert into ${quoted(name)} (${quoted(name)}) values ('rebuild')`),
      ...sqlOf('view'),
      ...sqlOf('trigger'),
    ],
  }
}

/** Takes everything away that `readSchema` finds. Foreign keys are off meanwhile. */
export async function wipe(client: Client): Promise<void> {
  const { rows } = await client.execute(
    `select type, name, sql from sqlite_schema where type in ('table', 'view') and ${isOurs}
and name not in (select name from pragma_table_list where schema = 'main' and type = 'shadow')
order by sql like 'create virtual%' desc`,
  )
  const drops = rows.map(
    ({ type, name }) => `drop ${type === 'view' ? 'view' : 'table'} ${quoted(String(name))}`,
  )
  if (drops.length > 0) await client.migrate(drops)
}

const isOurs = `name not like 'sqlite\\_%' escape '\\' and name not like 'libsql\\_%' escape '\\'`

async function columnsOf(
  client: Client,
  table: string,
  isWithoutRowid: boolean,
): Promise<Pick<Table, 'columns' | 'order'>> {
  const { rows } = await client.execute({
    sql: 'select name, pk from pragma_table_xinfo(?) where hidden = 0 order by cid',
    args: [table],
  })
  const columns = rows.map(({ name }) => String(name))
  if (isWithoutRowid) {
    const key = rows.filter(({ pk }) => Number(pk) > 0).sort((a, b) => Number(a.pk) - Number(b.pk))
    return { columns, order: key.map(({ name }) => quoted(String(name))) }
  }
  // A column may have taken one of the names.
  const rowid = ['rowid', '_rowid_', 'oid'].find(
    (name) => !columns.some((column) => column.toLowerCase() === name),
  )
  if (rowid === undefined) throw new Failure(`${table} cannot be copied: its row id has no name.`)
  return { columns, order: [rowid] }
}
