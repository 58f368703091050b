import type { FilterIntent, PathIntent, SelectIntent } from '../../../src/query/intent.ts'
import { jsonText, plainText } from '../oracle/value.ts'
import { rowsOf, seesField, type Table } from '../oracle/world.ts'
import { drawAtPath, drawContainer, drawLike, drawRaw, drawWords, regularExpressions } from './operand.ts'
import { type Asking, stepOf } from './question.ts'

type EmbedIntent = SelectIntent & { readonly kind: 'embed' }

export function drawFilter(
  asking: Asking,
  table: Table,
  embeds: readonly EmbedIntent[],
  depth: number,
): FilterIntent {
  const { draw } = asking
  const negated = draw.once(3)
  if (depth > 0 && draw.once(4)) {
    const items = Array.from({ length: 1 + draw.upTo(2) }, () => drawFilter(asking, table, embeds, depth - 1))
    return { kind: draw.pick(['and', 'or'] as const), negated, items }
  }
  const [embed] = embeds
  if (embed !== undefined && draw.once(5)) {
    const path = plain(embed.alias ?? embed.relation)
    return { kind: 'is', path, negated, what: draw.pick(['null', 'not_null'] as const) }
  }
  if (table.paths !== undefined && draw.once(3)) return onPath(asking, table, negated)
  return onColumn(asking, table, negated)
}

function plain(column: string): PathIntent {
  return { column, steps: [], asText: false }
}

const ordering = ['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'isdistinct', 'in'] as const
const matching = ['like', 'ilike', 'match', 'imatch'] as const
const searching = ['plfts', 'fts', 'phfts', 'wfts'] as const
const containing = ['cs', 'cd', 'ov'] as const

function onColumn(asking: Asking, table: Table, negated: boolean): FilterIntent {
  const { draw, data, who } = asking
  const [column, kind] = draw.pick(
    Object.entries(table.columns).filter(([name]) => seesField(table, name, who) || draw.once(10)),
  )
  const path = plain(column)
  if (draw.once(6)) {
    const truths = kind === 'boolean' ? (['true', 'false', 'unknown'] as const) : []
    return { kind: 'is', path, negated, what: draw.pick(['null', 'not_null', ...truths] as const) }
  }
  const texts = rowsOf(data, table).map((row) => String(row[column] ?? ''))
  const raw = () => drawRaw(draw, data, table, column, kind)
  if (kind === 'text' && table.search?.includes(column) === true && draw.once(3)) {
    const operator = draw.pick(searching)
    return comparison(asking, table, { path, negated, operator }, () => drawWords(draw, operator, texts))
  }
  if (kind === 'text' && draw.once(3)) return patternOn(asking, table, path, negated, texts)
  if (kind === 'json' || kind === 'json_blob') {
    const operator = draw.pick([...containing, ...containing, 'eq', 'neq', 'isdistinct'] as const)
    const isContainment = operator === 'cs' || operator === 'cd' || operator === 'ov'
    return comparison(asking, table, { path, negated, operator }, () =>
      isContainment ? drawContainer(draw, data, table, column, kind) : raw(),
    )
  }
  const operator = draw.pick(kind === 'blob' ? (['eq', 'neq', 'isdistinct'] as const) : ordering)
  return comparison(asking, table, { path, negated, operator }, raw)
}

/** Numbers and texts behind `->` are compared with their like; for equality anything may come. */
function onPath(asking: Asking, table: Table, negated: boolean): FilterIntent {
  const { draw, data } = asking
  const found = draw.pick(table.paths ?? [])
  const asText = draw.once(2)
  const path = { column: found.column, steps: found.steps.map(stepOf), asText }
  if (draw.once(5)) return { kind: 'is', path, negated, what: draw.pick(['null', 'not_null'] as const) }
  const value = () => drawAtPath(draw, data, table, found)
  if (asText) {
    if (draw.once(3)) return patternOn(asking, table, path, negated, [plainText(value()) ?? ''])
    return comparison(
      asking,
      table,
      { path, negated, operator: draw.pick(ordering) },
      () => plainText(value()) ?? '',
    )
  }
  const scalar = () => {
    const at = value()
    return typeof at === 'object' ? '"nothing"' : jsonText(at)
  }
  return comparison(
    asking,
    table,
    { path, negated, operator: draw.pick(['eq', 'neq', 'isdistinct', 'in']) },
    scalar,
  )
}

function patternOn(
  asking: Asking,
  table: Table,
  path: PathIntent,
  negated: boolean,
  texts: readonly string[],
): FilterIntent {
  const { draw } = asking
  const operator = draw.pick(matching)
  return comparison(asking, table, { path, negated, operator }, () =>
    operator === 'like' || operator === 'ilike'
      ? drawLike(draw, draw.pick(['', ...texts]))
      : draw.pick(regularExpressions),
  )
}

const quantified: readonly string[] = ['eq', 'gt', 'gte', 'lt', 'lte', 'like', 'ilike', 'match', 'imatch']

function comparison(
  { draw, values }: Asking,
  table: Table,
  filter: { readonly path: PathIntent; readonly negated: boolean; readonly operator: string },
  raw: () => string,
): FilterIntent {
  // A list of blobs has no form in JSON: it is refused.
  const isBlob = table.columns[filter.path.column] === 'blob'
  const quantifier =
    quantified.includes(filter.operator) && !isBlob && draw.once(4)
      ? draw.pick(['any', 'all'] as const)
      : null
  const list = () => Array.from({ length: draw.upTo(3) }, raw)
  const nulls = quantifier !== null && draw.once(4) ? [null] : []
  const isList = quantifier !== null || filter.operator === 'in'
  const value = values.push(isList ? JSON.stringify([...list(), ...nulls]) : raw()) - 1
  return { kind: 'compare', ...filter, quantifier, value }
}
