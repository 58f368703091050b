import type { OperatorName } from '../../query/operator.ts'
import type { Filter } from '../../query/tree.ts'

/**
 * Whether a condition must not be tried on a row that the caller may not read: because it can fail on what is in the
 * row, or because it takes so long that its time tells that there is one. What is left is a look at one column, where
 * there is nothing to measure and an index to be used.
 */
export function needsCare(filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.items.some(needsCare)
    case 'related':
      return true
    case 'is':
      return filter.path.steps.length > 0
    case 'compare':
      return filter.path.steps.length > 0 || filter.quantifier !== null || !quick.has(filter.operator)
  }
}

const quick: ReadonlySet<OperatorName> = new Set(['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'in', 'isdistinct'])
