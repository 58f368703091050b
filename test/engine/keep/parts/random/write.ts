import type { Draw } from '../../../../property/ask/draw.ts'

type Row = Readonly<Record<string, unknown>>

/** A request that writes. */
export interface Write {
  readonly path: string
  readonly method: string
  readonly body?: unknown
  readonly headers: Readonly<Record<string, string>>
}

/** So few that writes and reads meet. */
export const id = (draw: Draw): number => 1 + draw.upTo(2)
export const word = (draw: Draw): string => draw.pick(['a', 'b', 'A'])
export const person = (draw: Draw): string => draw.pick(['ann', 'bob'])
const orNull = <T>(draw: Draw, value: T): T | null => (draw.once(4) ? null : value)
const n = (draw: Draw): number => draw.upTo(2)

interface Table {
  readonly key: readonly string[]
  /** What refers to others. */
  readonly refers: readonly string[]
  /** What is unique besides the key. */
  readonly unique?: string
  row(draw: Draw): Row
}

/** By name, what is written to it. */
export const tables = {
  people: { key: ['id'], refers: [], row: (draw) => ({ id: draw.pick(['ann', 'bob', 'eve']), n: n(draw) }) },
  nodes: {
    ...{ key: ['id'], refers: ['up'], unique: 'slug' },
    row: (draw) => ({ id: id(draw), up: orNull(draw, id(draw)), slug: orNull(draw, word(draw)), n: n(draw) }),
  },
  places: {
    ...{ key: ['row', 'col'], refers: [] },
    row: (draw) => ({ row: word(draw), col: id(draw), n: n(draw) }),
  },
  seats: {
    ...{ key: ['id'], refers: ['row', 'col', 'node'], unique: 'tag' },
    row: (draw) => ({
      ...{ id: word(draw), row: orNull(draw, word(draw)), col: orNull(draw, id(draw)) },
      ...{ tag: orNull(draw, word(draw)), node: orNull(draw, id(draw)), n: n(draw) },
    }),
  },
  notes: {
    ...{ key: ['id'], refers: ['owner', 'node'] },
    row: (draw) => ({
      ...{ id: id(draw), owner: orNull(draw, person(draw)), node: orNull(draw, id(draw)) },
      ...{ open: draw.upTo(1), n: n(draw) },
    }),
  },
  drafts: {
    ...{ key: ['id'], refers: ['owner'] },
    row: (draw) => ({ id: id(draw), owner: person(draw), n: n(draw) }),
  },
  links: {
    ...{ key: ['node', 'note'], refers: ['node', 'note'] },
    row: (draw) => ({ node: id(draw), note: id(draw), n: n(draw) }),
  },
  tickets: {
    ...{ key: ['id'], refers: ['holder'] },
    row: (draw) => ({ id: id(draw), label: draw.pick(['ann', 'ANN', 'bob', 'Bob']), n: n(draw) }),
  },
} as const satisfies Record<string, Table>

export type TableName = keyof typeof tables
export const tableNames = Object.keys(tables).filter((name): name is TableName => name in tables)

/** Which belong together: what refers to the first one follows its rows. */
export const families: readonly (readonly TableName[])[] = [
  ['people', 'notes'],
  ['people', 'drafts'],
  ['people', 'tickets'],
  ['nodes'],
  ['nodes', 'seats'],
  ['places', 'seats'],
  ['nodes', 'links'],
  ['notes', 'links'],
  ['nodes', 'notes'],
]

/** By name, the tables that they are about. */
const procedures: readonly (readonly [string, readonly TableName[]])[] = [
  ['bump', ['nodes', 'seats']],
  ['move', ['places', 'seats']],
  ['renumber', ['tickets']],
  ['purge', ['people', 'drafts']],
  ['follow', ['nodes', 'notes', 'links']],
]

/** @param about tables */
export function drawWrite(draw: Draw, about: readonly TableName[]): Write {
  const given: Record<string, string> = {}
  const prefer: string[] = []
  // All of it is undone in the end.
  if (draw.once(6)) prefer.push('tx=rollback')
  else if (draw.once(8)) given['idempotency-key'] = `key-${draw.upTo(999_999)}-0123456789`
  if (draw.once(3)) prefer.push('return=representation')
  const { headers, ...asked } = drawn(draw, about)
  prefer.push(...(headers.prefer === undefined ? [] : [headers.prefer]))
  return { ...asked, headers: { ...given, ...(prefer.length > 0 && { prefer: prefer.join(', ') }) } }
}

function drawn(draw: Draw, about: readonly TableName[]): Write {
  const headers = {}
  const known = procedures.filter(([, touched]) => touched.some((name) => about.includes(name)))
  if (draw.once(5)) return { path: `rpc/${draw.pick(known)[0]}`, method: 'POST', body: {}, headers }
  if (about.includes('nodes') && draw.once(20))
    return { path: 'nodes', method: 'POST', body: many(id(draw)), headers }
  if (!draw.once(6)) return single(draw, draw.pick(about))
  const body = Array.from({ length: 2 + draw.upTo(1) }, () => {
    const { path, method, body: row } = plain(draw, draw.pick(about))
    return { path: `/${path}`, method, ...(row !== undefined && { body: row }) }
  })
  return { path: '', method: 'POST', body, headers }
}

/** More than are told of at once. */
function many(up: number): readonly Row[] {
  return Array.from({ length: 210 }, () => ({ up, n: 2 }))
}

/** What may stand alone only. */
function single(draw: Draw, name: TableName): Write {
  const table: Table = tables[name]
  const rows = Array.from({ length: 1 + draw.upTo(2) }, () => table.row(draw))
  switch (draw.upTo(7)) {
    case 0: {
      const row = table.row(draw)
      return { path: `${name}/${keyOf(table, row)}`, method: 'PUT', body: row, headers: {} }
    }
    case 1:
    case 2: {
      const { unique } = table
      const prefer = `resolution=${draw.pick(['merge', 'ignore'])}-duplicates`
      if (unique === undefined || draw.once(2))
        return { path: name, method: 'POST', body: rows, headers: { prefer } }
      // A key that is a text has to be given.
      const body = name === 'nodes' ? rows.map((row) => without(row, table.key)) : rows
      return { path: `${name}?on_conflict=${unique}`, method: 'POST', body, headers: { prefer } }
    }
    default:
      return plain(draw, name)
  }
}

function plain(draw: Draw, name: TableName): Write {
  const table: Table = tables[name]
  const row = table.row(draw)
  const item = `${name}/${keyOf(table, row)}`
  const chosen = draw.pick([
    () => 'n=eq.1',
    () => `n=eq.${n(draw)}`,
    () => {
      const field = draw.pick([...table.refers, ...table.key])
      const value = field in row ? row[field] : person(draw)
      return value === null ? `${field}=is.null` : `${field}=eq.${encode(value)}`
    },
  ])
  const path = draw.once(2) ? item : `${name}?${chosen()}`
  switch (draw.upTo(6)) {
    case 0:
    case 1:
      return { path, method: 'DELETE', headers: {} }
    case 2:
    case 3:
      return { path: name, method: 'POST', body: draw.once(3) ? [row, table.row(draw)] : row, headers: {} }
    default:
      return { path, method: 'PATCH', body: some(draw, without(table.row(draw), table.key)), headers: {} }
  }
}

const encode = (value: unknown): string => encodeURIComponent(String(value))

/** As it stands in a path. */
function keyOf({ key }: Table, row: Row): string {
  return key.map((field) => encode(row[field])).join(',')
}

function without(row: Row, fields: readonly string[]): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !fields.includes(name)))
}

/** One of them at least. */
function some(draw: Draw, row: Row): Row {
  const names = Object.keys(row)
  const one = draw.pick(names)
  return Object.fromEntries(Object.entries(row).filter(([name]) => name === one || draw.once(3)))
}
