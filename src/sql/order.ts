import type { Gate, Node, Order } from '../query/tree.ts'
import { comparable, exactReal } from './expression.ts'
import { type Fragment, join, parameter, sql } from './fragment.ts'

/** One sort key. Where nulls do not stand where SQLite puts them, "is it null" is a key of its own before it. */
export interface SortTerm {
  readonly value: Fragment
  readonly descending: boolean
  readonly nullable: boolean
  /** Whether it may hold reals, of which SQLite writes 15 digits only. */
  readonly real: boolean
}

/** How a to-one embed's field is reached from the row of its parent. */
export type RelatedValue = (order: Order, embed: number) => Fragment

export function sortTerms(node: Node<Gate>, related: RelatedValue): readonly SortTerm[] {
  return node.order.flatMap((order): readonly SortTerm[] => {
    const term: SortTerm = {
      value: order.embed === null ? comparable(node.row, order.path) : related(order, order.embed),
      descending: order.descending,
      nullable: order.embed !== null || order.path.steps.length > 0 || order.path.field.nullable,
      real: order.path.steps.length > 0 || ['real', 'numeric'].includes(order.path.field.kind),
    }
    // SQLite's own order of nulls: first when ascending, last when descending.
    const natural = order.nullsFirst !== order.descending
    if (!term.nullable || natural) return [term]
    const isNull = {
      value: sql`(${term.value} is null)`,
      descending: order.nullsFirst,
      nullable: false,
      real: false,
    }
    return [isNull, term]
  })
}

export function orderBy(terms: readonly SortTerm[]): Fragment {
  if (terms.length === 0) return sql``
  return sql` order by ${join(
    terms.map((term) => (term.descending ? sql`${term.value} desc` : term.value)),
    ', ',
  )}`
}

/** The values by which a row stands where it stands, as a JSON array: what a cursor holds. */
export function sortKey(terms: readonly SortTerm[]): Fragment {
  const values = terms.map(({ value, real }) =>
    // A JSON object that came out of a document is a text here, of which `||` makes SQLite forget the rest.
    real
      ? sql`case typeof(${value}) when 'real' then json(${exactReal(value)}) when 'text' then '' || ${value} else ${value} end`
      : value,
  )
  return sql`json_array(${join(values, ', ')})`
}

/**
 * The rows after a cursor: equal so far, and beyond in this term. NULL equals NULL and stands before everything, as
 * SQLite sorts it. The first term bounds all of them, so that an index can seek.
 */
export function afterCursor(terms: readonly SortTerm[]): Fragment {
  const steps = terms.map((term, index) => {
    const equal = terms.slice(0, index).map((before, place) => sql`${before.value} is ${cursorValue(place)}`)
    return sql`(${join([...equal, beyond(term, index)], ' and ')})`
  })
  const [first, ...more] = terms
  if (first === undefined || first.nullable || more.length === 0) return sql`(${join(steps, ' or ')})`
  const bound = first.descending
    ? sql`${first.value} <= ${cursorValue(0)}`
    : sql`${first.value} >= ${cursorValue(0)}`
  return sql`(${bound} and (${join(steps, ' or ')}))`
}

function beyond(term: SortTerm, index: number): Fragment {
  const at = cursorValue(index)
  const compared = term.descending ? sql`${term.value} < ${at}` : sql`${term.value} > ${at}`
  if (!term.nullable) return compared
  return term.descending
    ? sql`(${compared} or (${term.value} is null and ${at} is not null))`
    : sql`(${compared} or (${term.value} is not null and ${at} is null))`
}

function cursorValue(index: number): Fragment {
  return parameter({ from: 'cursor', index })
}
