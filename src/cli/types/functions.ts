import type { Model } from '../../model/model.ts'
import type { Seen } from './seen.ts'
import { literal, objectType, shortType, union } from './text.ts'

/**
 * The members of `Functions`: what `rpc` calls, and the embeds that have a name. For supabase-js such an embed is a
 * function of PostgREST that gives the rows which belong to a row ("computed relationship"); `rpc` has no value for
 * its argument and none from its answer, for nobody can call it.
 * https://docs.postgrest.org/en/v13/references/api/resource_embedding.html#computed-relationships
 */
export function functionsOf(_model: Model, seen: readonly Seen[]): string {
  const functions = new Map<string, string[]>()
  const add = (name: string, type: string) => functions.set(name, [...(functions.get(name) ?? []), type])
  for (const { resource, embeds } of seen) {
    for (const { name, relation, toOne, certain } of embeds) {
      const options = [
        { name: 'from', type: literal(resource.name) },
        { name: 'to', type: literal(relation.to.name) },
        { name: 'isOneToOne', type: String(toOne) },
        { name: 'isSetofReturn', type: 'true' },
        ...(certain ? [{ name: 'isNotNullable', type: 'true' }] : []),
      ]
      add(
        name,
        shortType([
          { name: 'Args', type: shortType([{ name: '', type: 'never' }]) },
          { name: 'Returns', type: 'never' },
          { name: 'SetofOptions', type: shortType(options) },
        ]),
      )
    }
  }
  return objectType([...functions].map(([name, types]) => ({ name, type: union(types) })))
}
