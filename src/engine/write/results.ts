import { Problem } from '../../base/problem.ts'
import { isFieldVisible } from '../../model/caller/audience.ts'
import type { WriteRequest } from '../../query/write/intent.ts'
import { ResultReference } from '../../query/write/reference.ts'
import type { Operation } from './operation.ts'
import { databaseDefault } from './rows.ts'

/**
 * A request with the results of earlier operations in their places, as a body would have them: what the Worker makes
 * or was given is known before the transaction.
 */
export function withResults(request: WriteRequest, earlier: readonly Operation[]): WriteRequest {
  const isReferring = request.rows.some((row) => row.some((cell) => cell instanceof ResultReference))
  if (!isReferring) return request
  const rows = request.rows.map((row) =>
    row.map((cell) => (cell instanceof ResultReference ? resultOf(cell, earlier) : cell)),
  )
  return { ...request, rows }
}

/** @throws Problem PGRST100 for what no earlier operation makes, or only the database knows */
function resultOf({ operation, row, field: name }: ResultReference, earlier: readonly Operation[]): unknown {
  const made = earlier[operation]
  const index = made?.plan.cells.findIndex(({ field }) => field.name === name) ?? -1
  const cell = made?.plan.cells[index]
  const value = made?.rows[row]?.[index]
  if (made === undefined || cell === undefined || !isFieldVisible(cell.field, made.plan.audience)) {
    throw new Problem('PGRST100', {
      message: `There is no result /${operation}/${row}/${name} before this operation`,
      hint: 'A result is a value that an earlier operation gives to a row, or its id.',
    })
  }
  if (value === undefined || value === databaseDefault) {
    throw new Problem('PGRST100', { message: `/${operation}/${row}/${name} is known to the database only` })
  }
  if (value.type === 'text') return value.value
  if (value.type === 'integer') return JSON.rawJSON(value.value)
  throw new Problem('PGRST100', { message: `/${operation}/${row}/${name} is neither a text nor an integer` })
}
