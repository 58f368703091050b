import type { OrderIntent } from '../../../src/query/intent.ts'
import { compareScalars, type Scalar } from './value.ts'

/** Compares sort keys, one value a term. Nulls: last when ascending, first when descending, unless said otherwise. */
export function compareKeys(
  a: readonly (Scalar | null)[],
  b: readonly (Scalar | null)[],
  order: readonly Pick<OrderIntent, 'descending' | 'nulls'>[],
): number {
  for (const [index, { descending, nulls }] of order.entries()) {
    const one = a[index] ?? null
    const other = b[index] ?? null
    const nullsFirst = nulls === null ? descending : nulls === 'first'
    if (one === null || other === null) {
      if (one === other) continue
      return (one === null) === nullsFirst ? -1 : 1
    }
    const difference = compareScalars(one, other)
    if (difference !== 0) return descending ? -difference : difference
  }
  return 0
}
