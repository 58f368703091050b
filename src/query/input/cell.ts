import { integerValue, nullValue, textValue, type Value } from '../../base/statement.ts'
import type { Field, FieldKind } from '../../model/field.ts'
import {
  failure,
  invalid,
  outOfRange,
  type Reading,
  readBlob,
  readBoolean,
  readDigits,
  readInteger,
  readReal,
} from '../decode/scalar.ts'
import { roundedInstant } from './instant.ts'
import { readDocument, writeJson } from './json.ts'
import { exactNumeric } from './number.ts'
import { encodeText } from './text.ts'

export interface InputRules {
  /** The table, as messages call it. */
  readonly relation: string
  /** Cells are texts of CSV or of a form: a field of JSON takes the JSON that a text is, not the text. */
  readonly texts?: boolean
}

/**
 * A value of a JSON body, or a text of CSV or of a form, as a value of the database, as PostgREST's
 * `json_populate_record` takes it. A number that no double holds is a `RawJSON`: it
 * stays exact or fails, but in a column of doubles.
 */
export function encodeCell(field: Field, cell: unknown, rules: InputRules): Reading {
  const document = rules.texts === true && isJson(field.kind) && typeof cell === 'string'
  const read: Reading<unknown> = document ? readDocument(cell) : { value: cell }
  if ('failure' in read) return read
  return read.value === null ? nullCell(field, rules.relation) : encoders[field.kind](read.value, field)
}

function nullCell(field: Field, relation: string): Reading {
  return field.nullable
    ? { value: nullValue }
    : failure(
        '23502',
        `null value in column "${field.name}" of relation "${relation}" violates not-null constraint`,
      )
}

function isJson(kind: FieldKind): boolean {
  return kind === 'json' || kind === 'json_blob'
}

/** Digits of a big integer, which takes time in proportion to their square to read. */
const mostDigits = 1_000

const encoders: Readonly<Record<FieldKind, (cell: unknown, field: Field) => Reading>> = {
  text: (cell, field) => ofScalar(cell, 'text', (text) => encodeText(text, field)),
  integer: (cell, field) => ofScalar(cell, 'integer', (text) => readKeyed(text, field)),
  bigint_blob: (cell) => ofScalar(cell, 'bigint', bigInteger),
  boolean: (cell) =>
    typeof cell === 'boolean' ? { value: integerValue(cell ? 1 : 0) } : ofText(cell, 'boolean', readBoolean),
  seconds: (cell) => ofScalar(cell, instantType, (text) => roundedInstant(text, 1_000)),
  milliseconds: (cell) => ofScalar(cell, instantType, (text) => roundedInstant(text, 1)),
  real: (cell) => ofScalar(cell, 'double precision', readReal),
  numeric: (cell) => ofScalar(cell, 'numeric', exactNumeric),
  json: (cell) => map(writeJson(cell), textValue),
  json_blob: (cell) => map(writeJson(cell), utf8Value),
  blob: (cell) => ofText(cell, 'blob', readBlob),
}

/**
 * The database gives a new row the number after the highest one. Whoever could take the highest that there is would
 * leave none to the others, so a key that a body brings ends well before them.
 */
function readKeyed(text: string, { column }: Field): Reading {
  const reading = readInteger(text, 'integer')
  const isTooHigh =
    column.primary &&
    'value' in reading &&
    reading.value.type === 'integer' &&
    !isKey(BigInt(reading.value.value))
  return isTooHigh ? outOfRange(text, 'integer', `A key is at most ${mostKey}.`) : reading
}

/** Half of the integers of JavaScript: the other half is left for the keys that the database gives after the highest. */
const mostKey = 2n ** 52n

function isKey(value: bigint): boolean {
  return value <= mostKey && value >= -mostKey
}

const instantType = 'timestamp with time zone'

/** As Drizzle's `blob({ mode: 'bigint' })` stores it: the UTF-8 of its digits. */
function bigInteger(text: string): Reading {
  return map(readDigits(text, 'bigint', mostDigits), utf8Value)
}

function utf8Value(text: string): Value {
  return { type: 'blob', base64: Buffer.from(text).toString('base64').replaceAll('=', '') }
}

function map<From>(reading: Reading<From>, to: (value: From) => Value): Reading {
  return 'value' in reading ? { value: to(reading.value) } : reading
}

/** Types that take the text of a JSON string, number or boolean, and say themselves which of them they know. */
function ofScalar(cell: unknown, type: string, read: (text: string) => Reading): Reading {
  const text = scalarText(cell)
  return text === null
    ? failure('22P02', `invalid input syntax for type ${type}: ${nameOf(cell)}`)
    : read(text)
}

/** Types that take a JSON string alone: the number 1 is no boolean, and `true` would be a blob. */
function ofText(cell: unknown, type: string, read: (text: string) => Reading): Reading {
  if (typeof cell === 'string') return read(cell)
  return ofScalar(cell, type, (text) => invalid(type, text))
}

/** A `bigint` or a `Date` can come from the author's schema. */
function scalarText(cell: unknown): string | null {
  if (typeof cell === 'string') return cell
  if (typeof cell === 'boolean' || typeof cell === 'bigint') return String(cell)
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : null
  if (JSON.isRawJSON(cell)) return cell.rawJSON
  return cell instanceof Date && !Number.isNaN(cell.getTime()) ? cell.toISOString() : null
}

function nameOf(cell: unknown): string {
  return Array.isArray(cell) ? 'an array' : typeof cell === 'object' ? 'an object' : `a ${typeof cell}`
}
