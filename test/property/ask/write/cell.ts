import { type Kind, type Row, rowsOf, type Stored, tableOf } from '../../oracle/world.ts'
import type { Given } from '../../oracle/write/before.ts'
import { type ForeignKey, rulesOf } from '../../oracle/write/rules.ts'
import type { Writing } from './write.ts'

/** A value for a column: mostly one that it can have, and often one that is there already. */
export function drawCell(writing: Writing, name: string, column: string): Given {
  const { draw, scene, state } = writing
  const table = tableOf(scene.world, name)
  const kind = table.columns[column] ?? 'text'
  const isNeeded = rulesOf(scene.rules, name).notNull.includes(column)
  if (draw.once(isNeeded ? 80 : 8)) return { cell: null, stored: null, code: null }
  // Any document is JSON.
  if (kind !== 'json' && draw.once(150)) return { cell: {}, stored: null, code: '22P02' }
  const key = rulesOf(scene.rules, name).parents.find((each) => each.column === column)
  const there = rowsOf(state.data, table).flatMap((row) => row[column] ?? [])
  if (key !== undefined) return given(draw.pick([...parentIds(writing, key), 99n]), kind)
  if (column === rulesOf(scene.rules, name).owner)
    return given(draw.pick(['reader-1', 'librarian-1', 'ghost-1']), kind)
  if (there.length > 0 && draw.once(3)) return given(draw.pick(there), kind)
  return given(draw.pick(table.key.includes(column) ? ids : samples(kind, scene.nowMilliseconds)), kind)
}

/** A stored value as a client writes it. */
function given(stored: Stored, kind: Kind): Given {
  return { cell: cellOf(stored, kind), stored, code: null }
}

function cellOf(stored: Stored, kind: Kind): unknown {
  switch (kind) {
    case 'boolean':
      return stored === 1n
    case 'seconds':
      return new Date(Number(stored) * 1000).toISOString()
    case 'milliseconds':
      return new Date(Number(stored)).toISOString()
    case 'json':
      return JSON.parse(String(stored))
    default:
      return typeof stored === 'bigint' ? Number(stored) : stored
  }
}

function parentIds({ state, scene }: Writing, { to }: ForeignKey): readonly Stored[] {
  return rowsOf(state.data, tableOf(scene.world, to)).map((row: Row) => row.id ?? null)
}

const ids: readonly Stored[] = [1n, 2n, 5n, 8n, 11n, 12n, 13n, 20n, 31n, -3n]

function samples(kind: Kind, nowMilliseconds: number): readonly Stored[] {
  const now = BigInt(Math.floor(nowMilliseconds / 1000))
  switch (kind) {
    case 'boolean':
      return [0n, 1n]
    case 'seconds':
      return [now + 1_000n, now + 1n, now, now - 1n]
    case 'milliseconds':
      return [BigInt(nowMilliseconds), BigInt(nowMilliseconds) + 5n, 1_000n]
    case 'real':
      return [3, 0.5, 7.5, 11, 0]
    case 'integer':
      return [1n, 0n, 2n, 3n, 6n, -1n]
    case 'json':
      return ['{"pages":7}', '[]', '{"tags":["z"],"out":false}', '"text"']
    default:
      return ['a', 'b', 'c1', 'a longer text than others', '']
  }
}
