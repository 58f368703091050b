import type { SelectIntent } from '../../../src/query/intent.ts'
import type { Kind, Table } from '../oracle/world.ts'
import { type Asking, stepOf } from './question.ts'

/** Casts whose result is the same number or text in SQLite and PostgreSQL. */
const casts: Partial<Record<Kind, readonly string[]>> = {
  text: ['text'],
  integer: ['text', 'int', 'float'],
  boolean: ['text', 'int', 'bool'],
  seconds: ['text'],
  milliseconds: ['text'],
}

/** A column under its own name where it stands alone, else under an alias. */
export function columnItem(asking: Asking, table: Table, grouped: boolean): SelectIntent {
  const { draw } = asking
  const [column, kind] = draw.pick(Object.entries(table.columns))
  const possible = casts[kind]
  return {
    kind: 'column',
    path: { column, steps: [], asText: false },
    alias: asking.fresh(),
    cast: possible !== undefined && !grouped && draw.once(3) ? draw.pick(possible) : null,
    aggregate: null,
  }
}

export function pathItem(asking: Asking, table: Table): SelectIntent {
  const { draw } = asking
  if (table.paths === undefined) return columnItem(asking, table, false)
  const { column, steps, type } = draw.pick(table.paths)
  const asText = draw.once(2)
  const cast = draw.once(3) ? castOf(type) : null
  return {
    kind: 'column',
    path: { column, steps: steps.map(stepOf), asText },
    alias: asking.fresh(),
    cast,
    aggregate: null,
  }
}

function castOf(type: string | undefined): string | null {
  switch (type) {
    case 'number':
      return 'int'
    case 'boolean':
      return 'bool'
    default:
      return null
  }
}

const numeric: readonly Kind[] = ['integer', 'real', 'numeric', 'bigint_blob']
const comparable: readonly Kind[] = ['integer', 'real', 'numeric', 'text', 'seconds', 'milliseconds']
/** Sums over these leave 64 bits. */
const tooLarge: readonly string[] = ['big', 'exact', 'big_bytes', 'ratio', 'count', 'doubled', 'amount_cents']

export function aggregateItem(asking: Asking, table: Table): SelectIntent {
  const { draw } = asking
  const alias = asking.fresh()
  if (draw.once(3)) return { kind: 'count', alias, cast: draw.once(4) ? 'text' : null }
  const name = draw.pick(['count', 'min', 'max', 'sum', 'avg'] as const)
  const columns = Object.entries(table.columns).flatMap(([column, kind]) => {
    if (name === 'count') return [column]
    const kinds = name === 'min' || name === 'max' ? comparable : numeric
    return kinds.includes(kind) && !(tooLarge.includes(column) && kinds === numeric) ? [column] : []
  })
  if (columns.length === 0) return { kind: 'count', alias, cast: null }
  return {
    kind: 'column',
    path: { column: draw.pick(columns), steps: [], asText: false },
    alias,
    cast: null,
    aggregate: { name, cast: null },
  }
}
