import { nullValue, textOf } from '../../base/statement.ts'
import { keyText, placeOf } from '../../database/shard/place.ts'
import type { Verdict } from '../../declare/policy.ts'
import type { Field } from '../../model/field.ts'
import { pinnedBy } from '../../model/rule/pinned.ts'
import { decoderOf, listDecoderOf } from '../../query/decode/value.ts'
import type { Slot } from '../../query/intent.ts'
import type { Filter } from '../../query/tree.ts'
import type { Binding } from '../../sql/fragment.ts'
import { bind, type Values, valuesOfJson } from '../../sql/plan.ts'

/** Where a request says which values of the shard key its rows have. */
export interface Pin {
  readonly binding: Binding
  /** Whether it is a JSON array of them. */
  readonly isList: boolean
}

/** Conditions that every row of a query meets. */
export interface Conditions {
  readonly verdict: Verdict
  readonly key: readonly { readonly field: Field; readonly value: Slot }[]
  readonly where: readonly Filter[]
}

/**
 * What pins a query to some of the shards; null when nothing does. The policy comes first: whoever may see the rows
 * of one shard alone does not hear how another one is.
 */
export function pinOf(shardKey: Field, { verdict, key, where }: Conditions): Pin | null {
  const policy = pinnedBy(verdict, shardKey.column)
  if (policy !== null) return one(policyBinding(policy))
  const part = key.find(({ field }) => field === shardKey)
  if (part !== undefined) return one({ from: 'value', slot: part.value, decode: decoderOf(shardKey) })
  const filters = where.flatMap(conjuncts)
  for (const operator of ['eq', 'in'] as const) {
    const found = filters.find((filter) => isPlain(filter, operator, shardKey))
    if (found === undefined || found.kind !== 'compare') continue
    const isList = operator === 'in'
    const decode = isList ? listDecoderOf(shardKey) : decoderOf(shardKey)
    return { binding: { from: 'value', slot: found.value, decode }, isList }
  }
  return null
}

/**
 * The shards that a request is for, each once, in the order of `names`.
 * @throws Problem when a value is none of the shard key
 */
export function shardsOf(pin: Pin | null, values: Values, names: readonly string[]): readonly number[] {
  if (pin === null) return [...names.keys()]
  const [value = nullValue] = bind({ text: '', bindings: [pin.binding] }, values).args
  const keys = pin.isList ? valuesOfJson(textOf(value) ?? '[]') : [value]
  const places = new Set(keys.map((key) => placeOf(keyText(key) ?? '', names)))
  // A list of nothing, and NULL, are no row's: one shard is enough to say so.
  return places.size === 0 ? [0] : [...places].sort((a, b) => a - b)
}

function one(binding: Binding): Pin {
  return { binding, isList: false }
}

function policyBinding(parameter: NonNullable<ReturnType<typeof pinnedBy>>): Binding {
  return parameter.kind === 'caller'
    ? { from: 'caller', name: parameter.name }
    : { from: 'constant', value: parameter.value }
}

/** Conditions of which each must hold. */
function conjuncts(filter: Filter): readonly Filter[] {
  return filter.kind === 'and' && !filter.negated ? filter.items.flatMap(conjuncts) : [filter]
}

function isPlain(filter: Filter, operator: 'eq' | 'in', { name }: Field): boolean {
  return (
    filter.kind === 'compare' &&
    filter.operator === operator &&
    !filter.negated &&
    filter.quantifier === null &&
    filter.path.field.name === name &&
    filter.path.steps.length === 0
  )
}
