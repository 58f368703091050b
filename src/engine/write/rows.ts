import { is, SQL } from 'drizzle-orm'
import { jsonOfValue, nullValue, type Value } from '../../base/statement.ts'
import { toValue } from '../../model/expression.ts'
import type { Cell } from '../../query/write/tree.ts'
import type { Body } from '../../sql/plan.ts'
import type { Asked } from './asked.ts'

/** By row, the values of the cells that come from the body; undefined where a row leaves one out. */
export type EncodedRows = readonly (readonly (Value | undefined)[])[]

/** A default that only the database can work out. */
export const databaseDefault = Symbol('default')
export type RowValue = Value | typeof databaseDefault

/** What the body gives, completed by what the server makes and by defaults, in the order of the cells. */
export function completeRows(
  cells: readonly Cell[],
  rows: EncodedRows,
  asked: Asked,
): readonly (readonly RowValue[])[] {
  // What the server makes of the request is the same in each row; a default may be another one each time.
  const made = cells.map((cell) => (cell.field.made === null ? null : filled(cell, asked)))
  return rows.map((row) => cells.map((cell, index) => row[index] ?? made[index] ?? filled(cell, asked)))
}

/** Rows as the statements of a write bind them. */
export function bindRows(rows: readonly (readonly RowValue[])[], isList: boolean): Body {
  return isList
    ? { cells: [], rows: `[${rows.map((row) => `[${row.map(jsonOf).join(',')}]`).join(',')}]` }
    : { cells: (rows[0] ?? []).map(bare), rows: '[]' }
}

function filled({ field }: Cell, asked: Asked): RowValue {
  const { column } = field
  switch (field.made) {
    case 'by_owner':
      return asked.caller.id ?? nullValue
    case 'at_creation':
    case 'at_change':
      return toValue(column.mapToDriverValue(new Date(asked.nowMilliseconds)))
    default: {
      const make = column.defaultFn ?? column.onUpdateFn
      const value: unknown = make === undefined ? column.default : make()
      if (is(value, SQL)) return databaseDefault
      return value === undefined || value === null ? nullValue : toValue(column.mapToDriverValue(value))
    }
  }
}

function bare(value: RowValue): Value {
  return value === databaseDefault ? nullValue : value
}

/** Integers keep their digits; bytes are hexadecimal (`sql/write/body.ts` reads them). */
function jsonOf(value: RowValue): string {
  if (value === databaseDefault) return '[]'
  return value.type === 'blob'
    ? `"${Buffer.from(value.base64, 'base64').toString('hex')}"`
    : jsonOfValue(value)
}
