import type { Field } from '../../model/field.ts'
import type { Seen } from './seen.ts'
import { literal, type Member, objectType, union } from './text.ts'

/** The name of each field whose texts are of a closed set: `{resource}_{column}`, as the type of a column is named. */
export type Enums = ReadonlyMap<Field, string>

export function enumsOf(seen: readonly Seen[]): Enums {
  const taken = new Set<string>()
  const enums = new Map<Field, string>()
  for (const { resource, row, insert, update } of seen) {
    for (const field of new Set([...row, ...(insert ?? []), ...(update ?? [])])) {
      if (valuesOf(field).length === 0) continue
      // `a_b` of `c` and `b_c` of `a` would have one name.
      let name = `${resource.name}_${field.name}`
      while (taken.has(name)) name += '_'
      taken.add(name)
      enums.set(field, name)
    }
  }
  return enums
}

export function enumTypes(enums: Enums): string {
  return objectType(membersOf(enums, (values) => union(values)))
}

/** The same values for a program, such as the options of a form. */
export function enumConstants(enums: Enums): string {
  const members = membersOf(enums, (values) => `[${values.join(', ')}]`)
  return `{ ${members.map(({ name, type }) => `${literal(name)}: ${type}`).join(', ')} }`
}

function membersOf(enums: Enums, write: (values: readonly string[]) => string): readonly Member[] {
  return [...enums].map(([field, name]) => ({ name, type: write(valuesOf(field).map(literal)) }))
}

function valuesOf(field: Field): readonly string[] {
  return field.kind === 'text' ? (field.values ?? []) : []
}
