import { isPlainText } from '../../base/http/text.ts'
import { Problem } from '../../base/problem.ts'
import { floatValue, integerValue, jsonOfValue, textValue, type Value } from '../../base/statement.ts'
import type { Field, FieldKind } from '../../model/field.ts'
import {
  type Instant,
  invalid,
  type Reading,
  readBlob,
  readBoolean,
  readInstant,
  readInteger,
  readJson,
  readNumeric,
  readReal,
} from './scalar.ts'

/** Reads the raw text of a filter as a value of the database. It runs for each request, outside the plan. */
export type Decode = (raw: string) => Value

/**
 * How a filter's text is read for a field.
 * The decoder throws Problem 22P02, 22003 or 22007, as PostgreSQL does for a text that is no value of the type.
 */
export function decoderOf(field: Field): Decode {
  return (raw) => decoders[field.kind](raw)
}

/** A list: the slot holds a JSON array of raw texts; the statement gets a JSON array of typed values. */
export function listDecoderOf(field: Field): Decode {
  return listOf((item) => jsonOf(decoders[field.kind](item)))
}

/** Behind a quantifier an element may be null. */
function listOf(write: (raw: string) => string): Decode {
  return (raw) => {
    const items = JSON.parse(raw) as readonly (string | null)[]
    return textValue(`[${items.map((item) => (item === null ? 'null' : write(item))).join(',')}]`)
  }
}

/** A text as it is, one or a list: for values behind `->>`, and patterns. */
export const decodeText: Decode = textValue
export const decodeTextList: Decode = textValue

/** A JSON scalar: for values behind `->`. PostgreSQL compares jsonb there. */
export const decodeJson: Decode = (raw) => {
  const value = orThrow(readJson(raw))
  switch (typeof value) {
    case 'string':
      // Escapes write what no text of a URL can hold, and what no text of PostgreSQL can.
      return isPlainText(value)
        ? textValue(value)
        : orThrow(invalid('json', raw, 'A text holds no NUL and no half of a surrogate pair.'))
    case 'number':
      return /^-?\d+$/.test(raw) ? orThrow(readInteger(raw, 'json')) : floatValue(value)
    case 'boolean':
      // Not 1 and 0, which are numbers: see `jsonComparable`.
      return { type: 'blob', base64: value ? 'AQ' : 'AA' }
    default:
      return orThrow(
        invalid('json', raw, 'Compare with a JSON string, number or boolean; look for null with is.null.'),
      )
  }
}

/** In a list `true` stays `true`: the statement reads it with its type. */
export const decodeJsonList: Decode = listOf((raw) => {
  const value = decodeJson(raw)
  return value.type === 'blob' ? raw.trim() : jsonOf(value)
})

const decoders: Readonly<Record<FieldKind, Decode>> = {
  text: textValue,
  integer: (raw) => orThrow(readInteger(raw, 'integer')),
  bigint_blob: (raw) => orThrow(readInteger(raw, 'bigint')),
  boolean: (raw) => orThrow(readBoolean(raw)),
  seconds: (raw) => instantValue(orThrow(readInstant(raw)), 1000),
  milliseconds: (raw) => instantValue(orThrow(readInstant(raw)), 1),
  real: (raw) => orThrow(readReal(raw)),
  numeric: (raw) => orThrow(readNumeric(raw)),
  json: decodeDocument,
  json_blob: decodeDocument,
  blob: (raw) => orThrow(readBlob(raw)),
}

function decodeDocument(raw: string): Value {
  return textValue(JSON.stringify(orThrow(readJson(raw))))
}

/** An instant between two that a column can hold equals neither, and stands between them. */
function instantValue({ milliseconds, fraction }: Instant, unitMilliseconds: 1 | 1000): Value {
  const value = (milliseconds + fraction) / unitMilliseconds
  return Number.isInteger(value) ? integerValue(value) : floatValue(value)
}

/** @throws Problem: a filter stops at the first text that is no value */
function orThrow<Read>(reading: Reading<Read>): Read {
  if ('value' in reading) return reading.value
  const { code, ...detail } = reading.failure
  throw new Problem(code, detail)
}

/** A decoded value as JSON text. */
function jsonOf(value: Value): string {
  if (value.type !== 'blob') return jsonOfValue(value)
  throw new Problem('42883', {
    message: 'a list of blobs cannot be compared',
    hint: 'Join single comparisons with or=(…).',
  })
}
