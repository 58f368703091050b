import type { SQL } from 'drizzle-orm'
import type { Verdict } from '../declare/policy.ts'
import type { Field } from '../model/field.ts'
import { decoderOf } from '../query/decode/value.ts'
import type { CountKind } from '../query/intent.ts'
import type { Filter, Gate, Guarded, Node } from '../query/tree.ts'
import { isGrouped } from '../query/tree.ts'
import { regularExpressions } from './condition/predicate.ts'
import { column } from './expression.ts'
import { type Binding, type Fragment, join, parameter, sql, wholeNumber } from './fragment.ts'
import { drizzleFragment, verdictCondition } from './gate.ts'
import { csvLine, jsonArrayOfTexts } from './json.ts'
import { afterCursor, sortKey } from './order.ts'
import { members, page, pageSource, rowObject, source, terms, type Writing } from './rows.ts'
import { type Tie, untied } from './tie.ts'

/**
 * A read as one statement that gives one value: a text of three lines and a rest (`engine/answer.ts` takes it apart):
 * how many rows, the sort key of the last one as JSON, how many there are in all, and the rows as JSON or CSV. It is
 * null when the caller's session is over, and then nothing else has been looked at: neither time nor failure tells.
 */
export interface ReadStatement {
  readonly text: string
  readonly bindings: readonly Binding[]
  /** Names of the columns of a CSV answer. */
  readonly columns: readonly string[]
}

/** Up to this many rows a planned or estimated count is exact. SQLite keeps no statistics that could say more. */
export const estimatedCountCap = 10_000

/** What is not asked of each read. */
export interface ReadOptions {
  /** Which rows there are to be read, as a procedure says. */
  readonly among?: Verdict
  /** Columns beside the answer. */
  readonly beside?: Fragment
}

/** The one way from a query to SQL: it takes what passed the gate, and nothing else. */
export function readStatement(
  tree: Guarded,
  admission: SQL,
  rowsAtMost: number,
  { among = true, beside }: ReadOptions = {},
): ReadStatement {
  const { root } = tree
  const writing = { nullsStripped: tree.nullsStripped, rowsAtMost }
  const chosen = {
    ...untied,
    conditions: [...keyConditions(root.row, tree.key), ...verdictCondition(root.resource, root.row, among)],
  }
  const lines = [sql`count(*)`, orEmpty(mark(tree)), orEmpty(total(root, tree.count, chosen))]
  const rows = rowsOf(tree, writing, tree.afterCursor ? after(root, chosen) : chosen)
  const answer = sql`${join([...lines, bodyOf(tree, writing)], " || '\n' || ")} ${rows}`
  const allowed = ifAllowed(tree, admission, answer)
  const statement = beside === undefined ? allowed : sql`select (${allowed}), ${beside}`
  return { ...statement, columns: columnsOf(root, writing) }
}

/** What is answered of rows that were written, in the same form. */
export function writtenAnswer(tree: Written, written: Tie, rowsAtMost: number): Fragment {
  const writing = { nullsStripped: tree.nullsStripped, rowsAtMost }
  const version = tree.version === null || isGrouped(tree.root) ? null : versionMark(tree.root, tree.version)
  const lines = [sql`count(*)`, orEmpty(version), sql`''`, bodyOf(tree, writing)]
  return sql`select ${join(lines, " || '\n' || ")} ${rowsOf(tree, writing, written)}`
}

/** A node, and how its rows are written. */
export type Written = Pick<Guarded, 'root' | 'format' | 'nullsStripped' | 'version'>

/** The conditions by which one item is found. */
export function keyConditions(row: number, key: Guarded['key']): readonly Fragment[] {
  return key.map(
    ({ field, value }) =>
      sql`${column(row, field)} = ${parameter({ from: 'value', slot: value, decode: decoderOf(field) })}`,
  )
}

export function columnsOf(root: Node<Gate>, writing: Writing): readonly string[] {
  return members(root, writing).map((member) => member.name)
}

/** What the rows of `rowsOf` become together. Groups come as texts, other rows as columns. */
function bodyOf(tree: Written, writing: Writing): Fragment {
  const { root, format } = tree
  if (isGrouped(root)) return format === 'csv' ? csvOfLines(sql`j`) : jsonArrayOfTexts(sql`j`)
  return format === 'csv'
    ? csvOfLines(line(root, writing))
    : sql`json_group_array(${rowObject(root, writing)})`
}

function rowsOf(tree: Written & Partial<Guarded>, writing: Writing, chosen: Tie): Fragment {
  const { root, format, key = [] } = tree
  // One row needs no page, and its fields can be taken where it lies.
  if (key.length > 0 && !isGrouped(root)) return source(root, chosen)
  if (!isGrouped(root)) return pageSource(root, writing, chosen)
  const group = format === 'csv' ? line(root, writing) : rowObject(root, writing)
  return sql`from (select ${group} as j ${source(root, chosen)}${page(root, writing, chosen)})`
}

/** The rows of a root that stand behind the cursor. */
export function after(root: Node<Gate>, chosen: Tie): Tie {
  const start = afterCursor(terms(root))
  // A column can be found by an index; a look into a document can fail, and one at another table can take long.
  const isColumns = root.order.every((order) => order.embed === null && order.path.steps.length === 0)
  return isColumns
    ? { ...chosen, conditions: [...chosen.conditions, start] }
    : { ...chosen, careful: [start] }
}

function line(root: Node<Gate>, writing: Writing): Fragment {
  return csvLine(members(root, writing).map((member) => member.text))
}

function csvOfLines(text: Fragment): Fragment {
  return sql`coalesce(group_concat(${text}, char(10)), '')`
}

function orEmpty(line: Fragment | null): Fragment {
  return line === null ? sql`''` : sql`ifnull(${line}, '')`
}

/** Of an item its version, of a page the sort key of its last row. */
function mark(tree: Guarded): Fragment | null {
  if (tree.version !== null && !isGrouped(tree.root)) return versionMark(tree.root, tree.version)
  if (!tree.pageable) return null
  return sql`json_extract(json_group_array(${sortKey(terms(tree.root))}), '$[#-1]')`
}

function versionMark(root: Node<Gate>, version: Field): Fragment {
  return sql`max(${column(root.row, version)})`
}

/** Cursors do not change how many there are in all. */
export function total(root: Node<Gate>, count: CountKind | null, chosen: Tie): Fragment | null {
  if (count === null) return null
  const rows = source(root, chosen)
  if (count === 'exact' && !isGrouped(root)) return sql`(select count(*) ${rows})`
  // Without a key all rows are one group, and there is one even of none.
  const one = isGrouped(root) ? sql`count(*)` : sql`1`
  const cap = count === 'exact' ? sql`` : sql` limit ${wholeNumber(estimatedCountCap + 1)}`
  return sql`(select count(*) from (select ${one} ${rows}${cap}))`
}

/** What must hold for an answer at all, whatever rows there are. */
function ifAllowed(tree: Guarded, admission: SQL, answer: Fragment): Fragment {
  const session = tree.session ? [drizzleFragment(admission)] : []
  const all = [...session, ...patternsOf(tree.root)]
  if (all.length === 0) return sql`select ${answer}`
  return sql`select case when ${join(all, ' and ')} then (select ${answer}) end`
}

/** A pattern that is not one fails here, always: else it would fail only where a row is there to be matched. */
export function patternsOf(root: Node<Gate>): readonly Fragment[] {
  return filtersOf(root).flatMap((filters) => regularExpressions(filters))
}

function filtersOf(node: Node<Gate>): readonly (readonly Filter[])[] {
  return [node.where, ...node.embeds.flatMap((embed) => filtersOf(embed.node))]
}
