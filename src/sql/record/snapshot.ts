import { getTableName } from 'drizzle-orm'
import { touchedRows } from '../../ledger/tables.ts'
import { rowAlias } from '../../model/scope.ts'
import { type Fragment, identifier, literal, sql } from '../fragment.ts'
import { jsonObject } from '../json.ts'
import { fieldJson, type Recorded } from './row.ts'

/** Lays the fields of the rows that change beside them, as they are now: afterwards the two are compared. */
export function snapshot({ resource, row }: Recorded, when: 'before' | 'after'): Fragment {
  const touched = identifier(getTableName(touchedRows))
  const alias = identifier(rowAlias(row))
  // By number: SQLite's paths cannot name every field.
  const fields = resource.records.fields.map((field, index) => ({
    name: String(index),
    value: fieldJson(row, field),
  }))
  const now = sql`select ${jsonObject(fields)} from ${identifier(resource.tableName)} as ${alias} where ${alias}.rowid = ${touched}."row"`
  return sql`update ${touched} set ${identifier(when)} = (${now}) where "existed"`
}

/** The fields that a change changed, as a JSON object: as they were, or as they are. */
export function changedFields({ resource }: Recorded, when: 'before' | 'after'): Fragment {
  const names = literal(JSON.stringify(resource.records.fields.map((field) => field.name)))
  const [before, after] = [sql`"_w"."before" -> "_e".fullkey`, sql`"_w"."after" -> "_e".fullkey`]
  const value = when === 'before' ? before : after
  return sql`(select json_group_object(${names} ->> cast("_e".key as integer), ${value}) from json_each("_w"."after") as "_e" where (${before}) is not (${after}))`
}
