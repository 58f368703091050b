/**
 * What the oracle knows of a backend, written down by hand beside it: the kinds of columns, who sees which row and
 * which field, and the ways from table to table. Nothing of it comes from the model, so that a mistake there shows.
 */

/** As SQLite stores it. */
export type Stored = bigint | number | string | Buffer | null
export type Row = Readonly<Record<string, Stored>>

export type Kind =
  | 'text'
  | 'integer'
  | 'boolean'
  | 'seconds'
  | 'milliseconds'
  | 'real'
  | 'numeric'
  | 'json'
  | 'json_blob'
  | 'blob'
  | 'bigint_blob'

export type Who =
  | { readonly kind: 'anonymous'; readonly role: 'anon' }
  | { readonly kind: 'service'; readonly role: 'service_role' }
  | { readonly kind: 'user'; readonly role: string; readonly id: string; readonly email: string | null }

/** Rows of the database by SQL name of the table, whoever asks. */
export type Data = ReadonlyMap<string, readonly Row[]>

export interface Table {
  readonly sqlName: string
  readonly columns: Readonly<Record<string, Kind>>
  readonly key: readonly string[]
  /** Whether there is such a table for someone. Default: for everyone. */
  readonly exists?: (who: Who) => boolean
  readonly sees: (row: Row, who: Who, data: Data) => boolean
  readonly fields?: Readonly<Record<string, (who: Who) => boolean>>
  /** Columns that no request can name. */
  readonly unnamed?: readonly string[]
  /** Whether the row is still there for anybody. Default: all are. */
  readonly lives?: (row: Row) => boolean
  readonly search?: readonly string[]
  /** Paths into JSON columns that are worth asking for; `type` is what lies there, when it is always the same. */
  readonly paths?: readonly JsonPath[]
}

export interface JsonPath {
  readonly column: string
  readonly steps: readonly (string | number)[]
  readonly type?: 'text' | 'number' | 'boolean'
}

/** How an embed is written, and what it means. `near` ties the parent to the middle, or to the far end. */
export interface Way {
  readonly from: string
  readonly name: string
  readonly hint?: string
  readonly to: string
  readonly toOne: boolean
  /** [column of `from`, column of `to` or of the middle]. */
  readonly near: readonly (readonly [string, string])[]
  readonly through?: { readonly table: string; readonly far: readonly (readonly [string, string])[] }
}

export interface World {
  readonly tables: Readonly<Record<string, Table>>
  readonly ways: readonly Way[]
}

export function tableOf(world: World, name: string): Table {
  const table = world.tables[name]
  if (table === undefined) throw new RangeError(`the oracle has no table ${name}`)
  return table
}

/** Every column, also those that no request can name. */
export function columnsOf(table: Table): readonly string[] {
  return [...Object.keys(table.columns), ...(table.unnamed ?? [])]
}

export function rowsOf(data: Data, table: Table): readonly Row[] {
  return data.get(table.sqlName) ?? []
}

export function seesField(table: Table, column: string, who: Who): boolean {
  if (!Object.hasOwn(table.columns, column)) return false
  return who.kind === 'service' || (table.fields?.[column]?.(who) ?? true)
}

export function isThere(world: World, name: string, who: Who): boolean {
  const table = world.tables[name]
  return table !== undefined && (who.kind === 'service' || (table.exists?.(who) ?? true))
}

export function visibleRows(world: World, data: Data, name: string, who: Who): readonly Row[] {
  const table = tableOf(world, name)
  if (!isThere(world, name, who)) return []
  return rowsOf(data, table).filter(
    (row) => (table.lives?.(row) ?? true) && (who.kind === 'service' || table.sees(row, who, data)),
  )
}
