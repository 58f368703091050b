import { isPinAlone } from '../../model/rule/pinned.ts'
import type { Guarded } from '../../query/tree.ts'
import { type Fragment, parameter } from '../../sql/fragment.ts'
import { partFields, partOf, schemeOf } from '../../sql/record/part.ts'
import { pinOf } from '../shard/pin.ts'
import { policySources, resourcesOf } from './sources.ts'

/** The part of a table outside of which no row can change an answer. */
export interface TablePart {
  readonly table: string
  /** Its name, out of what the query binds. */
  readonly name: Fragment
  /** Whether there may be rows in it that who asks may not read. */
  readonly hides: boolean
  /** What a write marks besides that says of the same parts. */
  readonly scheme: string
}

/**
 * The part of the root's table that a policy, a key or a filter pins a query to; null where nothing does, or where other
 * rows of that table are looked at as well.
 */
export function partOfRead({ root, key }: Guarded): TablePart | null {
  const { resource, gate, where } = root
  const { tableName } = resource
  const looks = [...resourcesOf(root).map(({ tableName }) => tableName), ...policySources(root)]
  if (looks.filter((name) => name.toLowerCase() === tableName.toLowerCase()).length > 1) return null
  const conditions = { verdict: gate.verdict, key, where }
  const fields = partFields(resource)
  // Within what is the caller's own nothing is hidden from them.
  const own = fields.filter(({ column }) => isPinAlone(gate.verdict, column))
  for (const field of [...own, ...fields]) {
    const pin = pinOf(field, conditions)
    if (pin === null || pin.isList) continue
    const hides = gate.verdict !== true && !own.includes(field)
    return {
      table: tableName,
      name: partOf(field, parameter(pin.binding)),
      hides,
      scheme: schemeOf(resource),
    }
  }
  return null
}
