import { type Statement, textValue } from '../../base/statement.ts'
import { type Fragment, join, literal, sql, wholeNumber } from '../fragment.ts'
import { partsTable, versionsTable } from './part.ts'

/** So many parts are told of at once; of a database where more have changed, none. One more says that there are more. */
export const mostTold = 200

/**
 * Columns beside an answer that may be kept, of the same moment: which history the database is, and its tick; how often these
 * tables were written, as a JSON object of `[all, of those that say of what rows]`, in which a table that never was is not; and
 * the part that the answer is about, or NULL.
 */
export function sightingColumns(tables: readonly string[], part: Fragment | null): Fragment {
  const clock = sql`(select epoch from selvage_clock), (select tick from selvage_clock)`
  return sql`${clock}, ${counts(tables)}, ${part ?? sql`null`}`
}

/**
 * What `readEpoch` of `database/clock.ts` tells, these counts, and the parts that were written since what is known, as a JSON
 * array of `[table, part, version]`.
 * @returns takes versions of tables, as a JSON object: what is known
 */
export function sightingStatement(tables: readonly string[]): (known: string) => Statement {
  const { text } =
    sql`select epoch, frame, tick, ${counts(tables)}, ${changedParts(sql`?`)} from selvage_clock`
  return (known) => ({ sql: text, args: [textValue(known)] })
}

function counts(tables: readonly string[]): Fragment {
  const names = join(tables.map(literal), ', ')
  return sql`(select json_group_object("table_name", json_array("version", "named")) from ${versionsTable} where "table_name" in (${names}))`
}

function changedParts(known: Fragment): Fragment {
  return sql`(select json_group_array(json_array("table_name", "part", "version")) from (select "_c".* from json_each(${known}) as "_k" join ${partsTable} as "_c" on "_c"."table_name" = "_k"."key" and "_c"."version" > "_k"."value" limit ${wholeNumber(mostTold + 1)}))`
}
