import { textValue } from '../../base/statement.ts'
import type { Condition } from '../condition.ts'

/**
 * A column of JSON objects with the members of another object in it, as GoTrue takes in metadata: each replaces the one of
 * its name, and null takes it away.
 */
export function mergedJson(column: string, changes: Readonly<Record<string, unknown>>): Condition {
  const json = textValue(JSON.stringify(changes))
  return {
    sql: `(select json_group_object(key, json(member)) from (
  select key, ${member} as member from json_each(${column}) where key not in (select key from json_each(?))
  union all select key, ${member} from json_each(?) where type <> 'null'))`,
    args: [json, json],
  }
}

/** `json_each` gives values as SQL has them, and lists and objects as JSON. */
const member = `case type when 'text' then json_quote(value) when 'object' then value when 'array' then value
  when 'integer' then value when 'real' then json_quote(value) else type end`
