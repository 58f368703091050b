/**
 * What PostgREST would answer, worked out over rows in memory.
 * Source: https://docs.postgrest.org/en/stable/references/api.html, with PostgreSQL's semantics of values.
 */
import type { NodeIntent, OrderIntent, ReadRequest, SelectIntent } from '../../../src/query/intent.ts'
import { aggregateOf } from './aggregate.ts'
import { castValue } from './cast.ts'
import { holds } from './filter.ts'
import { type Embedded, groupsOf, isGrouped } from './group.ts'
import { compareKeys } from './order.ts'
import {
  columnScalar,
  type Json,
  jsonText,
  kindOf,
  operand,
  pathScalar,
  pathValue,
  type Scalar,
} from './value.ts'
import { type EmbedIntent, relatedRows, wayOf } from './ways.ts'
import {
  type Data,
  type Row,
  seesField,
  type Table,
  tableOf,
  visibleRows,
  type Who,
  type World,
} from './world.ts'

export interface Question {
  readonly world: World
  readonly data: Data
  readonly who: Who
  readonly request: ReadRequest
  /** Rows of the root that are asked for, in this order; those that are hidden are left out. Default: all. */
  readonly only?: readonly Row[]
}

export interface Answer {
  /** Of all pages. */
  readonly all: readonly Json[]
  readonly page: readonly Json[]
}

export function answer(question: Question): Answer {
  const { only } = question
  const { intent } = question.request
  const table = tableOf(question.world, intent.resource)
  const isAsItComes =
    only !== undefined || intent.root.order.length > 0 || intent.key !== null || isGrouped(intent.root)
  const order = isAsItComes ? intent.root.order : table.key.map(ascending)
  const rows = rootRows(question)
  const all = nodeRows({ ...intent.root, order }, intent.resource, rows, question).map(({ json }) => json)
  const written = intent.nullsStripped ? all.map(strip) : all
  return { all: written, page: slice(written, intent.root, question) }
}

/** The rows that key and filters choose; what the embeds demand of their parents chooses none. */
export function chosenRows(question: Question): readonly Row[] {
  const { resource, root } = question.request.intent
  const select = root.select.map((item) =>
    item.kind === 'embed' ? { ...item, join: 'left' as const } : item,
  )
  const embeds = embedsOf({ ...root, select }, resource, question)
  return keptRows(root, resource, rootRows(question), embeds, question)
}

function rootRows(question: Question): readonly Row[] {
  const { intent } = question.request
  const table = tableOf(question.world, intent.resource)
  const visible = visibleRows(question.world, question.data, intent.resource, question.who)
  const rows = question.only?.filter((row) => visible.includes(row)) ?? visible
  return rows.filter((row) =>
    (intent.key ?? []).every((slot, index) =>
      isKey(row, table, table.key[index] ?? '', valueAt(question, slot)),
    ),
  )
}

function ascending(column: string): OrderIntent {
  return { path: { column, steps: [], asText: false }, relation: null, descending: false, nulls: null }
}

function isKey(row: Row, table: Table, column: string, raw: string): boolean {
  const kind = kindOf(table, column)
  const value = columnScalar(row[column] ?? null, kind)
  return value !== null && jsonText(value as Json) === jsonText(operand(raw, kind) as Json)
}

interface Made {
  readonly json: { readonly [name: string]: Json }
  readonly key: readonly (Scalar | null)[]
}

/** A node's rows filtered, grouped and sorted; not yet cut. */
function nodeRows(node: NodeIntent, name: string, rows: readonly Row[], question: Question): readonly Made[] {
  const table = tableOf(question.world, name)
  const embeds = embedsOf(node, name, question)
  const kept = keptRows(node, name, rows, embeds, question)
  const made = groupsOf(node, table, kept, embeds).map((group): Made => {
    const [row = {}] = group
    return {
      json: Object.fromEntries(
        node.select.flatMap((item) => members(item, row, group, table, embeds, question)),
      ),
      key: node.order.map((order) => sortValue(order, row, table, embeds, question)),
    }
  })
  return made.sort((a, b) => compareKeys(a.key, b.key, node.order))
}

function keptRows(
  node: NodeIntent,
  name: string,
  rows: readonly Row[],
  embeds: ReadonlyMap<string, Embedded>,
  question: Question,
): readonly Row[] {
  const scope = {
    table: tableOf(question.world, name),
    values: question.request.values,
    hasRelated: (alias: string, row: Row) => {
      const embed = embeds.get(alias)
      return embed === undefined ? undefined : embedded(embed, row, question, true).length > 0
    },
  }
  return rows.filter(
    (row) =>
      node.where.every((filter) => holds(filter, row, scope) === true) &&
      [...embeds.values()].every(
        (embed) => embed.intent.join !== 'inner' || embedded(embed, row, question, true).length > 0,
      ),
  )
}

function embedsOf(node: NodeIntent, from: string, { world, who }: Question): ReadonlyMap<string, Embedded> {
  return new Map(
    node.select.flatMap((item): [string, Embedded][] => {
      if (item.kind !== 'embed') return []
      const way = wayOf(world, from, item, who)
      if (way === null) throw new RangeError(`the oracle has no way ${item.relation} from ${from}`)
      return [[item.alias ?? item.relation, { intent: item, way }]]
    }),
  )
}

/** The rows of an embed under a row. To tell whether there are any, groups do not count, rows do. */
function embedded(embed: Embedded, row: Row, question: Question, ungrouped = false): readonly Json[] {
  const { intent, way } = embed
  const rows = relatedRows(question.world, question.data, way, row, question.who)
  const select = ungrouped ? intent.node.select.filter((item) => item.kind === 'embed') : intent.node.select
  const made = nodeRows({ ...intent.node, select, ...(ungrouped && { order: [] }) }, way.to, rows, question)
  return slice(
    made.map(({ json }) => json),
    intent.node,
    question,
  )
}

function members(
  item: SelectIntent,
  row: Row,
  group: readonly Row[],
  table: Table,
  embeds: ReadonlyMap<string, Embedded>,
  question: Question,
): readonly (readonly [string, Json])[] {
  switch (item.kind) {
    case 'all':
      return Object.keys(table.columns)
        .filter((column) => seesField(table, column, question.who))
        .map((column) => [column, pathValue(row, table, { column, steps: [], asText: false })])
    case 'count':
      return [[item.alias ?? 'count', castValue(BigInt(group.length), item.cast)]]
    case 'column': {
      const { aggregate, path } = item
      const value =
        aggregate === null
          ? castValue(pathValue(row, table, path), item.cast)
          : castValue(aggregateOf(item, aggregate.name, group, table), aggregate.cast)
      const lastKey = path.steps.findLast((step) => 'key' in step)
      return [[item.alias ?? aggregate?.name ?? lastKey?.key ?? path.column, value]]
    }
    case 'embed':
      return embedMembers(item, row, embeds, question)
  }
}

function embedMembers(
  item: EmbedIntent,
  row: Row,
  embeds: ReadonlyMap<string, Embedded>,
  question: Question,
): readonly (readonly [string, Json])[] {
  const name = item.alias ?? item.relation
  const embed = embeds.get(name)
  if (embed === undefined || item.node.select.length === 0) return []
  const list = embedded(embed, row, question)
  if (!item.spread) return [[name, embed.way.toOne ? (list[0] ?? null) : list]]
  // The names of a spread are there also when it has no row.
  const names = item.node.select.map((each) =>
    each.kind === 'column' ? (each.alias ?? each.path.column) : '',
  )
  return names.map((each) => {
    const values = list.map((json) => (json as { readonly [name: string]: Json })[each] ?? null)
    return [each, embed.way.toOne ? (values[0] ?? null) : values]
  })
}

function sortValue(
  order: OrderIntent,
  row: Row,
  table: Table,
  embeds: ReadonlyMap<string, Embedded>,
  question: Question,
): Scalar | null {
  if (order.relation === null) return pathScalar(row, table, order.path)
  const embed = embeds.get(order.relation)
  if (embed === undefined) throw new RangeError(`no embed ${order.relation}`)
  const rows = relatedRows(question.world, question.data, embed.way, row, question.who)
  const far = tableOf(question.world, embed.way.to)
  const select = embed.intent.node.select.filter((item) => item.kind === 'embed')
  const node = { ...embed.intent.node, select, order: [] }
  const [first] = rows.filter((other) => nodeRows(node, embed.way.to, [other], question).length > 0)
  return first === undefined ? null : pathScalar(first, far, order.path)
}

function slice<T>(rows: readonly T[], node: NodeIntent, question: Question): readonly T[] {
  const offset = node.offset === null ? 0 : Number(valueAt(question, node.offset))
  const limit = node.limit === null ? rows.length : Number(valueAt(question, node.limit))
  return rows.slice(offset, offset + limit)
}

function valueAt({ request }: Question, slot: number): string {
  return request.values[slot] ?? ''
}

/** `json_strip_nulls`: members of objects, however deep; not elements of arrays. */
function strip(value: Json): Json {
  if (Array.isArray(value)) return value.map(strip)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => (member === null ? [] : [[name, strip(member)]])),
  )
}
