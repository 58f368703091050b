import { parseExactly } from '../../base/http/exact-json.ts'
import { isPlainText } from '../../base/http/text.ts'
import { Problem } from '../../base/problem.ts'
import { type CellFailure, failure, type Reading, readJson } from '../decode/scalar.ts'

/** As deep as a body of JSON may be: what is deeper, SQLite or `JSON.stringify` may not read. */
const maxDepth = 100

/** A value of a body as the JSON of a column: numbers keep their digits. */
export function writeJson(cell: unknown): Reading<string> {
  const fault = faultIn(cell, 0)
  return fault === null ? { value: JSON.stringify(cell) } : { failure: fault }
}

/** A cell of CSV or of a form that is JSON itself. */
export function readDocument(raw: string): Reading<unknown> {
  const plain = readJson(raw)
  if ('failure' in plain) return plain
  // Before the digits are read, which recurses.
  const fault = faultIn(plain.value, 0)
  if (fault !== null) return { failure: fault }
  try {
    return readJson(raw, parseExactly)
  } catch (error) {
    // A number so near to zero that no double has it: one cell of many, as all that is wrong.
    if (!(error instanceof Problem) || error.code !== '22003') throw error
    return failure(error.code, error.message, error.details ?? undefined)
  }
}

/** A member or an element is one level deeper than what holds it. */
function faultIn(value: unknown, depth: number): CellFailure | null {
  switch (typeof value) {
    case 'string':
      return isPlainText(value) ? null : badCharacter.failure
    case 'number':
      return Number.isFinite(value) ? null : notJson('a number that is not finite')
    case 'boolean':
      return null
    case 'object':
      if (value === null || JSON.isRawJSON(value) || value instanceof Date) return null
      return depth === maxDepth
        ? notJson(`nested deeper than ${maxDepth} levels`)
        : Array.isArray(value)
          ? firstFault(value, (item) => faultIn(item, depth + 1))
          : firstFault(Object.entries(value), ([name, member]) =>
              isPlainText(name) ? faultIn(member, depth + 1) : badCharacter.failure,
            )
    default:
      return notJson(`a ${typeof value}`)
  }
}

function firstFault<Item>(
  items: readonly Item[],
  look: (item: Item) => CellFailure | null,
): CellFailure | null {
  for (const item of items) {
    const fault = look(item)
    if (fault !== null) return fault
  }
  return null
}

/** PostgreSQL's texts hold no NUL either, and jsonb none that is written as an escape. */
export const badCharacter = failure(
  '22021',
  'invalid byte sequence for encoding "UTF8"',
  'A text holds no NUL and no half of a surrogate pair.',
)

function notJson(what: string): CellFailure {
  return failure('22P02', `invalid input syntax for type json: ${what}`).failure
}
