import type { Field, FieldKind } from '../model/field.ts'
import { rowAlias } from '../model/scope.ts'
import type { JsonStep } from '../query/intent.ts'
import type { Cast, Expression, Path } from '../query/tree.ts'
import { type Fragment, identifier, literal, sql } from './fragment.ts'

/**
 * A value in SQL and how it is stored, which says how it is written as JSON. `json_inner` is JSON that came from
 * inside JSON: SQLite knows that it is.
 */
export interface Typed {
  readonly sql: Fragment
  readonly kind: FieldKind | 'json_inner'
}

export function column(row: number, field: Field): Fragment {
  return sql`${identifier(rowAlias(row))}.${identifier(field.column.name)}`
}

/** A field, or a value inside a JSON field. */
export function pathValue(row: number, path: Path): Typed {
  const base = column(row, path.field)
  if (path.steps.length === 0) return { sql: base, kind: path.field.kind }
  const document = jsonDocument(base, path.field)
  const at = jsonPath(path.steps)
  return path.asText
    ? { sql: jsonText(document, at), kind: 'text' }
    : { sql: sql`${document} -> ${at}`, kind: 'json_inner' }
}

/** A value inside JSON as a value of SQL, to compare and to sort: a number as a number, a text as a text. */
export function comparable(row: number, path: Path): Fragment {
  const base = column(row, path.field)
  if (path.steps.length === 0) {
    return path.field.kind === 'bigint_blob'
      ? sql`cast(cast(${base} as text) as integer)`
      : jsonDocument(base, path.field)
  }
  const document = jsonDocument(base, path.field)
  const at = jsonPath(path.steps)
  return path.asText ? jsonText(document, at) : sql`json_extract(${document}, ${at})`
}

export function jsonDocument(base: Fragment, field: Field): Fragment {
  return field.kind === 'json_blob' ? sql`cast(${base} as text)` : base
}

/**
 * `->>` gives a text in PostgreSQL, whatever is there; SQLite's gives 1 for true, and 15 digits of a fraction. What
 * comes out of `||` is no JSON any more, so that it is written as the text that it is.
 */
function jsonText(document: Fragment, at: Fragment): Fragment {
  return sql`case json_type(${document}, ${at}) when 'text' then ${document} ->> ${at} when 'null' then null else '' || (${document} -> ${at}) end`
}

/**
 * A value behind `->` for a comparison: PostgreSQL compares jsonb there, where `true` is not 1 and an object is not
 * the text that it is written as. What is neither text nor number is a blob here, which equals neither.
 */
export function jsonComparable(row: number, path: Path): Fragment {
  const document = jsonDocument(column(row, path.field), path.field)
  const at = jsonPath(path.steps)
  return sql`case json_type(${document}, ${at}) when 'true' then x'01' when 'false' then x'00' when 'object' then cast(${document} -> ${at} as blob) when 'array' then cast(${document} -> ${at} as blob) else json_extract(${document}, ${at}) end`
}

function jsonPath(steps: readonly JsonStep[]): Fragment {
  const text = steps.map((step) =>
    'key' in step ? `.${pathLabel(step.key)}` : step.index < 0 ? `[#${step.index}]` : `[${step.index}]`,
  )
  return literal(`$${text.join('')}`)
}

/** SQLite ends a label at the next quote, also behind a backslash, but knows JSON's escapes in it. */
function pathLabel(key: string): string {
  return `"${key.replaceAll('\\', '\\u005c').replaceAll('"', '\\u0022')}"`
}

/** What a row gives for one name. */
export function expressionValue(row: number, expression: Expression): Typed {
  switch (expression.kind) {
    case 'path':
      return castTo(pathValue(row, expression.path), expression.cast)
    case 'aggregate': {
      if (expression.of === null) return castTo({ sql: sql`count(*)`, kind: 'integer' }, expression.cast)
      const { path, cast } = expression.of
      // Inside JSON an aggregate wants the value, not its JSON text.
      const inner: Typed =
        path.steps.length > 0 && !path.asText && cast === null
          ? { sql: comparable(row, path), kind: 'numeric' }
          : castTo(pathValue(row, path), cast)
      return castTo(aggregate(expression.name, inner), expression.cast)
    }
  }
}

function aggregate(name: 'sum' | 'avg' | 'min' | 'max' | 'count', of: Typed): Typed {
  switch (name) {
    case 'count':
      return { sql: sql`count(${of.sql})`, kind: 'integer' }
    case 'sum':
      return {
        sql: sql`sum(${numberOf(of)})`,
        kind: of.kind === 'integer' || of.kind === 'bigint_blob' ? 'integer' : 'numeric',
      }
    case 'avg':
      return { sql: sql`avg(${numberOf(of)})`, kind: 'real' }
    case 'min':
      return { sql: sql`min(${numberOf(of)})`, kind: kindOfNumber(of) }
    case 'max':
      return { sql: sql`max(${numberOf(of)})`, kind: kindOfNumber(of) }
  }
}

function numberOf(value: Typed): Fragment {
  return value.kind === 'bigint_blob' ? sql`cast(cast(${value.sql} as text) as integer)` : value.sql
}

function kindOfNumber(value: Typed): Typed['kind'] {
  return value.kind === 'bigint_blob' ? 'integer' : value.kind
}

function castTo(value: Typed, cast: Cast | null): Typed {
  switch (cast) {
    case null:
      return value
    case 'text':
      return { sql: textOf(value), kind: 'text' }
    case 'integer':
      return { sql: number(value, sql`cast(round(${value.sql}) as integer)`, 'integer'), kind: 'integer' }
    case 'real':
      return { sql: number(value, sql`cast(${value.sql} as real)`, 'real'), kind: 'real' }
    case 'boolean':
      return { sql: truth(value), kind: 'boolean' }
    case 'json':
      return {
        sql: textOf(value),
        kind: value.kind === 'text' ? 'json' : value.kind === 'json_inner' ? 'json' : value.kind,
      }
    case 'date':
      return { sql: sql`substr(${textOf(value)}, 1, 10)`, kind: 'text' }
  }
}

/** PostgreSQL's words for truth values. What is none of them has none: SQLite alone would call every text true. */
function truth(value: Typed): Fragment {
  switch (value.kind) {
    case 'boolean':
    case 'integer':
    case 'numeric':
    case 'real':
    case 'bigint_blob':
      return sql`(${numberOf(value)} <> 0)`
    default:
      return sql`case when lower(${textOf(value)}) in ('true', 't', 'yes', 'y', 'on', '1') then 1 when lower(${textOf(value)}) in ('false', 'f', 'no', 'n', 'off', '0') then 0 end`
  }
}

/** What is not a number has no number: SQLite alone would say 0. */
function number(value: Typed, rounded: Fragment, target: 'integer' | 'real'): Fragment {
  switch (value.kind) {
    case 'integer':
    case 'boolean':
      return target === 'integer' ? value.sql : sql`cast(${value.sql} as real)`
    case 'real':
    case 'numeric':
      return rounded
    case 'bigint_blob':
      return sql`cast(cast(${value.sql} as text) as integer)`
    default: {
      const text = textOf(value)
      const cast = target === 'integer' ? sql`cast(round(${text}) as integer)` : sql`cast(${text} as real)`
      const isInteger =
        target === 'integer' ? sql`when json_type(${text}) = 'integer' then cast(${text} as integer) ` : sql``
      return sql`case when not json_valid(${text}) then null ${isInteger}when json_type(${text}) in ('integer', 'real') then ${cast} end`
    }
  }
}

/** A value as the text that its JSON shows, without quotes. */
export function textOf(value: Typed): Fragment {
  switch (value.kind) {
    case 'text':
    case 'json':
    case 'json_inner':
      return value.sql
    case 'boolean':
      return sql`case ${value.sql} when 1 then 'true' when 0 then 'false' end`
    case 'seconds':
      return sql`strftime('%Y-%m-%dT%H:%M:%SZ', ${value.sql}, 'unixepoch')`
    case 'milliseconds':
      return sql`strftime('%Y-%m-%dT%H:%M:%fZ', ${value.sql} / 1000.0, 'unixepoch')`
    case 'real':
      return exactReal(value.sql)
    case 'blob':
      return base64(value.sql)
    case 'json_blob':
    case 'bigint_blob':
    case 'integer':
      return sql`cast(${value.sql} as text)`
    case 'numeric':
      return sql`case typeof(${value.sql}) when 'real' then ${exactReal(value.sql)} else cast(${value.sql} as text) end`
  }
}

/** SQLite writes 15 digits; where these are another number, 17 are written, which are always the same one. */
export function exactReal(value: Fragment): Fragment {
  return sql`case when ${value} is null or abs(${value}) > 1.7976931348623157e308 then null when cast(cast(${value} as text) as real) = ${value} then cast(${value} as text) else format('%!.17g', ${value}) end`
}

/** RFC 4648 §4. SQLite has `hex` alone: six hexadecimal digits are four characters. */
function base64(value: Fragment): Fragment {
  const digit = (at: string): Fragment => ({
    text: `(instr('0123456789ABCDEF', substr(h, ${at}, 1)) - 1)`,
    bindings: [],
  })
  const bits = sql`((${digit('i')} << 20) | (${digit('i + 1')} << 16) | (${digit('i + 2')} << 12) | (${digit('i + 3')} << 8) | (${digit('i + 4')} << 4) | ${digit('i + 5')})`
  const character = (shift: string): Fragment => ({
    text: `substr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', ((b >> ${shift}) & 63) + 1, 1)`,
    bindings: [],
  })
  const four = join4([character('18'), character('12'), character('6'), character('0')])
  return sql`case when ${value} is null then null else (with recursive s(h, i, n) as (select hex(${value}) || '0000', 1, length(${value}) union all select h, i + 6, n from s where i + 6 <= n * 2), c(t, n) as (select group_concat(${four}, ''), n from (select h, i, n, ${bits} as b from s)) select case when n = 0 then '' else substr(t, 1, (n * 4 + 2) / 3) || substr('==', 1, (3 - n % 3) % 3) end from c) end`
}

function join4(parts: readonly Fragment[]): Fragment {
  return { text: parts.map((part) => part.text).join(' || '), bindings: [] }
}
