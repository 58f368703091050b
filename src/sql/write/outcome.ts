import { rowAlias } from '../../model/scope.ts'
import type { Gate, Node } from '../../query/tree.ts'
import type { Conflict, GuardedWrite, Parent } from '../../query/write/tree.ts'
import { column } from '../expression.ts'
import { type Fragment, identifier, join, sql } from '../fragment.ts'
import { gateCondition } from '../gate.ts'
import { source } from '../rows.ts'
import type { Tie } from '../tie.ts'
import type { Demand } from './failure.ts'

/** Conditions for some rows of the root's table, wherever they are looked at. */
export type Rows = { readonly before: Fragment; readonly conditions: readonly Fragment[] }

/** Rows for which the gate does not hold, or is not known to. */
export function policyDemand(root: Node<Gate>, gate: Gate, rows: Rows): readonly Demand[] {
  return refusedBy(root, gate, rows).map((failsWhen) => ({ failsWhen, code: 'policy' }))
}

/**
 * A row that is deleted or expired is not brought back by an upsert, and its unique values stay taken. Asked after the
 * policies, so that it tells of no row that would be hidden anyway.
 */
export function aliveDemand(root: Node<Gate>, { alive, on }: Conflict<Gate>, rows: Rows): readonly Demand[] {
  const about = on.map(({ column: { name } }) => `${root.resource.tableName}.${name}`).join(', ')
  return refusedBy(root, alive, rows).map((failsWhen) => ({ failsWhen, code: 'duplicate', about }))
}

/** What rows refer to must be there for the caller: a hidden row is as none, so that nobody finds out by writing. */
export function parentDemands(
  root: Node<Gate>,
  parents: readonly Parent<Gate>[],
  rows: Rows,
): readonly Demand[] {
  return parents.map((parent) => ({
    failsWhen: exists(root, rows, isOrphan(root, parent)),
    code: 'parent',
    about: keyName(parent),
  }))
}

/** Conditions for a row whose parent is not there for the caller. */
export function isOrphan(root: Node<Gate>, { relation, row, gate }: Parent<Gate>): readonly Fragment[] {
  const isSet = relation.pairs.map(({ from }) => sql`${column(root.row, from)} is not null`)
  const equal = relation.pairs.map(({ from, to }) => sql`${column(row, to)} = ${column(root.row, from)}`)
  const visible = [...equal, ...gateCondition(relation.to, row, gate)]
  const table = sql`${identifier(relation.to.tableName)} as ${identifier(rowAlias(row))}`
  return [...isSet, sql`not exists (select 1 from ${table} where ${join(visible, ' and ')})`]
}

/** The foreign key that an error is about. */
export function keyName({ relation }: Parent<Gate>): string {
  return relation.constraints[0] ?? relation.to.name
}

function refusedBy(root: Node<Gate>, gate: Gate, rows: Rows): readonly Fragment[] {
  const conditions = gateCondition(root.resource, root.row, gate)
  if (conditions.length === 0) return []
  return [exists(root, rows, [sql`(${join(conditions, ' and ')}) is not true`])]
}

function exists(root: Node<Gate>, rows: Rows, conditions: readonly Fragment[]): Fragment {
  const table = sql`${identifier(root.resource.tableName)} as ${identifier(rowAlias(root.row))}`
  return sql`exists (select 1 from ${rows.before}${table} where ${join([...rows.conditions, ...conditions], ' and ')})`
}

/** Where there must be one row. */
export function singleDemand({ root, isSingle }: GuardedWrite, written: Tie): readonly Demand[] {
  if (!isSingle) return []
  return [
    { failsWhen: sql`(select count(*) ${source({ ...root, outputs: [] }, written)}) <> 1`, code: 'single' },
  ]
}
