import { is } from 'drizzle-orm'
import { type SQLiteColumn, SQLiteText, SQLiteTimestamp } from 'drizzle-orm/sqlite-core'
import { requestTime } from '../declare/column.ts'
import type { FieldRule } from '../declare/policy.ts'
import type { FieldRules } from '../declare/resource.ts'

/**
 * How a column's values are stored, and so how they are written as JSON and read from a filter.
 * `seconds` and `milliseconds` are instants since 1970; `numeric` is whatever number SQLite stored;
 * `json_blob` and `bigint_blob` are texts that Drizzle keeps in blobs; a big integer has any number of digits, of
 * which filters and order know 64 bits.
 */
export type FieldKind =
  | 'text'
  | 'integer'
  | 'boolean'
  | 'seconds'
  | 'milliseconds'
  | 'real'
  | 'numeric'
  | 'json'
  | 'blob'
  | 'json_blob'
  | 'bigint_blob'

export interface Field {
  /** Its name in requests and answers: the name of the column. */
  readonly name: string
  readonly column: SQLiteColumn
  readonly kind: FieldKind
  readonly nullable: boolean
  readonly values: readonly string[] | null
  /** Code points of a text, at the most. */
  readonly length: number | null
  /** Whether it is in the primary key, a unique constraint or a unique index, also one over expressions or some rows. */
  readonly unique: boolean
  /** Who sees it; null: whoever sees the row. */
  readonly read: FieldRule | null
  /** Who writes it; null: whoever sees it, unless the server makes it. */
  readonly write: FieldRule | null
  /** What the server fills it with: the time of the request, when a row is made or also when it changes, or the caller. */
  readonly made: 'at_creation' | 'at_change' | 'by_owner' | null
  /** Whether audit and outbox may hold its values. */
  readonly recorded: boolean
}

/** What a column does not say itself. */
export interface FieldSetting {
  readonly rules: FieldRules
  readonly isOwner: boolean
  readonly unique: boolean
}

export function fieldOf(column: SQLiteColumn, { rules, isOwner, unique }: FieldSetting): Field {
  return {
    name: column.name,
    column,
    kind: kindOf(column),
    nullable: !column.notNull && !column.primary,
    values: column.enumValues ?? null,
    length: is(column, SQLiteText) ? (column.length ?? null) : null,
    unique,
    read: rules.read ?? null,
    write: rules.write ?? null,
    made: isOwner ? 'by_owner' : madeWhen(column),
    recorded: rules.recorded ?? true,
  }
}

/** Whether a new row has no value there but the one that it is given. */
export function mustBeGiven({ column, made, nullable }: Field): boolean {
  const isNumbered = column.primary && column.getSQLType() === 'integer'
  const isMadeUp = isNumbered || column.hasDefault || column.onUpdateFn !== undefined
  return !nullable && !isMadeUp && column.generated === undefined && made === null
}

function madeWhen(column: SQLiteColumn): Field['made'] {
  if (column.onUpdateFn === requestTime) return 'at_change'
  return column.defaultFn === requestTime ? 'at_creation' : null
}

function kindOf(column: SQLiteColumn): FieldKind {
  if (is(column, SQLiteTimestamp)) return column.mode === 'timestamp' ? 'seconds' : 'milliseconds'
  return kinds.get(column.columnType) ?? kindOfType(column.getSQLType().toLowerCase())
}

const kinds: ReadonlyMap<string, FieldKind> = new Map([
  ['SQLiteText', 'text'],
  ['SQLiteTextJson', 'json'],
  ['SQLiteInteger', 'integer'],
  ['SQLiteBoolean', 'boolean'],
  ['SQLiteReal', 'real'],
  ['SQLiteNumeric', 'numeric'],
  ['SQLiteNumericNumber', 'numeric'],
  ['SQLiteNumericBigInt', 'numeric'],
  ['SQLiteBlobBuffer', 'blob'],
  ['SQLiteBlobJson', 'json_blob'],
  ['SQLiteBigInt', 'bigint_blob'],
])

/** A custom column: the rules of SQLite's column affinity (https://sqlite.org/datatype3.html §3.1). */
function kindOfType(type: string): FieldKind {
  if (type.includes('int')) return 'integer'
  if (type.includes('char') || type.includes('clob') || type.includes('text')) return 'text'
  if (type.includes('blob') || type === '') return 'blob'
  if (type.includes('real') || type.includes('floa') || type.includes('doub')) return 'real'
  return 'numeric'
}
