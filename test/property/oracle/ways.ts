import type { SelectIntent } from '../../../src/query/intent.ts'
import {
  type Data,
  type Row,
  seesField,
  tableOf,
  visibleRows,
  type Way,
  type Who,
  type World,
} from './world.ts'

export type EmbedIntent = SelectIntent & { readonly kind: 'embed' }

/** The way that an embed names; null when there is none for who asks. */
export function wayOf(world: World, from: string, embed: EmbedIntent, who: Who): Way | null {
  const found = world.ways.find(
    (way) => way.from === from && way.name === embed.relation && (way.hint ?? null) === embed.hint,
  )
  return found !== undefined && isOpen(world, found, who) ? found : null
}

/** A way tells the values of its key columns: all of them and all of its tables must be there for who asks. */
export function isOpen(world: World, way: Way, who: Who): boolean {
  const stops = [way.to, ...(way.through === undefined ? [] : [way.through.table])]
  const middle = way.through?.table ?? way.to
  const ends = [
    ...way.near.flatMap(([a, b]): [string, string][] => [
      [way.from, a],
      [middle, b],
    ]),
    ...(way.through?.far ?? []).flatMap(([a, b]): [string, string][] => [
      [middle, a],
      [way.to, b],
    ]),
  ]
  return (
    stops.every((name) => who.kind === 'service' || (tableOf(world, name).exists?.(who) ?? true)) &&
    ends.every(([name, column]) => seesField(tableOf(world, name), column, who))
  )
}

/** The rows at the far end that someone may see, each hop being one that they may see too. */
export function relatedRows(world: World, data: Data, way: Way, row: Row, who: Who): readonly Row[] {
  const far = visibleRows(world, data, way.to, who)
  const { through } = way
  if (through === undefined) return far.filter((other) => isTied(row, other, way.near))
  const middle = visibleRows(world, data, through.table, who).filter((hop) => isTied(row, hop, way.near))
  return far.filter((other) => middle.some((hop) => isTied(hop, other, through.far)))
}

function isTied(a: Row, b: Row, pairs: Way['near']): boolean {
  return pairs.every(([from, to]) => (a[from] ?? null) !== null && a[from] === b[to])
}
