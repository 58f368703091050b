import { exactReal, type Typed, textOf } from './expression.ts'
import { type Fragment, join, literal, sql } from './fragment.ts'

/** A value as an argument of `json_object`: what it adds to the object is the value's JSON. */
export function jsonValue(value: Typed): Fragment {
  switch (value.kind) {
    case 'text':
    case 'integer':
    case 'json_inner':
      return value.sql
    case 'numeric':
      return jsonNumber(value.sql)
    case 'boolean':
      return sql`json(case ${value.sql} when 1 then 'true' when 0 then 'false' end)`
    case 'seconds':
    case 'milliseconds':
    case 'blob':
      return textOf(value)
    case 'real':
      return sql`json(${textOf(value)})`
    case 'bigint_blob':
    case 'json':
    case 'json_blob': {
      const text = value.kind === 'json' ? value.sql : sql`cast(${value.sql} as text)`
      // One row with broken JSON must not take the whole list down: it answers as the text that it is.
      return sql`iif(json_valid(${text}), json(${text}), ${text})`
    }
  }
}

/** A number of whichever type SQLite stored: `json_object` itself writes 15 digits of a real. */
function jsonNumber(value: Fragment): Fragment {
  return sql`case typeof(${value}) when 'real' then json(${exactReal(value)}) else ${value} end`
}

export interface Member {
  readonly name: string
  readonly value: Fragment
}

/** `json_object` takes 127 arguments at the most. */
const membersAtOnce = 60

/** A JSON object that SQLite knows to be one, so that it can be a member of another. */
export function jsonObject(members: readonly Member[]): Fragment {
  if (members.length <= membersAtOnce) return object(members)
  const chunks: Fragment[] = []
  for (let index = 0; index < members.length; index += membersAtOnce) {
    const chunk = object(members.slice(index, index + membersAtOnce))
    // Without its braces: a negative length takes what stands before the last character.
    chunks.push(sql`substr(substr(${chunk}, -1, -1000000000), 2)`)
  }
  return sql`json('{' || ${join(chunks, " || ',' || ")} || '}')`
}

function object(members: readonly Member[]): Fragment {
  return sql`json_object(${join(
    members.flatMap((member) => [literal(member.name), member.value]),
    ', ',
  )})`
}

/** The object without the members that are null: RFC 7396 merges it into an empty one. */
export function stripNulls(object: Fragment): Fragment {
  return sql`json_patch('{}', ${object})`
}

/** The texts of many rows as one JSON array. Far cheaper than `json_group_array(json(…))`, which parses each again. */
export function jsonArrayOfTexts(text: Fragment): Fragment {
  return sql`'[' || coalesce(group_concat(${text}, ','), '') || ']'`
}

/** One line of RFC 4180, without its end. */
export function csvLine(cells: readonly Fragment[]): Fragment {
  return join(cells.map(csvCell), " || ',' || ")
}

function csvCell(value: Fragment): Fragment {
  return sql`coalesce((select case when instr(c, '"') or instr(c, ',') or instr(c, char(10)) or instr(c, char(13)) then '"' || replace(c, '"', '""') || '"' else c end from (select ${value} as c)), '')`
}
