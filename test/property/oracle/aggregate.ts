import type { AggregateName, SelectIntent } from '../../../src/query/intent.ts'
import { castValue } from './cast.ts'
import {
  columnScalar,
  compareScalars,
  type Json,
  kindOf,
  pathValue,
  type Scalar,
  wireValue,
} from './value.ts'
import type { Row, Stored, Table } from './world.ts'

type ColumnIntent = SelectIntent & { readonly kind: 'column' }

/** An aggregate over the rows of a group. Nulls do not count; of nothing there is no sum. */
export function aggregateOf(
  item: ColumnIntent,
  name: AggregateName,
  rows: readonly Row[],
  table: Table,
): Json {
  const values = rows
    .map((row) => castValue(pathValue(row, table, item.path), item.cast))
    .filter((value) => value !== null)
  switch (name) {
    case 'count':
      return BigInt(values.length)
    case 'sum':
      return values.length === 0 ? null : sum(values)
    case 'avg':
      return values.length === 0 ? null : Number(sum(values)) / values.length
    case 'min':
    case 'max':
      return extreme(item, name, rows, table, values)
  }
}

/** By the order of the column, which is not that of its JSON. */
function extreme(
  item: ColumnIntent,
  name: 'min' | 'max',
  rows: readonly Row[],
  table: Table,
  values: readonly Json[],
): Json {
  const beats = (a: Scalar, b: Scalar) =>
    name === 'min' ? compareScalars(a, b) < 0 : compareScalars(a, b) > 0
  if (item.path.steps.length > 0 || item.cast !== null) {
    const scalars = values as readonly Scalar[]
    return scalars.reduce<Scalar | null>(
      (best, value) => (best === null || beats(value, best) ? value : best),
      null,
    ) as Json
  }
  const kind = kindOf(table, item.path.column)
  const best = rows
    .map((row) => row[item.path.column] ?? null)
    .filter((stored) => stored !== null)
    .reduce<Stored>((found, stored) => {
      const [a, b] = [columnScalar(stored, kind), columnScalar(found, kind)]
      return a !== null && (b === null || beats(a, b)) ? stored : found
    }, null)
  return wireValue(best, kind)
}

function sum(values: readonly Json[]): bigint | number {
  if (values.every((value) => typeof value === 'bigint')) return values.reduce((a, b) => a + b, 0n)
  return values.reduce((total: number, value) => total + Number(value), 0)
}
