import type { Pair, Relation, Resource } from '../model/resource.ts'
import { rowAlias } from '../model/scope.ts'
import type { Embed, Gate, Node } from '../query/tree.ts'
import { column } from './expression.ts'
import { type Fragment, identifier, join, sql } from './fragment.ts'
import { gateCondition } from './gate.ts'

/** What ties the rows of an embed to the row of its parent. */
export interface Tie {
  /** What stands before the embed's own table in `from`: the table in the middle, or nothing. */
  readonly before: Fragment
  readonly conditions: readonly Fragment[]
  /** What the table in the middle demands of its rows. */
  readonly gate: readonly Fragment[]
  /** Conditions that only rows behind the gates may meet. */
  readonly careful: readonly Fragment[]
  /** The order of the rows where the node has none. */
  readonly order: Fragment | null
  /** Whether these rows are the answer: no page is cut from them. */
  readonly isWhole: boolean
}

export const untied: Tie = {
  before: sql``,
  conditions: [],
  gate: [],
  careful: [],
  order: null,
  isWhole: false,
}

/**
 * Across a table in the middle the way leads through its gate, too. CROSS JOIN makes SQLite start there: it has the
 * few rows of the parent, and the far end may have an index that only looks better.
 */
export function tieOf(parent: Node<Gate>, embed: Embed<Gate>): Tie {
  const { relation, node, through } = embed
  if (relation.through === null || through === null) {
    return { ...untied, conditions: equal(relation.pairs, parent.row, node.row) }
  }
  const middle = relation.through.resource
  const table = sql`${identifier(middle.tableName)} as ${identifier(rowAlias(through.row))}`
  const near = equal(relation.pairs, parent.row, through.row)
  const gate = gateCondition(middle, through.row, through.gate)
  const far = equal(relation.through.pairs, through.row, node.row)
  if (isPairKey(middle, relation)) {
    return { ...untied, before: sql`${table} cross join `, conditions: [...near, ...far], gate }
  }
  // The middle may tie the same two rows several times, and an embed has each row once.
  const ends = relation.through.pairs.map((pair) => column(through.row, pair.from))
  const distinct = sql`(select distinct ${join(ends, ', ')} from ${table} where ${join([...near, ...gate], ' and ')})`
  return {
    ...untied,
    before: sql`${distinct} as ${identifier(rowAlias(through.row))} cross join `,
    conditions: far,
  }
}

/** Whether the primary key of the middle is the two foreign keys and no more. */
function isPairKey(middle: Resource, relation: Relation): boolean {
  const ends = new Set([
    ...relation.pairs.map((pair) => pair.to),
    ...(relation.through?.pairs ?? []).map((pair) => pair.from),
  ])
  return middle.key.every((field) => ends.has(field))
}

function equal(pairs: readonly Pair[], from: number, to: number): readonly Fragment[] {
  return pairs.map((pair) => sql`${column(to, pair.to)} = ${column(from, pair.from)}`)
}
