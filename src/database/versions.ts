import type { Moment } from '../base/history/moment.ts'
import { type Result, type Statement, textOf, textValue } from '../base/statement.ts'
import { type Asked, readSighted, type Sighted } from '../base/versions.ts'

/** How often tables had been written at a moment of the database, and in which parts. */
export interface VersionSighting extends Moment, Sighted {}

/** What tells of it, after a write or a read. */
export interface Watching extends Asked {
  /** Its columns are those of `sql/record/sighting.ts`. */
  readonly statement: Statement
}

/**
 * One more for each table: part of the transaction that writes them.
 * @param named those of which it says by itself which parts are written (`sql/record/part.ts`)
 */
export function raiseVersions(tables: readonly string[], named: readonly string[]): Statement {
  const raised = tables.map((table) => [table, named.includes(table) ? 1 : 0])
  return {
    sql: `insert into selvage_versions (table_name, version, named)
  select value ->> 0, 1, value ->> 1 from json_each(?) where true
  on conflict do update set version = version + 1, named = named + excluded.named`,
    args: [textValue(JSON.stringify(raised))],
  }
}

/**
 * What `watching` was answered, after a read or a write.
 * @param at the bookmark that the first columns of the answer are
 */
export function versionsIn(result: Result, at: Moment, watching: Watching): VersionSighting | null {
  const [, , , counts, parts] = result.rows[0] ?? []
  const sighted = readSighted(textOf(counts), textOf(parts), watching)
  return sighted && { ...at, ...sighted }
}
