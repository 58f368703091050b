import { type Column, getTableColumns, is, Param, SQL, sql } from 'drizzle-orm'
import { SQLiteAsyncDialect, type SQLiteTable } from 'drizzle-orm/sqlite-core'

const dialect = new SQLiteAsyncDialect()

type Row = Readonly<Record<string, unknown>>

/**
 * `db.insert(table).values(values)` without a driver: every column's encoder and `$defaultFn` apply.
 * Names that the table does not have are left out.
 * @param where the row is only made if this holds; default: always.
 */
export function insertInto(table: SQLiteTable, values: Row, where: SQL = sql`true`): SQL {
  const cells = Object.entries(getTableColumns(table))
    .filter(([, { generated }]) => generated === undefined || generated.type === 'byDefault')
    .map(([name, column]) => cellOf(column, Object.hasOwn(values, name) ? values[name] : undefined))
  const row = sql`select ${sql.join(cells, sql`, `)} where ${where}`
  return dialect.buildInsertQuery({ table, values: row, select: true })
}

/** A value, or what Drizzle puts where none is given. */
function cellOf(column: Column, given: unknown): SQL | Param {
  const value =
    given ?? (given === null ? null : (column.default ?? column.defaultFn?.() ?? column.onUpdateFn?.()))
  return is(value, SQL) ? value : new Param(value ?? null, column)
}
