import { floatValue, integerValue, type Value } from '../../base/statement.ts'

/**
 * Texts as values of the types of columns, for filters and for bodies alike. Nothing is thrown: a body may hold
 * thousands of values that are none.
 */
export type Reading<Read = Value> = { readonly value: Read } | { readonly failure: CellFailure }

/** Why something is no value of a column, with PostgreSQL's code for it. */
export interface CellFailure {
  readonly code: '22P02' | '22003' | '22007' | '22001' | '22021' | '23502'
  readonly message: string
  readonly hint?: string
}

const least = -(2n ** 63n)
const greatest = 2n ** 63n - 1n

export function readInteger(raw: string, type: string): Reading {
  const digits = readDigits(raw, type, 19)
  if ('failure' in digits) return digits
  const value = BigInt(digits.value)
  return value < least || value > greatest ? outOfRange(raw, type) : { value: integerValue(value) }
}

/** The digits of an integer in their one spelling: no plus, no zeros before them, no minus before zero. */
export function readDigits(raw: string, type: string, most: number): Reading<string> {
  const [, sign, written] = /^([+-]?)(\d+)$/.exec(raw.trim()) ?? []
  if (written === undefined) return invalid(type, raw)
  const digits = written.replace(/^0+(?=\d)/, '')
  if (digits.length > most) return outOfRange(raw, type)
  return { value: sign === '-' && digits !== '0' ? `-${digits}` : digits }
}

export function readReal(raw: string): Reading {
  const text = raw.trim()
  // Each digit has one place in the pattern: else a long text takes the square of its length.
  if (!/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return invalid('double precision', raw)
  const value = Number(text)
  const vanished = value === 0 && /^[^eE]*[1-9]/.test(text)
  if (!Number.isFinite(value) || vanished) return outOfRange(raw, 'double precision')
  // JSON has no negative zero that survives everywhere, and 0 equals -0.
  return { value: floatValue(value === 0 ? 0 : value) }
}

export function readNumeric(raw: string): Reading {
  return /^[+-]?\d+$/.test(raw.trim()) ? readInteger(raw, 'numeric') : readReal(raw)
}

const booleans: ReadonlyMap<string, number> = new Map([
  ...['true', 't', 'yes', 'y', 'on', '1'].map((text) => [text, 1] as const),
  ...['false', 'f', 'no', 'n', 'off', '0'].map((text) => [text, 0] as const),
])

export function readBoolean(raw: string): Reading {
  const value = booleans.get(raw.trim().toLowerCase())
  return value === undefined ? invalid('boolean', raw) : { value: integerValue(value) }
}

/** ISO 8601 as PostgreSQL takes it: a date, or a date and a time with or without an offset (none: UTC). */
const instant =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i

/** Milliseconds since 1970, and what part of the next one: a double of their sum would have lost digits. */
export interface Instant {
  readonly milliseconds: number
  readonly fraction: number
}

export function readInstant(raw: string): Reading<Instant> {
  const match = instant.exec(raw.trim())
  if (match === null) return invalid('timestamp with time zone', raw, 'Write it as 2026-01-31T12:00:00Z.')
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match
  const offset =
    zone.toUpperCase() === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`
  const date = `${year}-${month}-${day}`
  const digits = fraction.padEnd(3, '0')
  const milliseconds = Date.parse(`${date}T${hour}:${minute}:${second}.${digits.slice(0, 3)}${offset}`)
  // Date.parse rolls 31 February over to March.
  const exists = new Date(`${date}T00:00:00Z`)
  if (Number.isNaN(milliseconds) || Number.isNaN(exists.getTime()) || exists.getUTCDate() !== Number(day))
    return noSuchTime(raw)
  return { value: { milliseconds, fraction: Number(`0.${digits.slice(3)}`) } }
}

export function readBlob(raw: string): Reading {
  const base64 = raw.replace(/={1,2}$/, '')
  // Not one pattern of groups of four: V8 takes stack for each of them.
  const padded = raw.length === base64.length || raw.length % 4 === 0
  if (!padded || base64.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(base64))
    return invalid('blob', raw, 'Write it as base64.')
  return { value: { type: 'blob', base64 } }
}

export function readJson(raw: string, parse: (text: string) => unknown = JSON.parse): Reading<unknown> {
  try {
    return { value: parse(raw) }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return invalid('json', raw, 'A text in JSON stands in double quotes.')
  }
}

export function invalid(type: string, raw: string, hint?: string): { readonly failure: CellFailure } {
  return failure('22P02', `invalid input syntax for type ${type}: "${shown(raw)}"`, hint)
}

export function outOfRange(raw: string, type: string, hint?: string): { readonly failure: CellFailure } {
  return failure('22003', `value "${shown(raw)}" is out of range for type ${type}`, hint)
}

export function noSuchTime(raw: string): { readonly failure: CellFailure } {
  return failure('22007', `date/time field value out of range: "${shown(raw)}"`)
}

export function failure(
  code: CellFailure['code'],
  message: string,
  hint?: string,
): { readonly failure: CellFailure } {
  return { failure: { code, message, ...(hint !== undefined && { hint }) } }
}

/** What was sent, short enough for a message. */
export function shown(raw: string): string {
  return raw.length > 60 ? `${raw.slice(0, 60)}…` : raw
}
