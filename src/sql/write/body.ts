import type { Field } from '../../model/field.ts'
import type { Resource } from '../../model/resource.ts'
import type { Gate } from '../../query/tree.ts'
import { defaultExpression } from '../../query/write/cells.ts'
import type { Cell, InsertTree, UpdateTree } from '../../query/write/tree.ts'
import { type Fragment, identifier, literal, parameter, sql } from '../fragment.ts'
import { drizzleFragment } from '../gate.ts'

/** The rows of a list are one parameter, a JSON array of arrays: the text is the same for any number of them. */
export const bodyRows: Fragment = sql`json_each(${parameter({ from: 'rows' })}) as "_b"`
/** The place of a row in the body. */
export const bodyPlace: Fragment = sql`"_b".key`

/** Kinds whose values are bytes, which JSON does not have: they come as hexadecimal digits. */
const bytes = new Set<Field['kind']>(['blob', 'json_blob', 'bigint_blob'])

/** The value of a cell in a statement: of the only row, or of a row of `bodyRows`. */
export function cellValue(tree: InsertTree<Gate> | UpdateTree<Gate>, index: number): Fragment {
  const cell = tree.cells[index]
  if (cell === undefined) throw new RangeError(`no cell ${index}`)
  if (cell.expression !== null) return drizzleFragment(cell.expression)
  if (tree.kind === 'update' || !tree.isList) return parameter({ from: 'cell', index })
  const at = literal(`$[${index}]`)
  const given = bytes.has(cell.field.kind) ? sql`unhex("_b".value ->> ${at})` : sql`"_b".value ->> ${at}`
  const other = cell.isSparse ? defaultExpression(cell.field) : null
  // An empty array stands where a row leaves the field to a default that only the database can work out.
  return other === null
    ? given
    : sql`case json_type("_b".value, ${at}) when 'array' then ${drizzleFragment(other)} else ${given} end`
}

/** The value of a field in the body's row; null of a field that no row gives. */
export function fieldValue(tree: InsertTree<Gate> | UpdateTree<Gate>, field: Field): Fragment | null {
  const index = tree.cells.findIndex((cell: Cell) => cell.field === field)
  return index === -1 ? null : cellValue(tree, index)
}

/** What a row that is there takes on. */
export function assignment({ version }: Resource, field: Field, value: Fragment): Fragment {
  const name = identifier(field.column.name)
  // A version grows, also where two changes share a millisecond.
  return field === version ? sql`${name} = max(${value}, ${name} + 1)` : sql`${name} = ${value}`
}
