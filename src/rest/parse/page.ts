/**
 * Which rows of the list: `limit`, `offset` and the `Range` header.
 * Source: https://docs.postgrest.org/en/stable/references/api/pagination_count.html#limits-and-pagination
 */
import type { Limits } from '../../base/limits.ts'
import { Problem } from '../../base/problem.ts'

export interface Page {
  readonly limit: number
  /** Whether the client said how many; else `limit` is the cap. */
  readonly limitGiven: boolean
  readonly offset: number
}

export interface PageInput {
  readonly limit: string | null
  readonly offset: string | null
  /** The headers `Range` and `Range-Unit`. */
  readonly range: string | null
  readonly rangeUnit: string | null
}

/**
 * The page of the root. With both parameters and a header it is what they have in common. A header of another form
 * or unit is passed over (RFC 9110, section 14.2).
 * @throws Problem PGRST103; 22023; LIMIT_ROWS; LIMIT_OFFSET
 */
export function readPage(input: PageInput, limits: Limits): Page {
  const limit = input.limit === null ? null : readLimit(input.limit, 'limit', limits)
  const offset = input.offset === null ? 0 : readOffset(input.offset, 'offset', limits)
  const range = input.range === null ? null : readRange(input.range, input.rangeUnit, limits)
  if (range === null || limit === 0)
    return { limit: limit ?? limits.rows, limitGiven: limit !== null, offset }
  const first = Math.max(offset, range.first)
  const end = Math.min(limit === null ? Infinity : offset + limit, range.end)
  if (end <= first) notSatisfiable('limit and offset have no row in common with the Range header.')
  if (end === Infinity) return { limit: limits.rows, limitGiven: false, offset: first }
  return { limit: checkRows(end - first, 'Range', limits), limitGiven: true, offset: first }
}

/** The `limit` of the root or of an embed. Zero is legal: no rows, but a count. */
export function readLimit(text: string, parameter: string, limits: Limits): number {
  const limit = readInteger(text, parameter)
  if (limit < 0) notSatisfiable('Limit should be greater than or equal to zero.')
  return checkRows(limit, parameter, limits)
}

export function readOffset(text: string, parameter: string, limits: Limits): number {
  const offset = readInteger(text, parameter)
  if (offset < 0) notSatisfiable('Offset should be greater than or equal to zero.')
  return checkOffset(offset, parameter, limits)
}

const integerPattern = /^-?[0-9]+$/
const rangePattern = /^([0-9]+)-([0-9]*)$/

/** The rows from `first` until before `end`. */
function readRange(text: string, unit: string | null, limits: Limits): { first: number; end: number } | null {
  if (unit !== null && unit.trim().toLowerCase() !== 'items') return null
  const match = rangePattern.exec(text.trim())
  if (match === null) return null
  const first = Number(match[1])
  const end = match[2] === '' ? Infinity : Number(match[2]) + 1
  if (end <= first) {
    notSatisfiable(
      'The lower boundary must be lower than or equal to the upper boundary in the Range header.',
    )
  }
  return { first: checkOffset(first, 'Range', limits), end }
}

function readInteger(text: string, parameter: string): number {
  if (integerPattern.test(text)) return Number(text)
  throw new Problem('22023', {
    message: `${parameter} is not a whole number`,
    hint: `Write digits only, such as ${parameter}=20.`,
  })
}

function checkRows(rows: number, parameter: string, limits: Limits): number {
  if (rows <= limits.rows) return rows
  throw new Problem('LIMIT_ROWS', {
    message: `${parameter} asks for more than ${limits.rows} rows`,
    hint: `Ask for at most ${limits.rows} rows, and for the next ones with offset or cursor.`,
  })
}

function checkOffset(offset: number, parameter: string, limits: Limits): number {
  if (offset <= limits.offset) return offset
  throw new Problem('LIMIT_OFFSET', {
    message: `${parameter} passes over more than ${limits.offset} rows`,
    hint: 'Follow the Link header (rel="next"), or filter by the last row seen.',
  })
}

function notSatisfiable(details: string): never {
  throw new Problem('PGRST103', { message: 'Requested range not satisfiable', details })
}
