import type { NodeIntent, SelectIntent } from '../../src/query/intent.ts'
import { isGrouped } from './oracle/group.ts'
import { type Json, jsonText } from './oracle/value.ts'
import { wayOf } from './oracle/ways.ts'
import { tableOf, type Who, type World } from './oracle/world.ts'

/**
 * Rows in a form in which equal answers are equal texts: where an order does not say which of two rows comes first,
 * they are sorted; sums and means of fractions are rounded, because nothing says in which order they are added up.
 */
export function canonical(
  rows: readonly Json[],
  node: NodeIntent,
  name: string,
  who: Who,
  world: World,
  isRoot = true,
): readonly string[] {
  const texts = rows.map((row) => jsonText(canonicalRow(row, node, name, who, world)))
  return isTotal(node, name, world, isRoot) ? texts : texts.sort()
}

/** Whether the order tells all rows apart. */
export function isTotal(node: NodeIntent, name: string, world: World, isRoot: boolean): boolean {
  const { key } = tableOf(world, name)
  const sorted = node.order.flatMap(({ relation, path }) =>
    relation === null && path.steps.length === 0 ? [path.column] : [],
  )
  if (!isGrouped(node))
    return (isRoot && node.order.length === 0) || key.every((column) => sorted.includes(column))
  return node.select.every(
    (item) =>
      item.kind === 'count' ||
      (item.kind === 'column' &&
        (item.aggregate !== null ||
          (item.path.steps.length === 0 && item.cast === null && sorted.includes(item.path.column)))),
  )
}

function canonicalRow(row: Json, node: NodeIntent, name: string, who: Who, world: World): Json {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return row
  const changed = new Map<string, Json>()
  const members = row as { readonly [name: string]: Json }
  for (const item of node.select)
    for (const [key, value] of canonicalItem(members, item, name, who, world)) changed.set(key, value)
  return Object.fromEntries(Object.entries(members).map(([key, value]) => [key, changed.get(key) ?? value]))
}

function canonicalItem(
  row: { readonly [name: string]: Json },
  item: SelectIntent,
  name: string,
  who: Who,
  world: World,
): readonly (readonly [string, Json])[] {
  if (item.kind === 'column' && (item.aggregate?.name === 'sum' || item.aggregate?.name === 'avg')) {
    const value = row[item.alias ?? item.aggregate.name] ?? null
    return typeof value === 'number' ? [[item.alias ?? item.aggregate.name, rounded(value)]] : []
  }
  if (item.kind !== 'embed') return []
  const way = wayOf(world, name, item, who)
  if (way === null) return []
  const value = row[item.alias ?? item.relation]
  if (!item.spread) {
    if (value === undefined || value === null) return []
    const inner = canonical(Array.isArray(value) ? value : [value], item.node, way.to, who, world, false)
    return [[item.alias ?? item.relation, way.toOne && !Array.isArray(value) ? (inner[0] ?? null) : inner]]
  }
  if (way.toOne || isTotal(item.node, way.to, world, false)) return []
  return item.node.select.flatMap((each) => {
    const list = each.kind === 'column' ? row[each.alias ?? each.path.column] : undefined
    return each.kind === 'column' && Array.isArray(list)
      ? [[each.alias ?? each.path.column, list.map(jsonText).sort()] as const]
      : []
  })
}

function rounded(value: number): number {
  return Number(value.toPrecision(11))
}
