import { is, Placeholder, type SQLWrapper } from 'drizzle-orm'
import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core'
import { nullValue, type Statement, type Value } from '../base/statement.ts'
import { type CallerValue, isCallerValue } from './caller/value.ts'

/** A Drizzle expression or query as text with `?`, and what stands for each `?` in order. */
export interface Rendered {
  readonly text: string
  readonly parameters: readonly Parameter[]
}

/** A constant, or the name of a value that the request brings. */
export type Parameter =
  | { readonly kind: 'constant'; readonly value: Value }
  | { readonly kind: 'caller'; readonly name: CallerValue }

/** What a request brings for the names in `Rendered.parameters`. */
export type CallerValues = { readonly [Name in CallerValue]?: Value }

const dialect = new SQLiteAsyncDialect()

/** @throws TypeError on a parameter that SQLite has no value for, or a placeholder that no caller has a value for */
export function render(expression: SQLWrapper): Rendered {
  const { sql, params } = dialect.sqlToQuery(expression.getSQL())
  return {
    text: sql,
    parameters: params.map((param) =>
      is(param, Placeholder) ? callerParameter(param.name) : { kind: 'constant', value: toValue(param) },
    ),
  }
}

function callerParameter(name: unknown): Parameter {
  if (typeof name === 'string' && isCallerValue(name)) return { kind: 'caller', name }
  throw new TypeError(`'${String(name)}' is no value of a caller: a policy has caller.id and caller.email`)
}

export function toStatement(expression: SQLWrapper, values: CallerValues = {}): Statement {
  const { text, parameters } = render(expression)
  return { sql: text, args: parameters.map((parameter) => parameterValue(parameter, values)) }
}

/** A name without a value is NULL, which equals nothing. */
function parameterValue(parameter: Parameter, values: CallerValues): Value {
  return parameter.kind === 'constant' ? parameter.value : (values[parameter.name] ?? nullValue)
}

/** @throws TypeError on a value that SQLite does not have */
export function toValue(value: unknown): Value {
  switch (typeof value) {
    case 'string':
      return { type: 'text', value }
    case 'boolean':
      return { type: 'integer', value: value ? '1' : '0' }
    case 'bigint':
      return { type: 'integer', value: value.toString() }
    case 'number':
      return Number.isSafeInteger(value)
        ? { type: 'integer', value: String(value) }
        : { type: 'float', value }
    default:
      if (value === null || value === undefined) return nullValue
      if (value instanceof Uint8Array) return { type: 'blob', base64: Buffer.from(value).toString('base64') }
      throw new TypeError(`a ${typeof value} cannot be a parameter of a statement`)
  }
}
