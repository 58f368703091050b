import type { Field } from '../../model/field.ts'
import { rowAlias } from '../../model/scope.ts'
import type { Gate, Node } from '../../query/tree.ts'
import { isKnown as isCellKnown } from '../../query/write/cells.ts'
import type { Conflict, InsertTree } from '../../query/write/tree.ts'
import { column } from '../expression.ts'
import { type Fragment, identifier, join, sql } from '../fragment.ts'
import { source } from '../rows.ts'
import { type Tie, untied } from '../tie.ts'
import { assignment, bodyPlace, bodyRows, cellValue, fieldValue } from './body.ts'
import type { Demand } from './failure.ts'
import { howManyNew, isTouched, touch, touchedTable, touchedTie, touchMore } from './touched.ts'

/** How a kind of write goes about its rows. */
export interface Steps {
  /** What is remembered of the rows before they are written. */
  readonly before: readonly Fragment[]
  readonly write: Fragment
  /** What is remembered of them afterwards. */
  readonly after: readonly Fragment[]
  /** The rows that were written, as the source of an answer. */
  readonly written: Tie
  /** Those of them that were not there before. */
  readonly new: Tie
  /** Rows that are new, and rows that were there: each is judged by another policy. */
  readonly made: (row: number) => readonly Fragment[]
  readonly changed: ((row: number) => readonly Fragment[]) | null
  readonly usesTouched: boolean
  /** Whether the keys of new rows are known before they are written. */
  readonly isKnown: boolean
}

/**
 * Rows whose keys the body or the Worker knows are found by these again; where the database gives the keys, or a row
 * may have been there already, the rows are remembered.
 */
export function insertSteps(tree: InsertTree<Gate>): Steps {
  const { resource, row } = tree.root
  const isKnown = resource.key.every((key) =>
    tree.cells.some((cell) => cell.field === key && isCellKnown(cell)),
  )
  if (tree.conflict === null && isKnown) {
    const tie = bodyTie(tree, equalKeys(tree, resource.key))
    return {
      before: [],
      write: insert(tree),
      after: [],
      written: tie,
      new: tie,
      made: () => tie.conditions,
      changed: null,
      usesTouched: false,
      isKnown,
    }
  }
  const { conflict } = tree
  const isMerged = conflict !== null && conflict.action !== 'ignore'
  const assigned = isKnown ? [] : [touchMore(rowsAbove(tree, isMerged ? conflict.on : []))]
  const highest = isKnown ? [] : [touch(highestRow(tree))]
  const found = isMerged ? conflict.on : resource.key
  const existing = conflict === null ? [] : [touch(rowsOfBody(tree, found, sql`true`))]
  const joined = conflict === null ? [] : [touchMore(rowsOfBody(tree, found, sql`false`))]
  // A row whose unique field is NULL is found by its key alone; where the database gives keys, some rows may bring their own.
  const isFound = conflict !== null && found === resource.key
  const hasKeys = resource.key.every((field) => fieldValue(tree, field) !== null)
  const keyed = rowsOfBody(tree, resource.key, sql`false`, isMerged ? lacking(tree, conflict.on) : [])
  const byKey = isFound || !hasKeys ? [] : [touchMore(keyed)]
  return {
    before: [...existing, ...highest],
    write: insert(tree),
    after: [...joined, ...byKey, ...assigned],
    written: touchedTie(row, isMerged ? undefined : false),
    new: touchedTie(row, false),
    made: (alias) => [isTouched(alias, false)],
    changed: isMerged ? (alias) => [isTouched(alias, true)] : null,
    usesTouched: true,
    isKnown,
  }
}

function insert(tree: InsertTree<Gate>): Fragment {
  const { resource } = tree.root
  const table = identifier(resource.tableName)
  const conflict = tree.conflict === null ? sql`` : onConflict(tree, tree.conflict)
  // Nothing is given, so nothing can be there already but what a default makes: that is an error.
  if (tree.cells.length === 0) return sql`insert into ${table} default values`
  const names = join(
    tree.cells.map(({ field }) => identifier(field.column.name)),
    ', ',
  )
  const values = join(
    tree.cells.map((_, index) => cellValue(tree, index)),
    ', ',
  )
  // Without WHERE, SQLite takes the ON of ON CONFLICT for that of a join.
  const rows = tree.isList
    ? sql`select ${values} from ${bodyRows} where true order by ${bodyPlace}`
    : sql`select ${values} where true`
  return sql`insert into ${table}(${names}) ${rows}${conflict}`
}

function onConflict(tree: InsertTree<Gate>, { on, action, set }: Conflict<Gate>): Fragment {
  const target = join(
    on.map((field) => identifier(field.column.name)),
    ', ',
  )
  if (action === 'ignore' || set.length === 0) return sql` on conflict(${target}) do nothing`
  const assignments = set.map((field) =>
    assignment(tree.root.resource, field, sql`excluded.${identifier(field.column.name)}`),
  )
  return sql` on conflict(${target}) do update set ${join(assignments, ', ')}`
}

/** Rows of the table that are equal to rows of the body in these fields. */
function rowsOfBody(
  tree: InsertTree<Gate>,
  fields: readonly Field[],
  existed: Fragment,
  among: readonly Fragment[] = [],
): Fragment {
  const { resource, row } = tree.root
  const table = sql`${identifier(resource.tableName)} as ${identifier(rowAlias(row))}`
  const { before, conditions, order } = bodyTie(tree, [...equalKeys(tree, fields), ...among])
  const all = conditions.length === 0 ? sql`false` : join(conditions, ' and ')
  return sql`select ${identifier(rowAlias(row))}.rowid, ${existed}, min(${order ?? sql`0`}) from ${before}${table} where ${all} group by 1`
}

/**
 * Rows of the body that are equal to none in these fields, since NULL equals nothing. One that was merged may bring
 * the key of a third row, which was there before and stays as it is.
 */
function lacking(tree: InsertTree<Gate>, fields: readonly Field[]): readonly Fragment[] {
  const values = fields.map((field) => fieldValue(tree, field))
  const isAbsent = values.flatMap((value) => (value === null ? [] : [sql`${value} is null`]))
  return isAbsent.length === 0 || isAbsent.length < values.length ? [] : [sql`(${join(isAbsent, ' or ')})`]
}

/** A field without a cell is NULL, or made by the database for a row that is new (`conflictFields`): it equals nothing. */
function equalKeys(tree: InsertTree<Gate>, fields: readonly Field[]): readonly Fragment[] {
  const values = fields.map((field) => [field, fieldValue(tree, field)] as const)
  return values.flatMap(([field, value]) =>
    value === null ? [sql`false`] : [sql`${column(tree.root.row, field)} = ${value}`],
  )
}

function bodyTie(tree: InsertTree<Gate>, conditions: readonly Fragment[]): Tie {
  return tree.isList
    ? { ...untied, before: sql`${bodyRows} cross join `, conditions, order: bodyPlace, isWhole: true }
    : { ...untied, conditions, isWhole: true }
}

/** The lowest rowid there is, which no body may bring, stands for no row: beside it lies the first one that is free. */
const leastRow: Fragment = sql`(1 << 63)`

/** A row that is not found again would not be judged: then nothing is written. An upsert may find fewer than it brings. */
export function unseenDemand(tree: InsertTree<Gate>): readonly Demand[] {
  if (tree.conflict !== null) return []
  const brought = tree.isList ? sql`(select count(*) from ${bodyRows})` : sql`1`
  return [{ failsWhen: sql`${howManyNew} <> ${brought}`, code: 'unseen' }]
}

/** The database numbers new rows upwards: what is above the highest one was made by this write. */
function highestRow(tree: InsertTree<Gate>): Fragment {
  const table = identifier(tree.root.resource.tableName)
  return sql`select ${leastRow}, true, ifnull(max(rowid) + 1, ${leastRow}) from ${table}`
}

/** Rows that the database numbered, in the order in which the body has those that bring no key. */
function rowsAbove(tree: InsertTree<Gate>, on: readonly Field[]): Fragment {
  const { resource } = tree.root
  const table = identifier(resource.tableName)
  const first = sql`(select "place" from ${touchedTable} where "row" = ${leastRow})`
  const above = sql`select rowid as "row", row_number() over (order by rowid) as "n" from ${table} where rowid >= ${first} and rowid not in (select "row" from ${touchedTable})`
  if (!tree.isList) return sql`select "row", false, 0 from (${above})`
  const isNew = [sql`true`, ...lacking(tree, resource.key), ...lacking(tree, on)]
  const places = sql`select ${bodyPlace} as "place", row_number() over (order by ${bodyPlace}) as "n" from ${bodyRows} where ${join(isNew, ' and ')}`
  return sql`select "row", false, ifnull("place", 0) from (${above}) left join (${places}) using ("n")`
}

/** The key of rows that were written, as a JSON array. */
export function keyOfRows(root: Node<Gate>, written: Tie): Fragment {
  const key = join(
    root.resource.key.map((field) => column(root.row, field)),
    ', ',
  )
  return sql`select json_array(${key}) ${source({ ...root, outputs: [] }, written)}`
}
