import { outOfRange, type Reading, readNumeric } from '../decode/scalar.ts'

/** A number as SQLite stores it in a NUMERIC column, where that is the number that was sent: money must not change. */
export function exactNumeric(raw: string): Reading {
  const reading = readNumeric(raw)
  if ('failure' in reading || reading.value.type !== 'float') return reading
  // The double is the nearest there is: with the same digits it cannot be a power of ten away.
  return significantDigits(raw) === significantDigits(String(reading.value.value))
    ? reading
    : outOfRange(raw, 'numeric', 'SQLite keeps integers of 64 bits, and about 15 digits of other numbers.')
}

/** `-0.0120e5`: 12. */
function significantDigits(raw: string): string {
  const [mantissa = ''] = raw.split(/e/i)
  const digits = mantissa.replace(/\D/g, '').replace(/^0+/, '')
  // `/0+$/` would begin anew at every zero of the number.
  let end = digits.length
  while (digits.charAt(end - 1) === '0') end -= 1
  return digits.slice(0, end)
}
