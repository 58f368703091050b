import type { Value } from '../../base/statement.ts'
import type { Field } from '../../model/field.ts'
import { encodeCell, type InputRules } from './cell.ts'
import { Failures, jsonPointer } from './failures.ts'

/**
 * The rows of a write as values of the database: `rows[r][c]` is for `fields[c]`, and `undefined` was not given.
 * @throws Problem with the code and the message of the first value that is none, and all of them in `errors`
 */
export function encodeRows(
  fields: readonly Field[],
  rows: readonly (readonly unknown[])[],
  rules: InputRules & {
    /** Whether the body is a list: pointers into it begin with the row. */
    readonly isList: boolean
    /** What each row must give. Default: nothing. */
    readonly required?: readonly Field[]
  },
): readonly (readonly (Value | undefined)[])[] {
  const failures = new Failures()
  const required = new Set(rules.required)
  // Of these no row has a cell.
  const absent = [...required].filter((field) => !fields.includes(field))
  const encoded = rows.map((row, index) =>
    [...fields, ...absent].map((field, column): Value | undefined => {
      const cell = row[column] === undefined && required.has(field) ? null : row[column]
      if (cell === undefined) return undefined
      const reading = encodeCell(field, cell, rules)
      if ('value' in reading) return reading.value
      const { code, message, hint } = reading.failure
      failures.add({
        pointer: jsonPointer(rules.isList ? [index, field.name] : [field.name]),
        code,
        detail: message,
        hint,
      })
      return undefined
    }),
  )
  failures.assertNone()
  return encoded
}
