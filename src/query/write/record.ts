import { is, SQL } from 'drizzle-orm'
import type { Verdict } from '../../declare/policy.ts'
import type { Field } from '../../model/field.ts'
import type { Resource } from '../../model/resource.ts'
import type { Node, Ungated } from '../tree.ts'
import { madeCells } from './cells.ts'
import type { Cell, UnguardedWrite } from './tree.ts'

/** What a procedure writes, by field: a value of Drizzle's, or an expression of SQL. */
export type RecordedValues = ReadonlyMap<Field, unknown>

/**
 * A row that a procedure makes. What it does not give is made as for clients.
 * @param hasUser whether there is one whom it can belong to
 */
export function recordInsert(resource: Resource, values: RecordedValues, hasUser: boolean): UnguardedWrite {
  return {
    ...plain(resource),
    kind: 'insert',
    cells: [...recordedCells(values), ...madeCells(resource, new Set(values.keys()), hasUser, 'insert')],
    isList: false,
    outcome: null,
    parents: [],
    conflict: null,
    key: [],
  }
}

/** Rows that a procedure changes. */
export function recordUpdate(resource: Resource, values: RecordedValues, which: Verdict): UnguardedWrite {
  return {
    ...plain(resource),
    ...chosen(which),
    kind: 'update',
    cells: [...recordedCells(values), ...madeCells(resource, new Set(values.keys()), true, 'update')],
    outcome: null,
    parents: [],
  }
}

export function recordDelete(resource: Resource, which: Verdict): UnguardedWrite {
  return { ...plain(resource), ...chosen(which), kind: 'delete' }
}

function plain(resource: Resource) {
  const root: Node<Ungated> = {
    resource,
    row: 0,
    gate: null,
    embeds: [],
    outputs: [],
    where: [],
    order: [],
    limit: null,
    offset: null,
  }
  return { root, reply: null, isSingle: false, session: false, cap: null, match: null, shownVersion: null }
}

function chosen(condition: Verdict) {
  return { touched: null, where: [], condition, key: [] }
}

function recordedCells(values: RecordedValues): readonly Cell[] {
  return [...values].map(([field, value]) => ({
    field,
    from: 'author',
    isSparse: false,
    expression: is(value, SQL) ? value : null,
  }))
}
