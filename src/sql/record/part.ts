import { getTableName } from 'drizzle-orm'
import { nullValue } from '../../base/statement.ts'
import { hiddenPart, schemePart } from '../../base/versions.ts'
import type { Verdict } from '../../declare/policy.ts'
import { parts, versions } from '../../ledger/tables.ts'
import type { Field } from '../../model/field.ts'
import type { Resource } from '../../model/resource.ts'
import type { Gate } from '../../query/tree.ts'
import type { DeleteTree, InsertTree, UpdateTree } from '../../query/write/tree.ts'
import { column } from '../expression.ts'
import { type Binding, type Fragment, identifier, join, literal, sql } from '../fragment.ts'
import { verdictCondition } from '../gate.ts'
import type { Tie } from '../tie.ts'
import type { Steps } from '../write/insert.ts'
import { touchedTie } from '../write/touched.ts'
import type { Recording } from './record.ts'
import { type Recorded, writtenRows } from './row.ts'

export const partsTable: Fragment = identifier(getTableName(parts))
export const versionsTable: Fragment = identifier(getTableName(versions))

/**
 * By whose values the rows of a table are in parts: those of its keys, and of what it refers to. A row is in one part of
 * each, and what is asked for by such a value is about one part.
 */
export function partFields({ key, relations }: Pick<Resource, 'key' | 'relations'>): readonly Field[] {
  const referring = relations.filter(({ kind }) => kind === 'many-to-one').flatMap(({ pairs }) => pairs)
  const all = new Set([...key, ...referring.map(({ from }) => from)])
  return [...all].filter(({ kind }) => kind === 'text' || kind === 'integer').slice(0, mostFields)
}

/** A write marks a part for each of them. */
const mostFields = 4

/** Names the fields by whose values a write says what it writes, and how their parts are named. */
export function schemeOf(resource: Pick<Resource, 'key' | 'relations'>): string {
  return schemePart(partFields(resource).map(({ column, kind }) => `${column.name} ${kind}`))
}

/**
 * The name of the part in which a row with this value is, as SQL alone makes it: `id:37`. NULL of NULL. Values that are
 * equal under any collation of SQLite's own are in one part; of other values a thousandth is in the same one.
 */
export function partOf(field: Field, value: Fragment): Fragment {
  const name = literal(`${field.column.name}:`)
  if (field.kind === 'integer') return sql`${name} || (cast(${value} as numeric) & 1023)`
  return sql`(select ${name} || ((coalesce(unicode(substr("_v"."v", -1)), 0) + 37 * coalesce(unicode(substr("_v"."v", -2, 1)), 0) + 1369 * coalesce(unicode(substr("_v"."v", -3, 1)), 0)) & 1023) from (select lower(rtrim(${value})) as "v") as "_v" where "_v"."v" is not null)`
}

/** How a write says which parts it writes. */
export interface Naming {
  /** Which rows nobody in particular may read. */
  readonly open: Verdict
}

/** Of new rows the parts in which they are now; of rows that were there, also those in which they were. */
export function markInserted({ root, conflict }: InsertTree<Gate>, steps: Steps, naming: Naming): Recording {
  const moves = conflict !== null && movesRows(root.resource, conflict.set)
  return {
    before: moves ? [markParts(root, touchedTie(root.row, true), naming)] : [],
    after: [markParts(root, steps.usesTouched ? touchedTie(root.row) : steps.written, naming)],
  }
}

export function markUpdated({ root, cells }: UpdateTree<Gate>, naming: Naming): Recording {
  const marks = markParts(root, touchedTie(root.row), naming)
  const moves = movesRows(
    root.resource,
    cells.map(({ field }) => field),
  )
  return { before: [marks], after: moves ? [marks] : [] }
}

export function markDeleted({ root }: DeleteTree<Gate>, naming: Naming): readonly Fragment[] {
  return [markParts(root, touchedTie(root.row), naming)]
}

/** Whether a change of these fields takes a row from one part to another. A generated field may come of any other. */
function movesRows(resource: Resource, changed: readonly Field[]): boolean {
  const fields = partFields(resource)
  const isMade = fields.some(({ column }) => column.generated !== undefined)
  return changed.length > 0 && (isMade || changed.some((field) => fields.includes(field)))
}

/** Marks all parts in which these rows are: the write that is under way is the last one about them. */
function markParts(root: Recorded, rows: Tie, { open }: Naming): Fragment {
  const { resource, row } = root
  const unordered = { ...rows, order: null }
  const table = literal(resource.tableName)
  const named = partFields(resource).map(
    (field) => sql`select ${partOf(field, column(row, field))} ${writtenRows(root, unordered)}`,
  )
  const hidden =
    open === true
      ? []
      : [sql`select ${literal(hiddenPart)} ${writtenRows(root, unordered, [isHidden(root, open)])}`]
  const scheme = sql`select ${literal(schemeOf(resource))} as "part"`
  const version = sql`1 + coalesce((select "version" from ${versionsTable} where "table_name" = ${table}), 0)`
  return sql`insert into ${partsTable}("table_name", "part", "version") select ${table}, "_p"."part", ${version} from (${join([scheme, ...named, ...hidden], ' union ')}) as "_p" where "_p"."part" is not null on conflict do update set "version" = excluded."version"`
}

/** Nobody in particular has none of the values that a policy asks of a caller; those of who writes are not theirs. */
function isHidden({ resource, row }: Recorded, open: Verdict): Fragment {
  const { text, bindings } = join(verdictCondition(resource, row, open), ' and ')
  const ofNobody = bindings.map(
    (binding): Binding => (binding.from === 'caller' ? { from: 'constant', value: nullValue } : binding),
  )
  return sql`(${{ text, bindings: ofNobody }}) is not true`
}
