import type { Gate, Guarded, Node } from '../../query/tree.ts'
import { type Fragment, parameter } from '../../sql/fragment.ts'
import { partFields, partOf } from '../../sql/record/part.ts'
import { pinOf } from '../shard/pin.ts'
import { policySources } from './sources.ts'

/** The part of a table outside of which no row can change an answer. */
export interface TablePart {
  readonly table: string
  /** Its name, out of what the query binds. */
  readonly name: Fragment
}

/**
 * The part of the root's table that a policy, a key or a filter pins a query to; null where nothing does, or where other
 * rows of that table are looked at as well.
 */
export function partOfRead({ root, key }: Guarded): TablePart | null {
  const { resource, gate, where } = root
  const { tableName } = resource
  const looks = [...tablesOf(root), ...policySources(root)]
  if (looks.filter((name) => name.toLowerCase() === tableName.toLowerCase()).length > 1) return null
  const conditions = { verdict: gate.verdict, key, where }
  for (const field of partFields(resource)) {
    const pin = pinOf(field, conditions)
    if (pin !== null && !pin.isList) return { table: tableName, name: partOf(field, parameter(pin.binding)) }
  }
  return null
}

/** Of the node and all that it embeds, with the tables in the middle. */
function tablesOf({ resource, embeds }: Node<Gate>): readonly string[] {
  return [
    resource.tableName,
    ...embeds.flatMap(({ relation, node }) => [
      ...(relation.through === null ? [] : [relation.through.resource.tableName]),
      ...tablesOf(node),
    ]),
  ]
}
