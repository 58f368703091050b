import { Problem } from '../../base/problem.ts'
import { searchTableName } from '../../model/model.ts'
import { rowAlias } from '../../model/scope.ts'
import { decodeContainer } from '../../query/decode/container.ts'
import { decodeIlike, decodeLike, eachText } from '../../query/decode/pattern.ts'
import { decodeRegex, decodeRegexList } from '../../query/decode/regex.ts'
import {
  type Decode,
  decodeJson,
  decodeJsonList,
  decoderOf,
  decodeText,
  decodeTextList,
  listDecoderOf,
} from '../../query/decode/value.ts'
import { wordsDecoderOf } from '../../query/decode/words.ts'
import type { IsWhat } from '../../query/intent.ts'
import type { Filter, Gate, Node, Path } from '../../query/tree.ts'
import { column, comparable, jsonComparable, jsonDocument, pathValue } from '../expression.ts'
import { type Fragment, identifier, join, parameter, sql } from '../fragment.ts'
import { containedIn, contains, overlaps } from './containment.ts'

type Compare = Filter & { readonly kind: 'compare' }

/** Whether rows of an embed exist; how that is said belongs to the embeds. */
export type Related = (embed: number, present: boolean) => Fragment

/** A filter as a condition over one row. */
export function predicate(filter: Filter, node: Node<Gate>, related: Related): Fragment {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const items = filter.items.map((item) => predicate(item, node, related))
      const joined = sql`(${join(items, filter.kind === 'and' ? ' and ' : ' or ')})`
      return filter.negated ? sql`not ${joined}` : joined
    }
    case 'related':
      return related(filter.embed, filter.present)
    case 'is': {
      const condition = isCondition(isOperand(node.row, filter.path), filter.what)
      return filter.negated ? sql`not (${condition})` : condition
    }
    case 'compare': {
      const condition = compare(filter, node)
      return filter.negated ? sql`not (${condition})` : condition
    }
  }
}

/** `data->a=is.null` is true for a JSON null, as for an absent member: `json_extract` gives NULL for both. */
function isOperand(row: number, path: Path): Fragment {
  return path.steps.length === 0 ? column(row, path.field) : comparable(row, path)
}

function isCondition(value: Fragment, what: IsWhat): Fragment {
  switch (what) {
    case 'null':
    case 'unknown':
      return sql`${value} is null`
    case 'not_null':
      return sql`${value} is not null`
    case 'true':
      return sql`${value} is true`
    case 'false':
      return sql`${value} is false`
  }
}

function compare(filter: Compare, node: Node<Gate>): Fragment {
  const isJson = filter.path.steps.length > 0 && !filter.path.asText
  const left = isJson ? jsonComparable(node.row, filter.path) : comparable(node.row, filter.path)
  const element = isJson ? jsonElement : sql`v.value`
  const { one, list } = decoders(filter.path)
  const { operator } = filter
  switch (operator) {
    case 'eq':
    case 'neq':
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return quantified(filter, (right) => symbolic(symbols[operator], left, right), one, list, element)
    case 'isdistinct':
      return sql`${left} is not ${value(filter, one)}`
    case 'in':
      return sql`${left} in (select ${element} from json_each(${value(filter, list)}) as v)`
    // LIKE of SQLite ignores case, and that of PostgreSQL does not: it is GLOB with the pattern translated.
    case 'like':
      return quantified(
        filter,
        (right) => sql`${text(node, filter)} glob ${right}`,
        decodeLike,
        eachText(decodeLike),
      )
    case 'ilike':
      return quantified(
        filter,
        (right) => sql`${text(node, filter)} like ${right} escape '\\'`,
        decodeIlike,
        eachText(decodeIlike),
      )
    case 'match':
      return quantified(
        filter,
        (right) => sql`regexp(${right}, ${text(node, filter)})`,
        decodeRegex,
        decodeRegexList,
      )
    case 'imatch':
      return quantified(
        filter,
        (right) => sql`regexpi(${right}, ${text(node, filter)})`,
        decodeRegex,
        decodeRegexList,
      )
    case 'cs':
      return contains(document(node, filter), value(filter, decodeContainer))
    case 'cd':
      return containedIn(document(node, filter), value(filter, decodeContainer))
    case 'ov':
      return overlaps(document(node, filter), value(filter, decodeContainer))
    case 'fts':
    case 'plfts':
    case 'phfts':
    case 'wfts': {
      return sql`${identifier(rowAlias(node.row))}.rowid in (${fullTextRows({ ...filter, operator }, node)})`
    }
  }
}

const symbols = { eq: '=', neq: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const

function symbolic(symbol: (typeof symbols)[keyof typeof symbols], left: Fragment, right: Fragment): Fragment {
  return { text: `${left.text} ${symbol} ${right.text}`, bindings: [...left.bindings, ...right.bindings] }
}

function value(filter: Compare, decode: Decode): Fragment {
  return parameter({ from: 'value', slot: filter.value, decode })
}

/** `op(any).{…}` and `op(all).{…}`: the list is one JSON parameter, so its length is not in the text. */
function quantified(
  filter: Compare,
  condition: (right: Fragment) => Fragment,
  one: Decode,
  list: Decode,
  element = sql`v.value`,
): Fragment {
  if (filter.quantifier === null) return condition(value(filter, one))
  const holds = condition(element)
  const values = sql`json_each(${value(filter, list)}) as v`
  // Three-valued, as a chain of OR or AND: one that decides does; else one that is unknown makes all unknown.
  const unknown = sql`when count(${holds}) < count(*) then null`
  return filter.quantifier === 'any'
    ? sql`(select case when max(${holds}) = 1 then 1 ${unknown} else 0 end from ${values})`
    : sql`(select case when min(${holds}) = 0 then 0 ${unknown} else 1 end from ${values})`
}

/** An element of a list of JSON values in the form of `jsonComparable`. */
const jsonElement = sql`case v.type when 'true' then x'01' when 'false' then x'00' else v.value end`

function decoders(path: Path): { readonly one: Decode; readonly list: Decode } {
  if (path.steps.length === 0) return { one: decoderOf(path.field), list: listDecoderOf(path.field) }
  return path.asText ? { one: decodeText, list: decodeTextList } : { one: decodeJson, list: decodeJsonList }
}

/** Patterns are for texts, as in PostgreSQL: there is no LIKE over numbers. */
function text(node: Node<Gate>, filter: Compare): Fragment {
  const { kind, sql: left } = pathValue(node.row, filter.path)
  if (kind !== 'text') {
    throw new Problem('42883', {
      message: `operator does not exist: ${filter.operator} over a column of type ${kind}`,
      hint: 'Patterns match texts; go into JSON with ->>.',
    })
  }
  return left
}

function document(node: Node<Gate>, filter: Compare): Fragment {
  const { field, steps, asText } = filter.path
  if ((field.kind !== 'json' && field.kind !== 'json_blob') || asText) {
    throw new Problem('42883', {
      message: `operator does not exist: ${filter.operator} over ${field.name}, which is not JSON`,
      hint: 'cs, cd and ov compare JSON columns.',
    })
  }
  return steps.length === 0
    ? jsonDocument(column(node.row, field), field)
    : pathValue(node.row, filter.path).sql
}

/** A full-text filter. */
export interface FullText extends Compare {
  readonly operator: 'fts' | 'plfts' | 'phfts' | 'wfts'
}

export function isFullText(filter: Filter): filter is FullText {
  return filter.kind === 'compare' && /^(?:fts|plfts|phfts|wfts)$/.test(filter.operator)
}

/** `select rowid from …`: of the rows that hold the words, whoever may read them. */
export function fullTextRows(filter: FullText, { resource }: Node<Gate>): Fragment {
  const table = identifier(searchTableName(resource))
  const words = value(filter, wordsDecoderOf(filter.operator, filter.path.field.column.name))
  return sql`select rowid from ${table} where ${table} match ${words}`
}

/** Patterns of regular expressions in a filter, to be tried once whether or not there is a row. */
export function regularExpressions(filters: readonly Filter[]): readonly Fragment[] {
  return filters.flatMap((filter): readonly Fragment[] => {
    if (filter.kind === 'and' || filter.kind === 'or') return regularExpressions(filter.items)
    if (filter.kind !== 'compare' || (filter.operator !== 'match' && filter.operator !== 'imatch')) return []
    return filter.quantifier === null
      ? [sql`regexp(${value(filter, decodeRegex)}, '') is not null`]
      : [
          sql`not exists (select 1 from json_each(${value(filter, decodeRegexList)}) as v where v.value is not null and regexp(v.value, '') is null)`,
        ]
  })
}
