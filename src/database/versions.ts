import type { Moment } from '../base/history/moment.ts'
import { type Statement, textOf, textValue } from '../base/statement.ts'
import { type Asked, readSighted, type Sighted } from '../base/versions.ts'
import { readEpoch } from './clock.ts'
import type { Reply } from './hrana/reply.ts'

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

/** What is asked after a read or a write: how far the database has come, and where somebody watches also versions. */
export function epilogueOf(watching: Watching | null): Statement {
  return watching?.statement ?? readEpoch
}

/**
 * What `watching` was answered, after a read or a write.
 * @param at what the first columns of the answer say (`bookmarkAfter`)
 */
export function versionsAfter(
  { epilogue }: Reply,
  at: Moment | null,
  watching: Watching | null,
): VersionSighting | null {
  if (at === null || watching === null || epilogue === null) return null
  const [, , , counts, parts] = epilogue.result.rows[0] ?? []
  const sighted = readSighted(textOf(counts), textOf(parts), watching)
  return sighted && { ...at, ...sighted }
}
