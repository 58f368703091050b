import type { Gate } from '../../query/tree.ts'
import type { DeleteTree, GuardedWrite, InsertTree, UpdateTree } from '../../query/write/tree.ts'
import { type Fragment, sql, wholeNumber } from '../fragment.ts'
import { bodyRows } from './body.ts'
import type { Demand } from './failure.ts'
import { howManyTouched } from './touched.ts'

/** How much one write of a client may do while all others wait. */
export interface Caps {
  /** Rows that are touched; as many as a body may bring. */
  readonly touched: number
  /** Rows that are answered with others embedded in them, and rows of such a list. */
  readonly shown: number
}

export function mostOf({ reply, root }: GuardedWrite, caps: Caps | null): number | null {
  if (caps === null) return null
  return reply !== null && root.embeds.length > 0 ? caps.shown : caps.touched
}

export function mostDemand(howMany: Fragment, most: number | null): readonly Demand[] {
  return most === null ? [] : [{ failsWhen: sql`${howMany} > ${wholeNumber(most)}`, code: 'rows' }]
}

/** An item is one row. */
export function touchedDemand(
  tree: UpdateTree<Gate> | DeleteTree<Gate>,
  most: number | null,
): readonly Demand[] {
  return tree.key.length > 0 ? [] : mostDemand(howManyTouched, most)
}

/** As many rows as a body may have are written; not as many are answered with others embedded in them. */
export function broughtDemand(tree: InsertTree<Gate>, caps: Caps | null): readonly Demand[] {
  const most = mostOf(tree, caps)
  const isLess = most !== null && caps !== null && most < caps.touched
  return tree.isList && isLess ? mostDemand(sql`(select count(*) from ${bodyRows})`, most) : []
}
