import type { FilterIntent } from '../../../src/query/intent.ts'
import { containsJson, overlapsJson } from './contain.ts'
import { matchesLike } from './pattern.ts'
import { all, any, not, type Truth } from './truth.ts'
import {
  compareScalars,
  type Json,
  jsonText,
  kindOf,
  operand,
  parseJson,
  pathScalar,
  pathValue,
  plainText,
  type Scalar,
} from './value.ts'
import { matchesWords } from './words.ts'
import type { Row, Table } from './world.ts'

type Compare = FilterIntent & { readonly kind: 'compare' }

export interface Scope {
  readonly table: Table
  readonly values: readonly string[]
  /** Whether an embed of the node has rows for a row; undefined when there is no embed of the name. */
  readonly hasRelated: (name: string, row: Row) => boolean | undefined
}

export function holds(filter: FilterIntent, row: Row, scope: Scope): Truth {
  const truth = positive(filter, row, scope)
  return filter.negated ? not(truth) : truth
}

function positive(filter: FilterIntent, row: Row, scope: Scope): Truth {
  switch (filter.kind) {
    case 'and':
      return all(filter.items.map((item) => holds(item, row, scope)))
    case 'or':
      return any(filter.items.map((item) => holds(item, row, scope)))
    case 'is':
      return is(filter, row, scope)
    case 'compare':
      return compare(filter, row, scope)
  }
}

function is(filter: FilterIntent & { readonly kind: 'is' }, row: Row, scope: Scope): boolean {
  const related = filter.path.steps.length === 0 ? scope.hasRelated(filter.path.column, row) : undefined
  if (related !== undefined) return filter.what === 'null' ? !related : related
  const value = pathValue(row, scope.table, filter.path)
  switch (filter.what) {
    case 'null':
    case 'unknown':
      return value === null
    case 'not_null':
      return value !== null
    case 'true':
      return value === true
    case 'false':
      return value === false
  }
}

function compare(filter: Compare, row: Row, scope: Scope): Truth {
  const raw = scope.values[filter.value] ?? ''
  if (filter.quantifier !== null) {
    const truths = (JSON.parse(raw) as readonly (string | null)[]).map((item) =>
      item === null ? null : compareOne(filter, row, scope, item),
    )
    return filter.quantifier === 'any' ? any(truths) : all(truths)
  }
  if (filter.operator !== 'in') return compareOne(filter, row, scope, raw)
  const items = JSON.parse(raw) as readonly string[]
  return any(items.map((item) => compareOne({ ...filter, operator: 'eq' }, row, scope, item)))
}

function compareOne(filter: Compare, row: Row, { table }: Scope, raw: string): Truth {
  const { path, operator } = filter
  switch (operator) {
    case 'like':
    case 'ilike':
      return textTest(pathValue(row, table, path), (text) => matchesLike(text, raw, operator === 'ilike'))
    case 'match':
    case 'imatch':
      return textTest(pathValue(row, table, path), (text) =>
        new RegExp(raw, operator === 'imatch' ? 'isu' : 'su').test(text),
      )
    case 'fts':
    case 'plfts':
    case 'phfts':
    case 'wfts':
      return textTest(pathValue(row, table, path), (text) => matchesWords(text, operator, raw)) ?? false
    case 'cs':
    case 'cd':
    case 'ov': {
      const document = pathValue(row, table, path)
      if (document === null) return null
      const other = containerOf(raw)
      if (operator === 'ov') return overlapsJson(document, other)
      return operator === 'cs' ? containsJson(document, other) : containsJson(other, document)
    }
    default:
      return ordered(operator, left(row, table, path), right(raw, table, path))
  }
}

function textTest(value: Json, test: (text: string) => boolean): Truth {
  return value === null ? null : test(plainText(value) ?? '')
}

/** JSON, or PostgreSQL's array literal of plain words. */
function containerOf(raw: string): Json {
  if (raw === '{}') return []
  return /^\{[^":{}]*\}$/.test(raw) ? raw.slice(1, -1).split(',') : parseJson(raw)
}

/** Behind `->` values of different JSON types are different, whatever they look like. */
interface Side {
  readonly type: string
  readonly value: Scalar
}

function left(row: Row, table: Table, path: Compare['path']): Side | null {
  const value = pathScalar(row, table, path)
  if (value === null) return null
  const isJson = path.steps.length > 0 && !path.asText
  return { type: isJson ? jsonType(pathValue(row, table, path)) : '', value }
}

function right(raw: string, table: Table, path: Compare['path']): Side {
  if (path.steps.length === 0) return { type: '', value: operand(raw, kindOf(table, path.column)) }
  if (path.asText) return { type: '', value: raw }
  const value = parseJson(raw)
  if (typeof value === 'boolean') return { type: 'boolean', value: value ? 1n : 0n }
  return { type: jsonType(value), value: typeof value === 'string' ? value : scalarOf(value) }
}

function scalarOf(value: Json): Scalar {
  return typeof value === 'number' || typeof value === 'bigint' ? value : jsonText(value)
}

function jsonType(value: Json): string {
  if (Array.isArray(value)) return 'array'
  return typeof value === 'bigint' ? 'number' : typeof value
}

function ordered(operator: string, a: Side | null, b: Side): Truth {
  if (a === null) return operator === 'isdistinct' ? true : null
  const isSame = a.type === b.type && compareScalars(a.value, b.value) === 0
  const order = compareScalars(a.value, b.value)
  switch (operator) {
    case 'eq':
      return isSame
    case 'neq':
    case 'isdistinct':
      return !isSame
    case 'gt':
      return order > 0
    case 'gte':
      return order >= 0
    case 'lt':
      return order < 0
    case 'lte':
      return order <= 0
    default:
      throw new RangeError(`the oracle has no operator ${operator}`)
  }
}
