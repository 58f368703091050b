import type { FilterIntent, NodeIntent } from '../../../../src/query/intent.ts'
import type { ConflictIntent, MatchIntent, WriteIntent } from '../../../../src/query/write/intent.ts'
import { type Row, rowsOf, type Table, tableOf, visibleRows } from '../../oracle/world.ts'
import { type Drawn, type Given, mayWrite, type Scene } from '../../oracle/write/before.ts'
import type { State } from '../../oracle/write/draft.ts'
import { everyRow, rulesOf } from '../../oracle/write/rules.ts'
import type { Draw } from '../draw.ts'
import { drawFilter } from '../filter.ts'
import { rawOf } from '../operand.ts'
import { type Asking, drawNode } from '../question.ts'
import { drawCell } from './cell.ts'

/** What all parts of one write share. */
export interface Writing {
  readonly draw: Draw
  readonly scene: Scene
  /** What there was before the transaction. */
  readonly state: State
  readonly asking: Asking
}

type Kind = 'post' | 'upsert' | 'put' | 'patch' | 'delete'
const kinds: readonly Kind[] = [
  'post',
  'upsert',
  'patch',
  'delete',
  'patch',
  'put',
  'patch',
  'upsert',
  'patch',
]

export function drawWrite(draw: Draw, scene: Scene, state: State): Drawn {
  const values: string[] = []
  let named = 0
  const { world, who } = scene
  const asking: Asking = { draw, world, data: state.data, who, values, fresh: () => `x${named++}` }
  const writing: Writing = { draw, scene, state, asking }
  const kind = draw.pick(kinds)
  const names = Object.keys(world.tables)
  // Where there is most to go wrong.
  const resource = draw.pick([
    ...names,
    ...names.filter((name) => rulesOf(scene.rules, name).version !== undefined),
  ])
  const table = tableOf(world, resource)
  const row = drawTarget(writing, resource, kind)
  const isItem = kind === 'put' || (row !== null && (kind === 'patch' || kind === 'delete') && draw.once(3))
  const path = isItem ? keyOf(writing, table, row) : {}
  const key = isItem ? table.key.map((column) => pushRaw(asking, table, column, path)) : null
  const isInsert = kind !== 'patch' && kind !== 'delete'
  const isList = isInsert && kind !== 'put' && draw.once(2)
  const body =
    kind === 'delete' ? { columns: [], rows: [] } : drawBody(writing, resource, isInsert, isList, isItem)
  const used = body.columns.map((_, index) => body.rows.some((cells) => cells[index] !== undefined))
  const kept = <T>(list: readonly T[]) => (isList ? list : list.filter((_, index) => used[index]))
  const columns = kept(body.columns)
  const rows = body.rows.map(kept)
  const intent: WriteIntent = {
    kind: isInsert ? 'insert' : kind === 'patch' ? 'update' : 'delete',
    resource,
    root: drawRoot(writing, resource, isInsert || isItem, row),
    key,
    columns,
    derived: [],
    sparse: columns.filter((_, index) => rows.some((cells) => cells[index] === undefined)),
    isList,
    conflict: drawConflict(writing, resource, kind),
    reply: draw.once(4) ? null : { format: 'json', nullsStripped: draw.once(8) },
    isSingle: draw.once(10),
    cap: !isInsert && draw.once(5) ? values.push(draw.pick(['2', '1', '0', '3'])) - 1 : null,
    match: key === null ? null : drawMatch(writing, resource, kind, row),
  }
  const cells = rows.map((each) => each.map((given) => given?.cell))
  return {
    request: { intent, values, rows: cells, isText: false },
    rows,
    path: kind === 'put' ? path : {},
  }
}

/** Mostly a row that the caller may touch. */
function drawTarget({ draw, state, scene }: Writing, resource: string, kind: Kind): Row | null {
  const { world, who } = scene
  const all = rowsOf(state.data, tableOf(world, resource))
  const { changesFrom, deletes } = rulesOf(scene.rules, resource)
  const judge = who.kind === 'service' ? everyRow : (kind === 'delete' ? deletes : changesFrom)(who)
  const touchable = visibleRows(world, state.data, resource, who).filter(
    (row) => judge?.(row, state.data) ?? false,
  )
  if (all.length === 0) return null
  return draw.pick(touchable.length === 0 || draw.once(4) ? all : touchable)
}

function keyOf({ draw }: Writing, table: Table, row: Row | null): Row {
  const isNew = row === null || draw.once(4)
  return Object.fromEntries(
    table.key.map((column) => [column, isNew ? draw.pick([2n, 5n, 12n, 30n]) : (row[column] ?? null)]),
  )
}

function pushRaw({ values }: Asking, table: Table, column: string, row: Row): number {
  return values.push(rawOf(row[column] ?? null, table.columns[column] ?? 'text')) - 1
}

interface DrawnBody {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (Given | undefined)[])[]
}

function drawBody(
  writing: Writing,
  resource: string,
  isInsert: boolean,
  isList: boolean,
  isItem: boolean,
): DrawnBody {
  const { draw, scene } = writing
  const table = tableOf(scene.world, resource)
  const { notNull, defaults = {}, atCreation = [], version = '' } = rulesOf(scene.rules, resource)
  const isNeeded = (column: string) =>
    isInsert &&
    notNull.includes(column) &&
    ![...Object.keys(defaults), ...atCreation, version].includes(column)
  const columns = Object.keys(table.columns).filter((column) => {
    if (isItem && isInsert && table.key.includes(column)) return false
    if (!mayWrite(scene, resource, column, isInsert ? 'insert' : 'update')) return draw.once(150)
    return isNeeded(column) ? !draw.once(40) : draw.once(3)
  })
  if (draw.once(60)) columns.push(draw.pick(['nowhere', 'withdrawn_at', '__proto__']))
  const count = isList ? draw.pick([2, 1, 3, 0]) : 1
  const isSparse = isList && draw.once(3)
  const rows = Array.from({ length: count }, () =>
    columns.map((column) => (isSparse && draw.once(3) ? undefined : drawCell(writing, resource, column))),
  )
  return { columns, rows }
}

/** What the reply selects, and which rows are chosen. */
function drawRoot(writing: Writing, resource: string, choosesNone: boolean, row: Row | null): NodeIntent {
  const { draw, asking, scene } = writing
  const table = tableOf(scene.world, resource)
  const plain: NodeIntent = { select: [{ kind: 'all' }], where: [], order: [], limit: null, offset: null }
  const node = draw.once(4) ? drawNode(asking, resource, 1, 'root', false) : plain
  if (choosesNone) return { ...node, where: [] }
  if (draw.once(25)) return { ...node, where: [] }
  if (node.where.length > 0 || row === null || draw.once(3))
    return { ...node, where: [...node.where, drawFilter(asking, table, [], 1)] }
  const [column = 'id', kind = 'text'] = draw.pick(
    Object.entries(table.columns).filter(([name]) => table.key.includes(name)),
  )
  const value = asking.values.push(rawOf(row[column] ?? null, kind)) - 1
  const path = { column, steps: [], asText: false }
  const filter: FilterIntent = {
    kind: 'compare',
    path,
    negated: false,
    operator: 'eq',
    quantifier: null,
    value,
  }
  return { ...node, where: [filter] }
}

function drawConflict({ draw, scene }: Writing, resource: string, kind: Kind): ConflictIntent | null {
  if (kind === 'put') return { on: null, action: 'replace' }
  if (kind !== 'upsert') return null
  const { uniques } = rulesOf(scene.rules, resource)
  const table = tableOf(scene.world, resource)
  const on = draw.pick([
    null,
    ...uniques,
    table.key,
    ...(draw.once(15) ? [[draw.pick(Object.keys(table.columns))]] : []),
  ])
  return { on, action: draw.pick(['merge', 'ignore'] as const) }
}

function drawMatch(
  { draw, scene, asking }: Writing,
  resource: string,
  kind: Kind,
  row: Row | null,
): MatchIntent | null {
  if (!draw.once(2)) return null
  if (kind === 'put' && draw.once(3)) return { kind: 'absent' }
  if (draw.once(4)) return { kind: 'present' }
  const { version } = rulesOf(scene.rules, resource)
  if (version === undefined && !draw.once(20)) return null
  const current = Number(row?.[version ?? ''] ?? 0)
  const versions = draw.pick([[current], [current - 1], [current - 1, current]])
  return { kind: 'version', versions: asking.values.push(JSON.stringify(versions)) - 1 }
}
