import type { SQL } from 'drizzle-orm'
import { decoderOf } from '../query/decode/value.ts'
import type { CountKind } from '../query/intent.ts'
import type { Filter, Gate, Guarded, Node } from '../query/tree.ts'
import { isGrouped } from '../query/tree.ts'
import { column } from './expression.ts'
import { type Binding, type Fragment, join, parameter, sql } from './fragment.ts'
import { csvLine, jsonArrayOfTexts } from './json.ts'
import { afterCursor, sortKey } from './order.ts'
import { regularExpressions } from './predicate.ts'
import { drizzleFragment, members, page, pageSource, rowObject, source, terms, type Writing } from './rows.ts'

/**
 * A read as one statement that gives one row: `body` (the rows as JSON or CSV text), `n` (their number), `last` (the
 * sort key of the last one, or null) and `total`. It gives no row when the caller's session is over.
 */
export interface ReadStatement {
  readonly text: string
  readonly bindings: readonly Binding[]
  /** Names of the columns of a CSV answer. */
  readonly columns: readonly string[]
}

/** Up to this many rows a planned or estimated count is exact. SQLite keeps no statistics that could say more. */
export const estimatedCountCap = 10_000

/** The one way from a query to SQL: it takes what passed the gate, and nothing else. */
export function readStatement(tree: Guarded, admission: SQL, rowsAtMost: number): ReadStatement {
  const { root } = tree
  const writing = { nullsStripped: tree.nullsStripped, rowsAtMost }
  const key = tree.key.map(
    ({ field, value }) =>
      sql`${column(root.row, field)} = ${parameter({ from: 'value', slot: value, decode: decoderOf(field) })}`,
  )
  const answer = sql`(${answerOf(tree, writing, key)}) as a`
  return {
    ...sql`select a.body, a.n, a.last, ${total(root, tree.count, key)} as total from ${answer}${conditions(tree, admission)}`,
    columns: members(root, writing).map((member) => member.name),
  }
}

/** `body`, `n` and `last` of the page. */
function answerOf(tree: Guarded, writing: Writing, key: readonly Fragment[]): Fragment {
  const { root } = tree
  const row =
    tree.format === 'csv'
      ? csvLine(members(root, writing).map((member) => member.text))
      : rowObject(root, writing)
  const lines =
    tree.format === 'csv'
      ? (text: Fragment) => sql`coalesce(group_concat(${text}, char(10)), '')`
      : jsonArrayOfTexts
  if (isGrouped(root)) {
    const groups = sql`select ${row} as j ${source(root, key)}${page(root, writing)}`
    return sql`select ${lines(sql`j`)} as body, count(*) as n, null as last from (${groups})`
  }
  const sort = terms(root)
  const start = tree.afterCursor ? [afterCursor(sort)] : []
  const body = tree.format === 'csv' ? lines(row) : sql`json_group_array(${row})`
  const last = tree.pageable ? sql`json_extract(json_group_array(${sortKey(sort)}), '$[#-1]')` : sql`null`
  return sql`select ${body} as body, count(*) as n, ${last} as last ${pageSource(root, writing, [...key, ...start])}`
}

/** Cursors do not change how many there are in all. */
function total(root: Node<Gate>, count: CountKind | null, key: readonly Fragment[]): Fragment {
  if (count === null) return sql`null`
  const rows = source(root, key)
  if (count === 'exact' && !isGrouped(root)) return sql`(select count(*) ${rows})`
  // Without a key all rows are one group, and there is one even of none.
  const one = isGrouped(root) ? sql`count(*)` : sql`1`
  const cap = count === 'exact' ? sql`` : sql` limit ${{ text: String(estimatedCountCap + 1), bindings: [] }}`
  return sql`(select count(*) from (select ${one} ${rows}${cap}))`
}

/** What must hold for an answer at all, whatever rows there are. */
function conditions(tree: Guarded, admission: SQL): Fragment {
  const session = tree.session ? [drizzleFragment(admission)] : []
  // A pattern that is not one fails here, always: else it would fail only where a row is there to be matched.
  const patterns = filtersOf(tree.root).flatMap((filters) => regularExpressions(filters))
  const all = [...session, ...patterns]
  return all.length === 0 ? sql`` : sql` where ${join(all, ' and ')}`
}

function filtersOf(node: Node<Gate>): readonly (readonly Filter[])[] {
  return [node.where, ...node.embeds.flatMap((embed) => filtersOf(embed.node))]
}
