import { getTableColumns, is, Param, SQL } from 'drizzle-orm'
import { SQLiteAsyncDialect, type SQLiteTable } from 'drizzle-orm/sqlite-core'

const dialect = new SQLiteAsyncDialect()

/**
 * `db.insert(table).values(values)` without a driver: every column's encoder and `$defaultFn` apply.
 * Names that the table does not have are left out.
 */
export function insertInto(table: SQLiteTable, values: Readonly<Record<string, unknown>>): SQL {
  const row: Record<string, Param | SQL> = {}
  for (const [name, column] of Object.entries(getTableColumns(table))) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value !== undefined) row[name] = is(value, SQL) ? value : new Param(value, column)
  }
  return dialect.buildInsertQuery({ table, values: [row] })
}
