import { type Json, plainText } from './value.ts'

/** What `::type` makes of a value. What is no number has none: SQLite cannot refuse a row as PostgreSQL does. */
export function castValue(value: Json, cast: string | null): Json {
  if (value === null || cast === null) return value
  switch (cast) {
    case 'text':
      return plainText(value)
    case 'int':
      return typeof value === 'bigint' ? value : wholeOf(value)
    case 'float':
      return typeof value === 'boolean'
        ? Number(value)
        : Number.isNaN(numberOf(value))
          ? null
          : numberOf(value)
    case 'bool':
      return typeof value === 'boolean' ? value : /^(t|true|y|yes|on|1)$/i.test(plainText(value) ?? '')
    default:
      throw new RangeError(`the oracle has no cast ${cast}`)
  }
}

function wholeOf(value: Json): Json {
  if (typeof value === 'boolean') return value ? 1n : 0n
  const number = numberOf(value)
  // Half away from zero.
  return Number.isNaN(number) ? null : BigInt(Math.sign(number) * Math.round(Math.abs(number)))
}

function numberOf(value: Json): number {
  const text = plainText(value) ?? ''
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
}
