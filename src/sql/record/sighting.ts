import { type Fragment, join, literal, sql } from '../fragment.ts'

/**
 * Two columns beside an answer, of the same moment: which history the database is, and how often these tables were
 * written, as a JSON object. A table that never was is not in it.
 */
export function sightingColumns(tables: readonly string[]): Fragment {
  const names = join(tables.map(literal), ', ')
  return sql`(select epoch from selvage_clock), (select json_group_object(table_name, version) from selvage_versions where table_name in (${names}))`
}
