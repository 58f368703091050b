import { absenceIn } from '../../declare/schema.ts'
import { declaredAudiences } from '../../model/caller/audience.ts'
import type { Model } from '../../model/model.ts'
import { isCallable, type Procedure } from '../../model/procedure.ts'
import type { Seen } from './seen.ts'
import { literal, objectType, shortType, union } from './text.ts'

/**
 * The members of `Functions`: the procedures that some role may call, and the embeds that have a name. For supabase-js
 * such an embed is a function of PostgREST that gives the rows which belong to a row ("computed relationship"); `rpc`
 * has no value for its argument and none from its answer, for nobody can call it.
 * https://docs.postgrest.org/en/v13/references/api/resource_embedding.html#computed-relationships
 */
export function functionsOf(model: Model, seen: readonly Seen[]): string {
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
  const audiences = declaredAudiences(model.roles)
  for (const procedure of model.procedures.values()) {
    if (audiences.some((audience) => isCallable(procedure, audience)))
      add(procedure.name, procedureType(procedure, seen))
  }
  return objectType([...functions].map(([name, types]) => ({ name, type: union(types) })))
}

/** With `SetofOptions` supabase-js knows of which table the rows are, and so what `select` can take of them. */
function procedureType(procedure: Procedure, seen: readonly Seen[]): string {
  const rows = seen.find(({ resource }) => resource === procedure.returns)
  const args = { name: 'Args', type: argumentsType(procedure) }
  if (rows === undefined) return shortType([args, { name: 'Returns', type: 'Json' }])
  const name = literal(rows.resource.name)
  const options = [
    { name: 'from', type: literal('*') },
    { name: 'to', type: name },
    { name: 'isOneToOne', type: 'false' },
    { name: 'isSetofReturn', type: 'true' },
  ]
  return shortType([
    args,
    { name: 'Returns', type: `Database["public"]["Tables"][${name}]["Row"][]` },
    { name: 'SetofOptions', type: shortType(options) },
  ])
}

/**
 * By name, and which of them may be left out. What an argument is made of a schema does not tell when this runs: it
 * is JSON of any type here, and checked by the server. What cannot be asked now (`absenceIn`) may be left out.
 */
function argumentsType({ parameters }: Procedure): string {
  if (parameters === null) return '{ [name: string]: Json | undefined }'
  if (parameters.size === 0) return 'never'
  return shortType(
    [...parameters].map(([name, schema]) => ({
      name,
      type: 'Json',
      optional: absenceIn(schema) !== 'refused',
    })),
  )
}
