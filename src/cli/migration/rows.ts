import type { Client, InStatement } from '@libsql/client'
import { quoted } from './client.ts'
import { nameAfter } from './rename.ts'

/** A statement of a migration, and what its failure means. */
export interface Step {
  readonly statement: InStatement
  /** `moved`: the database changed since it was looked at, so that all is to be started again. */
  readonly failure: { readonly kind: 'loss'; readonly table: string } | { readonly kind: 'moved' } | null
}

/** Steps around those of migrations, in the same transaction. */
export interface Guard {
  readonly before: readonly Step[]
  readonly after: readonly Step[]
}

export interface GuardOptions {
  /** All that are there: `tableNames`. */
  readonly tables: readonly string[]
  /** Of the migrations: they say which tables get other names. */
  readonly statements: readonly string[]
  /** Tables that may lose rows. */
  readonly allowed: ReadonlySet<string>
}

/**
 * Refuses migrations after which a table has fewer rows than before, or is gone with rows in it. Full-text indexes
 * and what SQLite and drizzle keep do not count.
 * @returns steps for the transaction of the migrations, around them
 */
export async function guardRows(
  client: Client,
  { tables, statements, allowed }: GuardOptions,
): Promise<Guard> {
  const guarded = tables.filter((table) => !allowed.has(table))
  const filled = new Map<string, boolean>()
  for (const table of guarded) {
    const { rows } = await client.execute(`select 1 from ${quoted(table)} limit 1`)
    filled.set(table, rows.length > 0)
  }
  return {
    before: [
      plain(`create table ${counts} ("name" text primary key, "rows" integer not null)`),
      ...guarded.map((table) =>
        filled.get(table)
          ? plain({ sql: `insert into ${counts} select ?, count(*) from ${quoted(table)}`, args: [table] })
          : demand(`not exists (select 1 from ${quoted(table)})`, [], { kind: 'moved' }),
      ),
    ],
    after: [
      ...guarded
        .filter((table) => filled.get(table))
        .map((table) => {
          const rows = `(select count(*) from ${quoted(nameAfter(table, statements))})`
          const before = `(select "rows" from ${counts} where "name" = ?)`
          return demand(`${rows} >= ${before}`, [table], { kind: 'loss', table })
        }),
      plain(`drop table ${counts}`),
    ],
  }
}

/** A statement that fails when a condition does not hold: the path is none, and SQLite comes to it only then. */
export function demand(
  condition: string,
  args: readonly (string | number | null)[],
  failure: Step['failure'],
): Step {
  const sql = `select json_extract('{}', case when ${condition} then '$' else '!' end)`
  return { statement: { sql, args: [...args] }, failure }
}

export function plain(statement: InStatement): Step {
  return { statement, failure: null }
}

const counts = '"selvage_rows_before"'

/** Tables that hold rows of somebody: `shadow` and `virtual` ones belong to an index. */
export async function tableNames(client: Client): Promise<string[]> {
  const { rows } = await client.execute(
    `select name from pragma_table_list where schema = 'main' and type = 'table' order by name`,
  )
  return rows.map(({ name }) => String(name)).filter((name) => !/^(?:sqlite_|libsql_|__drizzle_)/.test(name))
}
