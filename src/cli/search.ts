import { getTableName } from 'drizzle-orm'
import type { BackendDeclaration } from '../declare/backend.ts'
import { searchTableName } from '../model/model.ts'
import { Failure } from './command.ts'

/** The full-text index of a table: which columns of it are looked into. */
export interface SearchIndex {
  readonly table: string
  readonly columns: readonly string[]
}

/** What a run of `generate` must do: drop first, while the tables are as they were, then create. */
export interface SearchChange {
  readonly drop: readonly string[]
  readonly create: readonly SearchIndex[]
}

/** Between two statements of a migration: drizzle-orm splits there. */
export const statementBreakpoint = '--> statement-breakpoint\n'

/** The full-text indexes that the resources declare (`search`). */
export function declaredSearch(backend: BackendDeclaration): SearchIndex[] {
  return backend.resources.flatMap(({ table, options: { search = [] } }) =>
    search.length === 0 ? [] : [{ table: getTableName(table), columns: search.map(({ name }) => name) }],
  )
}

/**
 * What brings the indexes of the migrations so far to the declared ones.
 * @param before every migration that existed, in order
 * @param fresh what drizzle-kit added in this run: a table that it rebuilds loses its triggers
 */
export function searchChange(
  declared: readonly SearchIndex[],
  before: readonly string[],
  fresh: readonly string[],
): SearchChange {
  const current = indexesOf(before)
  const rebuilt = new Set(fresh.flatMap(droppedTables))
  const isKept = ({ table, columns }: SearchIndex) =>
    !rebuilt.has(table) && current.get(table)?.join('\0') === columns.join('\0')
  const kept = new Set(declared.filter(isKept).map(({ table }) => table))
  return {
    drop: [...current.keys()].filter((table) => !kept.has(table)),
    create: declared.filter(({ table }) => !kept.has(table)),
  }
}

/** Statements that take an index and its triggers away, whatever is left of them. */
export function dropStatements(table: string): string[] {
  const drop = (kind: string) => `DROP TRIGGER IF EXISTS ${quote(triggerName(table, kind))};\n`
  return [
    `${marker({ table, columns: [] })}${drop('insert')}`,
    drop('delete'),
    drop('update'),
    `DROP TABLE IF EXISTS ${quote(indexName(table))};\n`,
  ]
}

/**
 * An external-content FTS5 table (https://sqlite.org/fts5.html §4.4.3) and the triggers that keep it current.
 * `INSERT OR REPLACE` would pass the delete trigger by (recursive triggers are off): upserts are `ON CONFLICT`.
 * Rowids that are not a primary key move only with VACUUM, which sqld refuses, or with a rebuild of the table.
 */
export function createStatements({ table, columns }: SearchIndex): string[] {
  const reserved = columns.find((column) => ['rank', 'rowid'].includes(column.toLowerCase()))
  if (reserved !== undefined) {
    throw new Failure(`${table}.${reserved} cannot be in \`search\`: FTS5 reserves that name.`)
  }
  const [index, source] = [quote(indexName(table)), quote(table)]
  const names = columns.map(quote).join(', ')
  const values = (row: 'new' | 'old') => columns.map((column) => `${row}.${quote(column)}`).join(', ')
  const add = `INSERT INTO ${index}(rowid, ${names}) VALUES (new.rowid, ${values('new')});`
  const remove = `INSERT INTO ${index}(${index}, rowid, ${names}) VALUES ('delete', old.rowid, ${values('old')});`
  const trigger = (kind: string, when: string, body: string) =>
    `CREATE TRIGGER ${quote(triggerName(table, kind))} AFTER ${when} ON ${source} BEGIN ${body} END;\n`
  return [
    `${marker({ table, columns })}CREATE VIRTUAL TABLE ${index} USING fts5(${names}, content=${text(table)}, content_rowid='rowid');\n`,
    trigger('insert', 'INSERT', add),
    trigger('delete', 'DELETE', remove),
    trigger('update', `UPDATE OF ${names}`, `${remove} ${add}`),
    `INSERT INTO ${index}(${index}) VALUES ('rebuild');\n`,
  ]
}

function indexName(table: string): string {
  return searchTableName({ tableName: table })
}

function triggerName(table: string, kind: string): string {
  return `${indexName(table)}_${kind}`
}

const markerPrefix = '-- search '

/** A comment that tells the next run what this migration did: the migrations are the only record. */
function marker(index: SearchIndex): string {
  return `${markerPrefix}${JSON.stringify(index)}\n`
}

/** Columns by table; null for an index whose triggers went with a rebuild of its table. */
function indexesOf(migrations: readonly string[]): Map<string, readonly string[] | null> {
  const indexes = new Map<string, readonly string[] | null>()
  for (const migration of migrations) {
    for (const line of migration.split('\n')) {
      if (line.startsWith(markerPrefix)) {
        const { table, columns } = JSON.parse(line.slice(markerPrefix.length)) as SearchIndex
        if (columns.length === 0) indexes.delete(table)
        else indexes.set(table, columns)
      }
      for (const table of droppedTables(line)) if (indexes.has(table)) indexes.set(table, null)
    }
  }
  return indexes
}

function droppedTables(migration: string): string[] {
  const drops = migration.matchAll(/^\s*DROP TABLE (?:IF EXISTS )?(?:`([^`]+)`|"((?:[^"]|"")+)")/gim)
  return [...drops].map(([, backticked, quoted]) => backticked ?? quoted?.replaceAll('""', '"') ?? '')
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}
