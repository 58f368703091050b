import { getTableName } from 'drizzle-orm'
import { touchedRows } from '../../ledger/tables.ts'
import { rowAlias } from '../../model/scope.ts'
import { type Fragment, identifier, sql } from '../fragment.ts'
import { type Tie, untied } from '../tie.ts'

export const touchedTable: Fragment = identifier(getTableName(touchedRows))

/** Remembers rows: `rows` is a select of rowid, whether the row was there before, and its place in the body. */
export function touch(rows: Fragment): Fragment {
  return sql`insert into ${touchedTable}("row", "existed", "place") ${rows}`
}

/** Remembers rows that it may have remembered before. */
export function touchMore(rows: Fragment): Fragment {
  return sql`insert or ignore into ${touchedTable}("row", "existed", "place") ${rows}`
}

export const forget: Fragment = sql`delete from ${touchedTable}`

/** Whether the row is one of the touched ones; of those that were there before, or were not, where it is said. */
export function isTouched(row: number, existed?: boolean): Fragment {
  const which = existed === undefined ? sql`` : existed ? sql` where "existed"` : sql` where not "existed"`
  return sql`${identifier(rowAlias(row))}.rowid in (select "row" from ${touchedTable}${which})`
}

/** The touched rows of a table that is written under its own name. */
export const touchedOfTable: Fragment = sql`rowid in (select "row" from ${touchedTable})`

export const howManyNew: Fragment = sql`(select count(*) from ${touchedTable} where not "existed")`

export const howManyTouched: Fragment = sql`(select count(*) from ${touchedTable})`

/** Ties a root to the touched rows, in the order of the body. */
export function touchedTie(row: number, existed?: boolean): Tie {
  const which = existed === undefined ? sql`true` : existed ? sql`"_w"."existed"` : sql`not "_w"."existed"`
  return {
    ...untied,
    before: sql`${touchedTable} as "_w" cross join `,
    conditions: [sql`${identifier(rowAlias(row))}.rowid = "_w"."row"`, which],
    order: sql`"_w"."place"`,
    isWhole: true,
  }
}
