import type { NodeIntent } from '../../../src/query/intent.ts'
import { castValue } from './cast.ts'
import { jsonText, pathValue } from './value.ts'
import type { EmbedIntent } from './ways.ts'
import type { Row, Table, Way } from './world.ts'

export interface Embedded {
  readonly intent: EmbedIntent
  readonly way: Way
}

export function isGrouped(node: NodeIntent): boolean {
  return node.select.some(
    (item) => item.kind === 'count' || (item.kind === 'column' && item.aggregate !== null),
  )
}

/** Rows that are one row of the answer: each alone, or all that agree in what stands beside the aggregates. */
export function groupsOf(
  node: NodeIntent,
  table: Table,
  rows: readonly Row[],
  embeds: ReadonlyMap<string, Embedded>,
): readonly (readonly Row[])[] {
  if (!isGrouped(node)) return rows.map((row) => [row])
  const plain = node.select.filter((item) => item.kind === 'column' && item.aggregate === null)
  const near = [...embeds.values()].flatMap(({ intent, way }) =>
    intent.node.select.length > 0 ? way.near : [],
  )
  if (plain.length === 0 && near.length === 0) return [rows]
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const columns = plain.map((item) =>
      item.kind === 'column' ? castValue(pathValue(row, table, item.path), item.cast) : null,
    )
    const keys = near.map(([column]) => String(row[column] ?? null))
    const key = jsonText([...columns, ...keys])
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  return [...groups.values()]
}
