import { Problem } from '../../base/problem.ts'
import { floatValue, integerValue, textValue, type Value } from '../../base/statement.ts'
import type { Field, FieldKind } from '../../model/field.ts'

/** Reads the raw text of a filter as a value of the database. It runs for each request, outside the plan. */
export type Decode = (raw: string) => Value

/**
 * How a filter's text is read for a field.
 * The decoder throws Problem 22P02, 22003 or 22007, as PostgreSQL does for a text that is no value of the type.
 */
export function decoderOf(field: Field): Decode {
  return (raw) => decoders[field.kind](raw, field)
}

/** A list: the slot holds a JSON array of raw texts; the statement gets a JSON array of typed values. */
export function listDecoderOf(field: Field): Decode {
  return listOf((item) => jsonOf(decoders[field.kind](item, field)))
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
  const value = parseJson(raw)
  switch (typeof value) {
    case 'string':
      // Escapes write what no text of a URL can hold, and what no text of PostgreSQL can.
      if (!value.isWellFormed() || value.includes('\0'))
        throw invalid('json', raw, 'A text holds no NUL and no half of a surrogate pair.')
      return textValue(value)
    case 'number':
      return /^-?\d+$/.test(raw) ? decodeInteger(raw, 'json') : floatValue(value)
    case 'boolean':
      // Not 1 and 0, which are numbers: see `jsonComparable`.
      return { type: 'blob', base64: value ? 'AQ' : 'AA' }
    default:
      throw invalid('json', raw, 'Compare with a JSON string, number or boolean; look for null with is.null.')
  }
}

/** In a list `true` stays `true`: the statement reads it with its type. */
export const decodeJsonList: Decode = listOf((raw) => {
  const value = decodeJson(raw)
  return value.type === 'blob' ? raw.trim() : jsonOf(value)
})

type DecodeKind = (raw: string, field: Field) => Value

const decoders: Readonly<Record<FieldKind, DecodeKind>> = {
  text: textValue,
  integer: (raw) => decodeInteger(raw, 'integer'),
  bigint_blob: (raw) => decodeInteger(raw, 'bigint'),
  boolean: decodeBoolean,
  seconds: (raw) => instantValue(milliseconds(raw) / 1000),
  milliseconds: (raw) => instantValue(milliseconds(raw)),
  real: (raw) => decodeReal(raw),
  numeric: (raw) => (/^[+-]?\d+$/.test(raw.trim()) ? decodeInteger(raw, 'numeric') : decodeReal(raw)),
  json: (raw) => textValue(JSON.stringify(parseJson(raw))),
  json_blob: (raw) => textValue(JSON.stringify(parseJson(raw))),
  blob: decodeBlob,
}

const least = -(2n ** 63n)
const greatest = 2n ** 63n - 1n

function decodeInteger(raw: string, type: string): Value {
  const text = raw.trim()
  if (!/^[+-]?\d{1,40}$/.test(text)) throw invalid(type, raw)
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text)
  if (value < least || value > greatest)
    throw new Problem('22003', { message: `value "${raw}" is out of range for type ${type}` })
  return integerValue(value)
}

function decodeReal(raw: string): Value {
  const text = raw.trim()
  // Each digit has one place in the pattern: else a long text takes the square of its length.
  if (!/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) throw invalid('double precision', raw)
  const value = Number(text)
  if (!Number.isFinite(value))
    throw new Problem('22003', { message: `"${raw}" is out of range for type double precision` })
  // JSON has no negative zero that survives everywhere, and 0 equals -0.
  return floatValue(value === 0 ? 0 : value)
}

const booleans: ReadonlyMap<string, number> = new Map([
  ...['true', 't', 'yes', 'y', 'on', '1'].map((text) => [text, 1] as const),
  ...['false', 'f', 'no', 'n', 'off', '0'].map((text) => [text, 0] as const),
])

function decodeBoolean(raw: string): Value {
  const value = booleans.get(raw.trim().toLowerCase())
  if (value === undefined) throw invalid('boolean', raw)
  return integerValue(value)
}

/** An instant between two that a column can hold equals neither, and stands between them. */
function instantValue(value: number): Value {
  return Number.isInteger(value) ? integerValue(value) : floatValue(value)
}

/** ISO 8601 as PostgreSQL takes it: a date, or a date and a time with or without an offset (none: UTC). */
const instant =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i

function milliseconds(raw: string): number {
  const match = instant.exec(raw.trim())
  if (match === null) throw invalid('timestamp with time zone', raw, 'Write it as 2026-01-31T12:00:00Z.')
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match
  const offset =
    zone.toUpperCase() === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`
  const date = `${year}-${month}-${day}`
  const digits = fraction.padEnd(3, '0')
  const beyond = Number(`0.${digits.slice(3) || '0'}`)
  const time = Date.parse(`${date}T${hour}:${minute}:${second}.${digits.slice(0, 3)}${offset}`) + beyond
  // Date.parse rolls 31 February over to March.
  const exists = new Date(`${date}T00:00:00Z`)
  if (Number.isNaN(time) || Number.isNaN(exists.getTime()) || exists.getUTCDate() !== Number(day)) {
    throw new Problem('22007', { message: `date/time field value out of range: "${raw}"` })
  }
  return time
}

function decodeBlob(raw: string): Value {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(raw))
    throw invalid('blob', raw, 'Write it as base64.')
  return { type: 'blob', base64: raw.replaceAll('=', '') }
}

function parseJson(raw: string): unknown {
  try {
    return JSON.parse(raw)
  } catch {
    throw invalid('json', raw, 'A text in JSON stands in double quotes.')
  }
}

/** A decoded value as JSON text. */
function jsonOf(value: Value): string {
  switch (value.type) {
    case 'null':
      return 'null'
    case 'integer':
      return value.value
    case 'float':
      return String(value.value)
    case 'text':
      return JSON.stringify(value.value)
    case 'blob':
      throw new Problem('42883', {
        message: 'a list of blobs cannot be compared',
        hint: 'Join single comparisons with or=(…).',
      })
  }
}

function invalid(type: string, raw: string, hint?: string): Problem {
  const shown = raw.length > 60 ? `${raw.slice(0, 60)}…` : raw
  return new Problem('22P02', {
    message: `invalid input syntax for type ${type}: "${shown}"`,
    hint: hint ?? null,
  })
}
