import { Problem } from '../base/problem.ts'
import { type Audience, isFieldVisible, isVisible } from '../model/caller/audience.ts'
import type { Field } from '../model/field.ts'
import type { Model } from '../model/model.ts'
import type { Relation, Resource } from '../model/resource.ts'
import type { PathIntent } from './intent.ts'
import type { Path } from './tree.ts'

/**
 * Names become entries. What an audience may not see is looked up as if it were not there, so that a hidden name
 * and an unknown one take the same way to the same answer.
 */

/** @throws Problem PGRST205 */
export function findResource(model: Model, audience: Audience, name: string): Resource {
  const resource = model.resources.get(name)
  if (resource !== undefined && isVisible(resource, audience)) return resource
  const visible = [...model.resources.values()]
    .filter((each) => isVisible(each, audience))
    .map((each) => each.name)
  throw new Problem('PGRST205', {
    message: `Could not find the table '${name}'`,
    hint: visible.length === 0 ? 'You may read no table: sign in.' : `Tables: ${visible.join(', ')}`,
  })
}

/** One answer for a key that no row has, that no row can have, and whose row is hidden. */
export function noSuchItem(resourceName: string): Problem {
  return new Problem('NOT_FOUND', { message: `There is no such item in '${resourceName}'` })
}

export function visibleFields(resource: Resource, audience: Audience): readonly Field[] {
  return [...resource.fields.values()].filter((field) => isFieldVisible(field, audience))
}

/** @throws Problem 42703; 42883 when a path goes into a column that is not JSON */
export function findPath(resource: Resource, audience: Audience, intent: PathIntent): Path {
  const field = resource.fields.get(intent.column)
  if (field === undefined || !isFieldVisible(field, audience)) {
    throw new Problem('42703', {
      message: `column ${resource.name}.${intent.column} does not exist`,
      hint: `Columns: ${visibleFields(resource, audience)
        .map((each) => each.name)
        .join(', ')}`,
    })
  }
  if (intent.steps.length > 0 && field.kind !== 'json' && field.kind !== 'json_blob') {
    throw new Problem('42883', {
      message: `operator does not exist: ${field.name} is not a JSON column`,
      hint: 'The arrows -> and ->> go into JSON columns only.',
    })
  }
  return { field, steps: intent.steps, asText: intent.asText }
}

/**
 * The way that an embed means: a name that the author gave, the other table's name, a key column, or a constraint.
 * @throws Problem PGRST200 when there is none, PGRST201 when there are several
 */
export function findRelation(
  from: Resource,
  audience: Audience,
  name: string,
  hint: string | null,
): Relation {
  const found = candidates(from, audience, name, hint)
  const [relation, ...more] = found
  if (relation === undefined) {
    throw new Problem('PGRST200', {
      message: `Could not find a relationship between '${from.name}' and '${name}'`,
      details: `Searched for a foreign key between '${from.name}' and '${name}'${hint === null ? '' : ` using the hint '${hint}'`}, but no matches were found.`,
      hint: `Related: ${relatedNames(from, audience).join(', ') || 'none'}${from.shardKey === null ? '' : ` (${from.name} is sharded, and its rows see those of their own shard alone)`}`,
    })
  }
  if (more.length > 0) {
    throw new Problem('PGRST201', {
      message: `Could not embed because more than one relationship was found for '${from.name}' and '${name}'`,
      details: found
        .map((each) => `${each.kind} ${from.name} to ${each.to.name} by ${each.constraints.join(' and ')}`)
        .join('; '),
      hint: `Try one of the following: ${found.map((each) => `'${each.to.name}!${each.through?.resource.name ?? each.constraints[0]}'`).join(', ')}`,
    })
  }
  return relation
}

/** What is not usable goes first: a hidden table must not stand before a key of its name. */
function candidates(
  from: Resource,
  audience: Audience,
  name: string,
  hint: string | null,
): readonly Relation[] {
  const usable = from.relations.filter((relation) => isUsable(relation, audience))
  const declared = from.embeds.get(name)
  if (declared !== undefined && hint === null && isUsable(declared, audience)) return [declared]
  const byTable = usable.filter(
    // A table that refers to itself: by its name the children, by the key's column the parent, as in PostgREST.
    (relation) => relation.to.name === name && !(relation.to === from && relation.kind === 'many-to-one'),
  )
  const byKey = usable.filter(
    (relation) =>
      relation.through === null &&
      (relation.constraints.includes(name) ||
        (relation.kind === 'many-to-one' &&
          relation.pairs.length === 1 &&
          relation.pairs[0]?.from.name === name)),
  )
  const found = byTable.length > 0 ? byTable : byKey
  if (hint === null) return preferDirect(found)
  return found.filter((relation) => relation.hints.has(hint))
}

/** A constraint of a table that refers to itself leads both ways: without more it means the parent. */
function preferDirect(found: readonly Relation[]): readonly Relation[] {
  const self = found.filter((relation) => relation.to === relation.from && relation.kind === 'many-to-one')
  return self.length > 0 ? self : found
}

/** A relation tells the values of its key fields, so it is there only for who may see them, and both tables. */
export function isUsable(relation: Relation, audience: Audience): boolean {
  const pairs = [...relation.pairs, ...(relation.through?.pairs ?? [])]
  const resources = relation.through === null ? [relation.to] : [relation.to, relation.through.resource]
  return (
    resources.every((resource) => isVisible(resource, audience)) &&
    pairs.every((pair) => isFieldVisible(pair.from, audience) && isFieldVisible(pair.to, audience))
  )
}

/** Names by which an audience can embed, for hints and the API reference. */
export function relatedNames(from: Resource, audience: Audience): readonly string[] {
  const named = [...from.embeds].filter(([, relation]) => isUsable(relation, audience)).map(([name]) => name)
  const tables = from.relations
    .filter((relation) => isUsable(relation, audience))
    .map((relation) => relation.to.name)
  return [...new Set([...named, ...tables])]
}
