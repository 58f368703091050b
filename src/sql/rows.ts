import { integerValue } from '../base/statement.ts'
import type { Field } from '../model/field.ts'
import { isToOne } from '../model/relation.ts'
import { rowAlias } from '../model/scope.ts'
import {
  type Embed,
  embedAt,
  type Filter,
  type Gate,
  isGrouped,
  type Node,
  type Order,
  type Output,
} from '../query/tree.ts'
import { needsCare } from './condition/careful.ts'
import { type FullText, fullTextRows, isFullText, predicate } from './condition/predicate.ts'
import { column, comparable, expressionValue, textOf } from './expression.ts'
import { type Fragment, identifier, join, parameter, sql, wholeNumber } from './fragment.ts'
import { behind, gateCondition } from './gate.ts'
import { jsonArrayOfTexts, jsonObject, jsonValue, stripNulls } from './json.ts'
import { orderBy, type SortTerm, sortTerms } from './order.ts'
import { type Tie, tieOf, untied } from './tie.ts'

/** What one name of an answer holds: for JSON, and as the text of a CSV cell. */
export interface RowMember {
  readonly name: string
  readonly value: Fragment
  readonly text: Fragment
}

/** How an answer is written, the same at every level. */
export interface Writing {
  readonly nullsStripped: boolean
  /** Rows of a list that has no limit of its own. */
  readonly rowsAtMost: number
}

/** `from … where … group by …` of a node: the only way to its rows leads through its gate. */
export function source(node: Node<Gate>, tie: Tie = untied): Fragment {
  const found = foundFirst(node)
  const filters = filtersOf({ ...node, where: node.where.filter((filter) => filter !== found) })
  const { before, conditions } = found === undefined ? tie : searchFirst(found, node, tie)
  const gates = [...tie.gate, ...gateCondition(node.resource, node.row, node.gate)]
  const careful = [...filters.careful, ...tie.careful].map((condition) => behind(gates, condition))
  const all = [...conditions, ...gates, ...filters.quick, ...careful]
  const where = all.length === 0 ? sql`` : sql` where ${join(all, ' and ')}`
  return sql`from ${before}${identifier(node.resource.tableName)} as ${identifier(rowAlias(node.row))}${where}${groupBy(node)}`
}

/** The full-text filter from whose index the rows of a root can be taken. */
function foundFirst({ row, where }: Node<Gate>): FullText | undefined {
  return row === 0 ? where.filter(isFullText).find((filter) => !filter.negated) : undefined
}

/**
 * The search before all else, as CROSS JOIN promises: were it a condition, whether it is made at all would depend on
 * whether there is a row, also a hidden one; and its index would not be used behind a gate.
 */
function searchFirst(filter: FullText, node: Node<Gate>, tie: Tie): Tie {
  const before = sql`(${fullTextRows(filter, node)}) as "_f0" cross join ${tie.before}`
  return {
    ...tie,
    before,
    conditions: [sql`${identifier(rowAlias(node.row))}.rowid = "_f0".rowid`, ...tie.conditions],
  }
}

/**
 * The page of a node as a row source of its own: rows are chosen, sorted and cut before anything is made of them, so
 * that what a row embeds is read for the rows of the page alone.
 */
export function pageSource(node: Node<Gate>, writing: Writing, tie: Tie = untied): Fragment {
  const columns = join(
    usedFields(node, tie.isWhole).map((field) => column(node.row, field)),
    ', ',
  )
  return sql`from (select ${columns} ${source(node, tie)}${page(node, writing, tie)}) as ${identifier(rowAlias(node.row))}`
}

/** The fields that are needed after the page is cut: to be written, to be embedded by, for the cursor and the version. */
function usedFields(node: Node<Gate>, isVersioned: boolean): readonly Field[] {
  const written = node.outputs.flatMap((output) =>
    output.kind === 'value' && output.expression.kind === 'path' ? [output.expression.path.field] : [],
  )
  const tied = node.embeds.flatMap((embed) => embed.relation.pairs.map((pair) => pair.from))
  const sorted = node.order.flatMap((order) => (order.embed === null ? [order.path.field] : []))
  const version = node.resource.version === null ? [] : [node.resource.version]
  const used = new Set([...written, ...tied, ...sorted, ...(isVersioned ? version : [])])
  return used.size > 0 ? [...used] : node.resource.key
}

/** `order by … limit … offset …`. */
export function page(node: Node<Gate>, { rowsAtMost }: Writing, tie: Tie = untied): Fragment {
  const isTied = node.order.length === 0 && tie.order !== null && !isGrouped(node)
  const order = isTied ? sql` order by ${tie.order}` : orderBy(terms(node))
  return tie.isWhole ? order : sql`${order}${cut(node, rowsAtMost)}`
}

function cut(node: Node<Gate>, rowsAtMost: number): Fragment {
  const limit = node.limit === null ? wholeNumber(rowsAtMost) : number(node.limit)
  const offset = node.offset === null ? sql`` : sql` offset ${number(node.offset)}`
  return sql` limit ${limit}${offset}`
}

export function terms(node: Node<Gate>): readonly SortTerm[] {
  return sortTerms(node, (order, index) => relatedValue(node, order, index))
}

/** A row as the text of a JSON object. */
export function rowObject(node: Node<Gate>, writing: Writing): Fragment {
  const object = jsonObject(members(node, writing))
  return writing.nullsStripped ? stripNulls(object) : object
}

export function members(node: Node<Gate>, writing: Writing): readonly RowMember[] {
  return node.outputs.flatMap((output): readonly RowMember[] => {
    if (output.kind === 'value') {
      const typed = expressionValue(node.row, output.expression)
      return [{ name: output.name, value: jsonValue(typed), text: textOf(typed) }]
    }
    const embed = embedAt(node.embeds, output.embed)
    if (output.kind === 'spread') return spread(node, embed, writing)
    const value = embedded(node, embed, writing)
    return [{ name: output.name, value, text: value }]
  })
}

function embedded(parent: Node<Gate>, embed: Embed<Gate>, writing: Writing): Fragment {
  const { node } = embed
  const object = rowObject(node, writing)
  const tie = tieOf(parent, embed)
  if (isToOne(embed.relation)) return sql`(select ${object} ${source(node, tie)})`
  if (isGrouped(node)) return groupsArray(object, node, writing, tie)
  return sql`(select json_group_array(${object}) ${pageSource(node, writing, tie)})`
}

/** A group is made where its rows are, so its page is cut from what was made. */
function groupsArray(value: Fragment, node: Node<Gate>, writing: Writing, tie: Tie): Fragment {
  const groups = sql`select ${value} as j ${source(node, tie)}${page(node, writing)}`
  return sql`json((select ${jsonArrayOfTexts(sql`j`)} from (${groups})))`
}

/** `...rel(a,b)`: each name of a to-one embed becomes one of the parent, of a to-many one a list of the parent. */
function spread(parent: Node<Gate>, embed: Embed<Gate>, writing: Writing): readonly RowMember[] {
  const { node } = embed
  const tie = tieOf(parent, embed)
  return members(node, writing).map(({ name, value, text }) => {
    if (isToOne(embed.relation)) {
      const rows = source(node, tie)
      return { name, value: sql`(select ${value} ${rows})`, text: sql`(select ${text} ${rows})` }
    }
    if (isGrouped(node)) return listMember(name, groupsArray(sql`json_quote(${value})`, node, writing, tie))
    return listMember(name, sql`(select json_group_array(${value}) ${pageSource(node, writing, tie)})`)
  })
}

function listMember(name: string, list: Fragment): RowMember {
  return { name, value: list, text: list }
}

/** Whether an embed has rows, or none. */
function related(parent: Node<Gate>, index: number, present: boolean): Fragment {
  const embed = embedAt(parent.embeds, index)
  const rows = source({ ...embed.node, outputs: [] }, tieOf(parent, embed))
  const isCut = embed.node.limit !== null || embed.node.offset !== null
  // What a limit of 0 or an offset leaves is nothing.
  const exists = sql`exists (select 1 ${rows}${isCut ? cut(embed.node, 1) : sql``})`
  return present ? exists : sql`not ${exists}`
}

function relatedValue(parent: Node<Gate>, order: Order, index: number): Fragment {
  const embed = embedAt(parent.embeds, index)
  return sql`(select ${comparable(embed.node.row, order.path)} ${source({ ...embed.node, outputs: [] }, tieOf(parent, embed))})`
}

function filtersOf(node: Node<Gate>): {
  readonly quick: readonly Fragment[]
  readonly careful: readonly Fragment[]
} {
  const written = (filter: Filter) =>
    predicate(filter, node, (index, present) => related(node, index, present))
  const { careful = [], quick = [] } = Object.groupBy(node.where, (filter) =>
    needsCare(filter) ? 'careful' : 'quick',
  )
  return { quick: quick.map(written), careful: careful.map(written) }
}

function groupBy(node: Node<Gate>): Fragment {
  if (!isGrouped(node)) return sql``
  const keys = node.outputs.flatMap((output) => groupKey(node, output))
  return keys.length === 0 ? sql`` : sql` group by ${join(keys, ', ')}`
}

function groupKey(node: Node<Gate>, output: Output): readonly Fragment[] {
  if (output.kind !== 'value') {
    const { relation } = embedAt(node.embeds, output.embed)
    return relation.pairs.map((pair) => column(node.row, pair.from))
  }
  return output.expression.kind === 'path' ? [expressionValue(node.row, output.expression).sql] : []
}

function number(slot: number): Fragment {
  return parameter({ from: 'value', slot, decode: integerValue })
}
