import { is, SQL } from 'drizzle-orm'
import { toValue } from '../../model/expression.ts'
import type { Field } from '../../model/field.ts'
import { rowAlias } from '../../model/scope.ts'
import type { Gate } from '../../query/tree.ts'
import type { InsertTree, UpdateTree } from '../../query/write/tree.ts'
import { column } from '../expression.ts'
import { type Fragment, identifier, join, parameter, sql } from '../fragment.ts'
import { behind, drizzleFragment, gateCondition } from '../gate.ts'
import { bodyRows, fieldValue } from './body.ts'
import type { Demand } from './failure.ts'
import { isOrphan, keyName } from './outcome.ts'
import { isTouched } from './touched.ts'

/**
 * A row is judged when it is written, and one that clashes with another never is: so whoever may not write it would
 * learn whether there is one like it, which may be hidden; and so would who refers to a hidden row. PostgreSQL asks the
 * policy before its constraints. Here what would clash is judged as the body has it.
 */
export function clashDemand(tree: InsertTree<Gate> | UpdateTree<Gate>): readonly Demand[] {
  const { resource, row } = tree.root
  const clashes = clashing(tree).map((fields) => isTaken(tree, fields))
  if (clashes.length === 0) return []
  const isAny = (condition: Fragment) => {
    const rows = sql`(${proposed(tree)}) as ${identifier(rowAlias(row))}`
    return sql`exists (select 1 from ${rows} where ${behind([sql`(${join(clashes, ' or ')})`], condition)})`
  }
  const policy = gateCondition(resource, row, tree.outcome)
  const refused: Demand = { failsWhen: isAny(sql`(${join(policy, ' and ')}) is not true`), code: 'policy' }
  // Of a parent that anyone may see nobody learns anything.
  const hideable = tree.parents.filter(({ gate }) => gate.verdict !== true)
  const orphaned = hideable.map((parent): Demand => {
    const failsWhen = isAny(join(isOrphan(tree.root, parent), ' and '))
    return { failsWhen, code: 'parent', about: keyName(parent) }
  })
  return policy.length === 0 ? orphaned : [refused, ...orphaned]
}

/** Unique fields of which the body gives a part. Where rows are merged, those that find the row are no clash. */
function clashing(tree: InsertTree<Gate> | UpdateTree<Gate>): readonly (readonly Field[])[] {
  const given = new Set(tree.cells.filter(({ from }) => from === 'body').map(({ field }) => field))
  const conflict = tree.kind === 'insert' ? tree.conflict : null
  const found = conflict === null || conflict.action === 'ignore' ? null : new Set(conflict.on)
  return [tree.root.resource.key, ...tree.root.resource.uniques].filter(
    (fields) =>
      fields.some((field) => given.has(field)) &&
      !(found !== null && found.size === fields.length && fields.every((field) => found.has(field))),
  )
}

function isTaken({ root, kind }: InsertTree<Gate> | UpdateTree<Gate>, fields: readonly Field[]): Fragment {
  const equal = fields.map((field) => sql`"_u".${identifier(field.column.name)} = ${column(root.row, field)}`)
  const other = sql`"_u".rowid <> ${identifier(rowAlias(root.row))}."_row"`
  const conditions = kind === 'update' ? [...equal, other] : equal
  return sql`exists (select 1 from ${identifier(root.resource.tableName)} as "_u" where ${join(conditions, ' and ')})`
}

/** Rows as they are to become. */
function proposed(tree: InsertTree<Gate> | UpdateTree<Gate>): Fragment {
  const { resource, row } = tree.root
  const values = [...resource.fields.values()].map((field) => {
    const kept = tree.kind === 'update' ? column(row, field) : defaultValue(field)
    return sql`${fieldValue(tree, field) ?? kept} as ${identifier(field.column.name)}`
  })
  if (tree.kind === 'insert')
    return tree.isList
      ? sql`select ${join(values, ', ')} from ${bodyRows}`
      : sql`select ${join(values, ', ')}`
  const alias = identifier(rowAlias(row))
  const table = sql`${identifier(resource.tableName)} as ${alias}`
  return sql`select ${alias}.rowid as "_row", ${join(values, ', ')} from ${table} where ${isTouched(row)}`
}

/** What the table has for a field that is left out. */
function defaultValue({ column: of }: Field): Fragment {
  const value: unknown = of.default
  if (is(value, SQL)) return drizzleFragment(value)
  if (value === undefined || value === null) return sql`null`
  return parameter({ from: 'constant', value: toValue(of.mapToDriverValue(value)) })
}
