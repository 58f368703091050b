import { integerValue } from '../../base/statement.ts'
import { noSuchTime, type Reading, readInstant } from '../decode/scalar.ts'

/** What SQLite's functions of dates can write: years 0 to 9999 (https://sqlite.org/lang_datefunc.html). */
const firstMillisecond = Date.parse('0000-01-01T00:00:00Z')
const lastMillisecond = Date.parse('9999-12-31T23:59:59.999Z')

/** An instant in whole units: PostgreSQL too rounds to what a column holds. */
export function roundedInstant(raw: string, unitMilliseconds: 1 | 1_000): Reading {
  const instant = readInstant(raw)
  if ('failure' in instant) return instant
  const { milliseconds, fraction } = instant.value
  const whole = Math.floor(milliseconds / unitMilliseconds)
  const rest = milliseconds - whole * unitMilliseconds + fraction
  const units = rest * 2 < unitMilliseconds ? whole : whole + 1
  const rounded = units * unitMilliseconds
  return rounded < firstMillisecond || rounded > lastMillisecond
    ? noSuchTime(raw)
    : { value: integerValue(units) }
}
