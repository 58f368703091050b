import { type Statement, textOf, textValue } from '../base/statement.ts'
import type { Bookmark } from './bookmark.ts'
import type { Reply } from './hrana/reply.ts'

/** How often tables had been written at a moment of the database. */
export interface VersionSighting extends Bookmark {
  /** By table. */
  readonly versions: Readonly<Record<string, number>>
}

/** One more for each table: part of the transaction that writes them. */
export function raiseVersions(tables: readonly string[]): Statement {
  return {
    sql: 'insert into selvage_versions select value, 1 from json_each(?) where true on conflict do update set version = version + 1',
    args: [textValue(JSON.stringify(tables))],
  }
}

export const readVersions: Statement = {
  sql: 'select json_group_object(table_name, version) from selvage_versions',
  args: [],
}

/** What `readVersions` was answered, asked after the bookmark: so it is as of that frame, or newer. */
export function versionsAfter({ epilogue }: Reply, bookmark: Bookmark): VersionSighting | null {
  const versions = versionsOf(textOf(epilogue[1]?.rows[0]?.[0]))
  return versions === null ? null : { ...bookmark, versions }
}

/** From a JSON object of the database. Null of anything else. */
export function versionsOf(json: string | null): VersionSighting['versions'] | null {
  const read: unknown = json === null ? null : JSON.parse(json)
  if (typeof read !== 'object' || read === null) return null
  const versions: Record<string, number> = {}
  for (const [table, version] of Object.entries(read)) {
    if (typeof version !== 'number') return null
    versions[table] = version
  }
  return versions
}
