import type { Guarded } from '../../query/tree.ts'
import { type Binding, type Fragment, join, sql } from '../fragment.ts'
import { csvLine } from '../json.ts'
import { sortKey } from '../order.ts'
import { after, patternsOf, total } from '../read.ts'
import { members, pageSource, rowObject, terms } from '../rows.ts'
import { untied } from '../tie.ts'

/**
 * A list as a statement that one of several databases is sent. Its first row says how many rows match in all; each of
 * the others is a row of the list: its text (JSON or a line of CSV), its sort key as JSON where a page can say where
 * the next one starts, and the values by which it stands where it stands, in the types that SQLite has them.
 */
export interface ScatterStatement {
  readonly text: string
  readonly bindings: readonly Binding[]
  /** By value of the order, whether it descends. */
  readonly descending: readonly boolean[]
}

/** Of what passed the gate, and is not grouped. It does not look at the session: no shard has one. */
export function scatterStatement(tree: Guarded, rowsAtMost: number): ScatterStatement {
  const { root } = tree
  const writing = { nullsStripped: tree.nullsStripped, rowsAtMost }
  const sorted = terms(root)
  const all = total(root, tree.count, untied) ?? none
  const patterns = patternsOf(root)
  const head = patterns.length === 0 ? all : sql`case when ${join(patterns, ' and ')} then ${all} end`
  const text =
    tree.format === 'csv'
      ? csvLine(members(root, writing).map((member) => member.text))
      : rowObject(root, writing)
  const columns = [text, tree.pageable ? sortKey(sorted) : none, ...sorted.map(({ value }) => value)]
  const rows = pageSource(root, writing, tree.afterCursor ? after(root, untied) : untied)
  const first = [head, ...columns.slice(1).map(() => none)]
  return {
    ...sql`select ${join(first, ', ')} union all select ${join(columns, ', ')} ${rows}`,
    descending: sorted.map(({ descending }) => descending),
  }
}

const none: Fragment = sql`null`
