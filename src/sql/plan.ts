import {
  floatValue,
  integerValue,
  nullValue,
  type Statement,
  textValue,
  type Value,
} from '../base/statement.ts'
import type { CallerValues } from '../model/expression.ts'
import type { Binding } from './fragment.ts'

/** What a request brings to a plan. */
export interface Values {
  /** Raw texts by slot. */
  readonly slots: readonly string[]
  readonly caller: CallerValues
  /** JSON array of the sort key after which the page starts. */
  readonly cursor: string | null
  /** What a write writes; null of a read. */
  readonly body: Body | null
}

/** Cells of the only row, or all rows as one JSON text. */
export interface Body {
  readonly cells: readonly Value[]
  readonly rows: string
}

/** @throws Problem when a raw text is no value of its field's type */
export function bind(
  plan: { readonly text: string; readonly bindings: readonly Binding[] },
  values: Values,
): Statement {
  const cursor = values.cursor === null ? [] : valuesOfJson(values.cursor)
  return { sql: plan.text, args: plan.bindings.map((binding) => bound(binding, values, cursor)) }
}

function bound(binding: Binding, values: Values, cursor: readonly Value[]): Value {
  switch (binding.from) {
    case 'value':
      return binding.decode(values.slots[binding.slot] ?? '')
    case 'caller':
      return values.caller[binding.name] ?? nullValue
    case 'constant':
      return binding.value
    case 'cell':
      return values.body?.cells[binding.index] ?? nullValue
    case 'rows':
      return textValue(values.body?.rows ?? '[]')
    case 'cursor':
      return cursor[binding.index] ?? nullValue
  }
}

/** The values of a JSON array. Numbers are taken from their source text, so that 64-bit integers stay exact. */
export function valuesOfJson(json: string): readonly Value[] {
  const values: Value[] = []
  JSON.parse(json, (key, value: unknown, context?: { readonly source?: string }) => {
    if (key === '') return value
    const source = context?.source ?? String(value)
    if (typeof value === 'number')
      values.push(/^-?\d+$/.test(source) ? integerValue(source) : floatValue(value))
    else values.push(typeof value === 'string' ? textValue(value) : nullValue)
    return value
  })
  return values
}
