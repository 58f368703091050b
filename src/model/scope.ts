import {
  Column,
  getTableName,
  isSQLWrapper,
  Name,
  Param,
  Placeholder,
  SQL,
  type SQLChunk,
  StringChunk,
  sql,
  Table,
} from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { isCallerValue } from './caller/value.ts'
import { toValue } from './expression.ts'

/** Aliases of the rows of a query. A policy may not take such a name for a table of its own. */
export function rowAlias(index: number): string {
  return `_t${index}`
}

/**
 * A policy with its own table's columns bound to one row source of a statement: `"orders"."user_id"` becomes
 * `"_t2"."user_id"`. Tables of its subqueries keep their names.
 */
export function bindToRow(policy: SQL, table: SQLiteTable, alias: string): SQL {
  return rewrite(policy, (column) =>
    column.table === table ? sql`${sql.identifier(alias)}.${sql.identifier(column.name)}` : column,
  )
}

/**
 * Whether an expression over a row, such as a policy, can be bound without a doubt about what each name means.
 * @param what how errors call the expression
 * @throws TypeError that names resource and column
 */
export function checkScope(
  resourceName: string,
  table: SQLiteTable,
  expression: SQL,
  what = 'its policy',
): void {
  const own = getTableName(table)
  const tables = new Set<string>()
  const columns: Column[] = []
  let original: string | null = null
  walk(expression, (chunk) => {
    if (chunk instanceof Column) columns.push(chunk)
    if (chunk instanceof Table) tables.add(getTableName(chunk))
    if (chunk instanceof Name) {
      // Drizzle writes `"orders" "o"`: behind an alias the table's own name means nothing.
      if (original !== null) tables.delete(original)
      original = tables.has(chunk.value) ? null : chunk.value
      tables.add(chunk.value)
    } else if (!isBlank(chunk)) {
      original = null
    }
    assertValue(`${resourceName}: ${what}`, chunk)
    // Without a value it would be NULL, and `is NULL` holds for rows that nobody meant.
    if (chunk instanceof Placeholder && !isCallerValue(chunk.name)) {
      throw new TypeError(
        `${resourceName}: ${what} has a placeholder '${chunk.name}', for which there is no value: use caller.id or caller.email`,
      )
    }
  })
  if (tables.has(own)) {
    // Inside such a subquery a column of the table could mean the inner row or the outer one.
    throw new TypeError(
      `${resourceName}: ${what} queries ${own} itself: give the inner one another name with alias(${own}, '…')`,
    )
  }
  for (const name of tables) {
    // SQLite's names ignore case.
    if (/^_[tf]\d+$/i.test(name))
      throw new TypeError(`${resourceName}: ${what} uses the name '${name}', which statements use themselves`)
  }
  for (const column of columns) {
    const name = getTableName(column.table)
    if (column.table !== table && !tables.has(name)) {
      throw new TypeError(
        `${resourceName}: ${what} names '${column.name}' of ${name}, a table that it does not query: use a column of ${own}, or a subquery`,
      )
    }
  }
}

/** What may stand between a table's name and its alias. */
function isBlank(chunk: SQLChunk): boolean {
  return chunk instanceof SQL || (chunk instanceof StringChunk && chunk.value.join('').trim() === '')
}

/** @throws TypeError on a value that SQLite does not have */
function assertValue(place: string, chunk: SQLChunk): void {
  const value: unknown =
    chunk instanceof Param ? chunk.encoder.mapToDriverValue(chunk.value) : isSQLWrapper(chunk) ? null : chunk
  if (value === null || Array.isArray(value) || leaves.some((kind) => value instanceof kind)) return
  if (value instanceof Placeholder) return
  try {
    toValue(value)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new TypeError(`${place} has a value that SQLite has not: ${error.message}`)
  }
}

/** The columns that an expression names, in its subqueries too. */
export function columnsIn(expression: SQL): readonly Column[] {
  const columns: Column[] = []
  walk(expression, (chunk) => {
    if (chunk instanceof Column) columns.push(chunk)
  })
  return columns
}

/** Names of the tables that an expression queries, and what it calls them. */
export function tablesIn(expression: SQL): ReadonlySet<string> {
  const tables = new Set<string>()
  walk(expression, (chunk) => {
    if (chunk instanceof Table) tables.add(getTableName(chunk))
    if (chunk instanceof Name) tables.add(chunk.value)
  })
  return tables
}

function rewrite(expression: SQL, replace: (column: Column) => SQLChunk): SQL {
  const map = (chunk: SQLChunk): SQLChunk => {
    if (chunk instanceof Column) return replace(chunk)
    if (Array.isArray(chunk)) return chunk.map(map)
    const inner = innerOf(chunk)
    return inner === null
      ? chunk
      : inner.parenthesised
        ? sql`(${rewrite(inner.sql, replace)})`
        : rewrite(inner.sql, replace)
  }
  return new SQL(expression.queryChunks.map(map))
}

function walk(expression: SQL, visit: (chunk: SQLChunk) => void): void {
  const each = (chunk: SQLChunk): void => {
    visit(chunk)
    if (Array.isArray(chunk)) chunk.forEach(each)
    const inner = innerOf(chunk)
    if (inner !== null) walk(inner.sql, visit)
  }
  expression.queryChunks.forEach(each)
}

/** The expression inside a chunk: Drizzle puts a query that stands in an expression into parentheses. */
function innerOf(chunk: SQLChunk): { readonly sql: SQL; readonly parenthesised: boolean } | null {
  if (chunk instanceof SQL) return { sql: chunk, parenthesised: false }
  const leaf = leaves.some((kind) => chunk instanceof kind)
  if (leaf || !isSQLWrapper(chunk)) return null
  return { sql: chunk.getSQL(), parenthesised: true }
}

const leaves = [StringChunk, Column, Param, Name, Table, Placeholder]
