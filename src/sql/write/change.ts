import { integerValue, textValue } from '../../base/statement.ts'
import type { Resource } from '../../model/resource.ts'
import { requestInstant } from '../../model/rule/life.ts'
import { rowAlias } from '../../model/scope.ts'
import type { Gate, Node } from '../../query/tree.ts'
import { defaultExpression } from '../../query/write/cells.ts'
import type { DeleteTree, GuardedWrite, Match, UpdateTree } from '../../query/write/tree.ts'
import { column } from '../expression.ts'
import { type Fragment, identifier, join, parameter, sql, wholeNumber } from '../fragment.ts'
import { drizzleFragment, verdictCondition } from '../gate.ts'
import { keyConditions } from '../read.ts'
import { source } from '../rows.ts'
import { untied } from '../tie.ts'
import { assignment, cellValue } from './body.ts'
import type { Demand } from './failure.ts'
import { howManyTouched, isTouched, touch, touchedTie } from './touched.ts'

/** Remembers which rows are meant. */
export function chosenRows(tree: UpdateTree<Gate> | DeleteTree<Gate>, most: number | null): Fragment {
  const bound = most === null ? sql`` : sql` limit ${wholeNumber(most + 1)}`
  return touch(sql`select ${identifier(rowAlias(tree.root.row))}.rowid, true, 0 ${chosen(tree)}${bound}`)
}

/** The rows that are meant, of a table that is written under its own name. */
export function chosenOfTable(tree: UpdateTree<Gate> | DeleteTree<Gate>): Fragment {
  return sql`rowid in (select ${identifier(rowAlias(tree.root.row))}.rowid ${chosen(tree)})`
}

/** Of the rows that the caller may read and touch, the ones that the filters choose. */
function chosen(tree: UpdateTree<Gate> | DeleteTree<Gate>): Fragment {
  const { row } = tree.root
  // The filters are the client's; what the reply's `select` demands of its rows chooses none to be written.
  const node: Node<Gate> = { ...tree.root, gate: tree.touched, where: tree.where, outputs: [], order: [] }
  return source(node, {
    ...untied,
    conditions: [
      ...keyConditions(row, tree.key),
      ...verdictCondition(tree.root.resource, row, tree.condition),
    ],
  })
}

/** How many rows the client lets it touch at the most. */
export function capDemand({ cap }: GuardedWrite): readonly Demand[] {
  if (cap === null) return []
  const most = parameter({ from: 'value', slot: cap, decode: integerValue })
  return [{ failsWhen: sql`${howManyTouched} > ${most}`, code: 'cap' }]
}

/** An item that is not there is no list without rows. */
export function itemDemand(tree: UpdateTree<Gate> | DeleteTree<Gate>): readonly Demand[] {
  return tree.key.length === 0 ? [] : [{ failsWhen: sql`${howManyTouched} = 0`, code: 'absent' }]
}

/** What the item must be that the client means; it is touched if it is there. */
export function matchDemand({ match, root }: GuardedWrite): readonly Demand[] {
  if (match === null) return []
  const item = sql`${identifier(root.resource.tableName)} as ${identifier(rowAlias(root.row))} where ${isTouched(root.row, true)}`
  if (match.kind === 'absent') return [{ failsWhen: sql`exists (select 1 from ${item})`, code: 'match' }]
  const versions = match.kind === 'present' ? sql`` : sql` and ${ofVersion(root, match)}`
  return [{ failsWhen: sql`not exists (select 1 from ${item}${versions})`, code: 'match' }]
}

function ofVersion(root: Node<Gate>, { field, versions }: Match & { kind: 'version' }): Fragment {
  const known = parameter({ from: 'value', slot: versions, decode: textValue })
  return sql`${column(root.row, field)} in (select value from json_each(${known}))`
}

export function update(tree: UpdateTree<Gate>, rows: Fragment): Fragment {
  const { resource } = tree.root
  const given = tree.cells.map(({ field, isSparse }, index) => {
    // What the only row leaves out is left to its default, which may be the database's.
    const other = isSparse ? defaultExpression(field) : null
    return assignment(resource, field, other === null ? cellValue(tree, index) : drizzleFragment(other))
  })
  // What says nothing changes nothing, and is an UPDATE all the same.
  const kept = resource.key.map(({ column: { name } }) => sql`${identifier(name)} = ${identifier(name)}`)
  return updateRows(resource, rows, given.length === 0 ? kept : given)
}

/** Rows with a soft delete stay, and say when they were deleted. */
export function remove({ root: { resource } }: DeleteTree<Gate>, rows: Fragment): Fragment {
  const { life, version, tableName } = resource
  if (life.deleted === null) return sql`delete from ${identifier(tableName)} where ${rows}`
  const changed = version === null ? [life.deleted] : [life.deleted, version]
  return updateRows(
    resource,
    rows,
    changed.map((field) => assignment(resource, field, drizzleFragment(requestInstant(field)))),
  )
}

function updateRows({ tableName }: Resource, rows: Fragment, assignments: readonly Fragment[]): Fragment {
  return sql`update ${identifier(tableName)} set ${join(assignments, ', ')} where ${rows}`
}

export function changedRows(tree: UpdateTree<Gate> | DeleteTree<Gate>) {
  return touchedTie(tree.root.row)
}
