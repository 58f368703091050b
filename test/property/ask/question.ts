import type {
  NodeIntent,
  OrderIntent,
  PathIntent,
  ReadIntent,
  ReadRequest,
  SelectIntent,
} from '../../../src/query/intent.ts'
import { isOpen } from '../oracle/ways.ts'
import { type Data, rowsOf, type Table, tableOf, type Way, type Who, type World } from '../oracle/world.ts'
import type { Draw } from './draw.ts'
import { drawFilter } from './filter.ts'
import { rawOf } from './operand.ts'
import { aggregateItem, columnItem, pathItem } from './select.ts'

export interface Asked {
  readonly who: Who
  readonly request: ReadRequest
}

/** What all parts of one question share. */
export interface Asking {
  readonly draw: Draw
  readonly world: World
  readonly data: Data
  readonly who: Who
  readonly values: string[]
  /** A name that no other part of the question has. */
  fresh(): string
}

const deepest = 3

export function drawQuestion(draw: Draw, world: World, data: Data, whos: readonly Who[]): Asked {
  const who = draw.pick(whos)
  const values: string[] = []
  let given = 0
  const asking = { draw, world, data, who, values, fresh: () => `x${given++}` }
  // Tables with JSON have the most to ask for.
  const names = Object.entries(world.tables).flatMap(([name, { paths }]) =>
    paths ? [name, name, name] : [name],
  )
  const resource = draw.pick(names)
  const key = draw.once(12) ? drawKey(asking, tableOf(world, resource)) : null
  const limit = values.push(key === null ? draw.pick(['1000', '3', '1', '7', '0']) : '1') - 1
  const offset = values.push(key === null ? draw.pick(['0', '0', '1', '2']) : '0') - 1
  const inner = drawNode(asking, resource, 0, 'root', key !== null)
  const intent: ReadIntent = {
    kind: 'read',
    resource,
    root: { ...inner, limit, offset },
    format: 'json',
    nullsStripped: draw.once(8),
    count: draw.pick([null, 'exact', 'exact', 'planned', 'estimated'] as const),
    key,
    afterCursor: false,
  }
  return { who, request: { intent, values } }
}

function drawKey({ draw, data, values }: Asking, table: Table): readonly number[] {
  const row = draw.pick(rowsOf(data, table))
  return table.key.map((column) => {
    const kind = table.columns[column]
    const raw = kind === undefined ? '' : rawOf(row[column] ?? null, kind)
    return values.push(draw.once(6) ? `${raw}0` : raw) - 1
  })
}

type Place = 'root' | 'toOne' | 'toMany' | 'spread'

export function drawNode(
  asking: Asking,
  name: string,
  depth: number,
  place: Place,
  isItem = false,
): NodeIntent {
  const { draw, world } = asking
  const table = tableOf(world, name)
  const grouped = place !== 'spread' && !isItem && draw.once(6)
  const select = drawSelect(asking, name, depth, place, grouped)
  const embeds = select.filter((item) => item.kind === 'embed')
  const order = isItem || place === 'toOne' ? [] : drawOrder(asking, name, select, grouped)
  const isCut = place === 'toMany' && (grouped || coversKey(table, order)) && draw.once(2)
  return {
    select,
    where: isItem
      ? []
      : Array.from({ length: draw.pick([0, 1, 0, 1, 2]) }, () => drawFilter(asking, table, embeds, 2)),
    order: isCut && grouped ? [] : order,
    limit: isCut && !grouped ? asking.values.push(draw.pick(['2', '1', '3'])) - 1 : null,
    offset: isCut && !grouped && draw.once(2) ? asking.values.push(draw.pick(['1', '2'])) - 1 : null,
  }
}

function coversKey(table: Table, order: readonly OrderIntent[]): boolean {
  return table.key.every((column) =>
    order.some(
      ({ path, relation }) => relation === null && path.column === column && path.steps.length === 0,
    ),
  )
}

function drawSelect(
  asking: Asking,
  name: string,
  depth: number,
  place: Place,
  grouped: boolean,
): readonly SelectIntent[] {
  const { draw, world } = asking
  const table = tableOf(world, name)
  const items: SelectIntent[] = []
  if (grouped) {
    for (let n = draw.upTo(2); n > 0; n -= 1) items.push(columnItem(asking, table, true))
    for (let n = 1 + draw.upTo(2); n > 0; n -= 1) items.push(aggregateItem(asking, table))
  } else if (place !== 'spread' && draw.once(3)) items.push({ kind: 'all' })
  else {
    for (let n = 1 + draw.upTo(2); n > 0; n -= 1)
      items.push(draw.once(4) ? pathItem(asking, table) : columnItem(asking, table, false))
  }
  const ways = world.ways.filter(
    (way) => way.from === name && (isOpen(world, way, asking.who) || draw.once(15)),
  )
  if (depth >= deepest || place === 'spread' || ways.length === 0) return items
  for (let n = draw.pick([0, 1, 1, 2]); n > 0; n -= 1) {
    const way = draw.pick(ways)
    if (grouped && !way.toOne) continue
    items.push(embedItem(asking, way, depth, grouped))
  }
  return items
}

function embedItem(asking: Asking, way: Way, depth: number, grouped: boolean): SelectIntent {
  const { draw } = asking
  const spread = !grouped && draw.once(5)
  const node = drawNode(asking, way.to, depth + 1, spread ? 'spread' : way.toOne ? 'toOne' : 'toMany')
  const isEmpty = !spread && draw.once(8)
  return {
    kind: 'embed',
    relation: way.name,
    hint: way.hint ?? null,
    join: draw.once(3) ? 'inner' : 'left',
    alias: asking.fresh(),
    spread,
    node: isEmpty
      ? {
          ...node,
          select: node.select.filter((item) => item.kind === 'embed'),
          order: [],
          limit: null,
          offset: null,
        }
      : node,
  }
}

/** Most orders end in the key, so that one order of the rows is right. */
function drawOrder(
  asking: Asking,
  name: string,
  select: readonly SelectIntent[],
  grouped: boolean,
): readonly OrderIntent[] {
  const { draw, world } = asking
  const table = tableOf(world, name)
  const term = (path: PathIntent, relation: string | null = null): OrderIntent => ({
    path,
    relation,
    descending: draw.once(2),
    nulls: draw.pick([null, 'first', 'last'] as const),
  })
  const plain = (column: string): PathIntent => ({ column, steps: [], asText: false })
  if (grouped) {
    return select.flatMap((item) =>
      item.kind === 'column' && item.aggregate === null && item.cast === null && item.path.steps.length === 0
        ? [term(item.path)]
        : [],
    )
  }
  if (draw.once(4)) return []
  const terms: OrderIntent[] = []
  for (let n = draw.upTo(2); n > 0; n -= 1) terms.push(drawTerm(asking, table, name, select, term, plain))
  if (draw.once(8)) return terms
  return [...terms, ...table.key.map((column) => term(plain(column)))]
}

function drawTerm(
  { draw, world, who }: Asking,
  table: Table,
  name: string,
  select: readonly SelectIntent[],
  term: (path: PathIntent, relation?: string | null) => OrderIntent,
  plain: (column: string) => PathIntent,
): OrderIntent {
  const embeds = select.flatMap((item) => {
    const way = item.kind === 'embed' ? world.ways.find((each) => isWay(each, name, item)) : undefined
    return item.kind === 'embed' && way?.toOne === true && isOpen(world, way, who) ? [{ item, way }] : []
  })
  if (embeds.length > 0 && draw.once(3)) {
    const { item, way } = draw.pick(embeds)
    return term(plain(draw.pick(sortable(tableOf(world, way.to)))), item.alias)
  }
  const paths = (table.paths ?? []).filter(({ type }) => type !== undefined)
  if (paths.length > 0 && draw.once(2)) {
    const { column, steps } = draw.pick(paths)
    return term({ column, steps: steps.map(stepOf), asText: draw.once(3) })
  }
  return term(plain(draw.pick(sortable(table))))
}

function isWay(way: Way, from: string, item: SelectIntent & { readonly kind: 'embed' }): boolean {
  return way.from === from && way.name === item.relation && (way.hint ?? null) === item.hint
}

export function stepOf(step: string | number): PathIntent['steps'][number] {
  return typeof step === 'string' ? { key: step } : { index: step }
}

/** JSON as a whole has no order that a client could rely on. */
function sortable(table: Table): readonly string[] {
  return Object.entries(table.columns).flatMap(([column, kind]) =>
    kind === 'json' || kind === 'json_blob' ? [] : [column],
  )
}
