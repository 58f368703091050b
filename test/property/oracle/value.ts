import type { PathIntent } from '../../../src/query/intent.ts'
import type { Kind, Row, Stored, Table } from './world.ts'

/** JSON with integers apart from other numbers, as their digits say. */
export type Json =
  | null
  | boolean
  | string
  | number
  | bigint
  | readonly Json[]
  | { readonly [name: string]: Json }

/** What can be compared with its like. Truth values are 0 and 1; instants are numbers. */
export type Scalar = bigint | number | string | Buffer

export function parseJson(text: string): Json {
  return JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) =>
    typeof value === 'number' && /^-?\d+$/.test(context?.source ?? '')
      ? BigInt(context?.source ?? '')
      : value,
  ) as Json
}

/** What an answer shows of a column. */
export function wireValue(stored: Stored, kind: Kind): Json {
  if (stored === null) return null
  switch (kind) {
    case 'boolean':
      return stored === 1n
    case 'seconds':
      return new Date(Number(stored) * 1000).toISOString().replace('.000Z', 'Z')
    case 'milliseconds':
      return new Date(Number(stored)).toISOString()
    case 'json':
    case 'json_blob':
      return parseJson(textOf(stored))
    case 'bigint_blob':
      return BigInt(textOf(stored))
    case 'blob':
      return base64(stored)
    default:
      return typeof stored === 'object' ? base64(stored) : stored
  }
}

/** A column's value, to compare and to sort. JSON is compared as what it says, whatever the order of its members. */
export function columnScalar(stored: Stored, kind: Kind): Scalar | null {
  if (stored === null) return null
  if (kind === 'json' || kind === 'json_blob') return jsonText(parseJson(textOf(stored)))
  return kind === 'bigint_blob' ? BigInt(textOf(stored)) : stored
}

/** The text of a filter, read as PostgreSQL reads it for a column of the type. */
export function operand(raw: string, kind: Kind): Scalar {
  switch (kind) {
    case 'text':
      return raw
    case 'integer':
    case 'bigint_blob':
      return BigInt(raw)
    case 'numeric':
      return /^[+-]?\d+$/.test(raw) ? BigInt(raw) : Number(raw)
    case 'real':
      return Number(raw)
    case 'boolean':
      return raw === 'true' ? 1n : 0n
    case 'seconds':
      return Date.parse(raw) / 1000
    case 'milliseconds':
      return Date.parse(raw)
    case 'json':
    case 'json_blob':
      return jsonText(parseJson(raw))
    case 'blob':
      return Buffer.from(raw, 'base64')
  }
}

/** Numbers as numbers, texts and bytes by their bytes: the collation "C". */
export function compareScalars(a: Scalar, b: Scalar): number {
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : 0
  if (isNumber(a) || isNumber(b)) return isNumber(a) ? -1 : 1
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

export function jsonAt(document: Json, steps: readonly (string | number)[]): Json {
  let at: Json | undefined = document
  for (const step of steps) {
    if (Array.isArray(at)) at = typeof step === 'number' ? at.at(step) : undefined
    else if (typeof at === 'object' && at !== null && typeof step === 'string' && Object.hasOwn(at, step))
      at = (at as { readonly [name: string]: Json })[step]
    else at = undefined
  }
  return at ?? null
}

/** What a path says of a row, as an answer shows it. */
export function pathValue(row: Row, table: Table, path: PathIntent): Json {
  const kind = kindOf(table, path.column)
  const stored = row[path.column] ?? null
  if (path.steps.length === 0) return wireValue(stored, kind)
  if (stored === null) return null
  const value = jsonAt(parseJson(textOf(stored)), stepsOf(path))
  return path.asText ? plainText(value) : value
}

/** The same, to sort by: JSON null is no value. */
export function pathScalar(row: Row, table: Table, path: PathIntent): Scalar | null {
  if (path.steps.length === 0) return columnScalar(row[path.column] ?? null, kindOf(table, path.column))
  const value = pathValue(row, table, path)
  if (value === null) return null
  if (typeof value === 'boolean') return value ? 1n : 0n
  return typeof value === 'object' ? jsonText(value) : value
}

export function stepsOf(path: PathIntent): readonly (string | number)[] {
  return path.steps.map((step) => ('key' in step ? step.key : step.index))
}

export function kindOf(table: Table, column: string): Kind {
  const kind = table.columns[column]
  if (kind === undefined) throw new RangeError(`the oracle has no column ${column} of ${table.sqlName}`)
  return kind
}

/** The value as text: a JSON text without its quotes. */
export function plainText(value: Json): string | null {
  if (value === null || typeof value === 'string') return value
  return jsonText(value)
}

/** JSON text in which equal values have equal texts. */
export function jsonText(value: Json): string {
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value as { readonly [name: string]: Json })
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${jsonText(member)}`).join(',')}}`
  }
  return JSON.stringify(value)
}

function textOf(stored: Stored): string {
  return stored instanceof Buffer ? stored.toString('utf8') : String(stored)
}

function base64(stored: Stored): string {
  return stored instanceof Buffer ? stored.toString('base64') : String(stored)
}

function isNumber(value: Scalar): value is bigint | number {
  return typeof value === 'bigint' || typeof value === 'number'
}
