import type { CallerValue } from '../../model/caller/value.ts'
import type { Field } from '../../model/field.ts'
import type { Resource } from '../../model/resource.ts'
import { rowAlias } from '../../model/scope.ts'
import { column } from '../expression.ts'
import { type Fragment, identifier, join, parameter, sql } from '../fragment.ts'
import { jsonObject, jsonValue } from '../json.ts'
import type { Tie } from '../tie.ts'

/** The rows of a write where they lie: no gate stands before them, for what is kept is not for the caller. */
export interface Recorded {
  readonly resource: Resource
  readonly row: number
}

/** `from … where … order by …` of rows that were written. */
export function writtenRows(
  { resource, row }: Recorded,
  rows: Tie,
  conditions: readonly Fragment[] = [],
): Fragment {
  const order = rows.order === null ? sql`` : sql` order by ${rows.order}`
  const where = join([...rows.conditions, ...conditions], ' and ')
  return sql`from ${rows.before}${identifier(resource.tableName)} as ${identifier(rowAlias(row))} where ${where}${order}`
}

/** Fields as a JSON object, written as answers are. */
export function fieldsObject(row: number, fields: readonly Field[]): Fragment {
  return jsonObject(fields.map((field) => ({ name: field.name, value: fieldJson(row, field) })))
}

export function fieldJson(row: number, field: Field): Fragment {
  return jsonValue({ sql: column(row, field), kind: field.kind })
}

/** What the request says of itself. */
export function ofRequest(name: CallerValue): Fragment {
  return parameter({ from: 'caller', name })
}
