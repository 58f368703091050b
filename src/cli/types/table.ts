import { type Field, type FieldKind, mustBeGiven } from '../../model/field.ts'
import type { Relation, Resource } from '../../model/resource.ts'
import type { Enums } from './enums.ts'
import type { Seen } from './seen.ts'
import { literal, type Member, objectType, tuple } from './text.ts'

/**
 * A member of `Tables`. Where nobody makes or changes rows, `Insert` or `Update` is `never`, so that supabase-js
 * takes no value for it.
 */
export function tableType({ resource, row, insert, update, parents }: Seen, enums: Enums): string {
  const members = (fields: readonly Field[], member: (field: Field) => Member) =>
    objectType(fields.map(member))
  return objectType([
    { name: 'Row', type: members(row, (field) => ({ name: field.name, type: typeOf(field, enums, rows) })) },
    {
      name: 'Insert',
      type: insert === null ? 'never' : members(insert, (field) => given(field, enums, !mustBeGiven(field))),
    },
    {
      name: 'Update',
      type: update === null ? 'never' : members(update, (field) => given(field, enums, true)),
    },
    { name: 'Relationships', type: tuple(parents.map((parent) => relationshipType(resource, parent))) },
  ])
}

/** What `supabase-js` finds embeds by: the name of the other resource, of the column, or of the constraint. */
function relationshipType(resource: Resource, { constraints, pairs, to }: Relation): string {
  const [constraint = ''] = constraints
  const isOneToOne = to.relations.some(
    (back) => back.kind === 'one-to-one' && back.to === resource && back.constraints.includes(constraint),
  )
  return objectType([
    { name: 'foreignKeyName', type: literal(constraint) },
    { name: 'columns', type: tuple(pairs.map(({ from }) => literal(from.name))) },
    { name: 'isOneToOne', type: String(isOneToOne) },
    { name: 'referencedRelation', type: literal(to.name) },
    { name: 'referencedColumns', type: tuple(pairs.map((pair) => literal(pair.to.name))) },
  ])
}

function given(field: Field, enums: Enums, optional: boolean): Member {
  return { name: field.name, optional, type: typeOf(field, enums, inputs) }
}

function typeOf(field: Field, enums: Enums, kinds: Readonly<Record<FieldKind, string>>): string {
  const name = enums.get(field)
  const type = name === undefined ? kinds[field.kind] : `Database["public"]["Enums"][${literal(name)}]`
  return field.nullable ? `${type} | null` : type
}

/**
 * What `JSON.parse` makes of an answer. An integer past 2^53 is rounded by it: `select=big::text` has all digits.
 * A type that the author gave to a JSON column (`$type<T>()`) is gone when this runs, and nothing checks it.
 */
const rows: Readonly<Record<FieldKind, string>> = {
  text: 'string',
  integer: 'number',
  boolean: 'boolean',
  seconds: 'string',
  milliseconds: 'string',
  real: 'number',
  numeric: 'number',
  json: 'Json',
  json_blob: 'Json',
  blob: 'string',
  bigint_blob: 'number',
}

/** A big integer is there for more digits than a number has; a text of them is taken, too. */
const inputs: Readonly<Record<FieldKind, string>> = { ...rows, bigint_blob: 'number | string' }
