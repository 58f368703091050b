import { is, SQL } from 'drizzle-orm'
import { Problem } from '../../base/problem.ts'
import { type Audience, isFieldVisible, isFieldWritable } from '../../model/audience.ts'
import type { Field } from '../../model/field.ts'
import type { Resource } from '../../model/resource.ts'
import { visibleFields } from '../name.ts'
import type { WriteIntent } from './intent.ts'
import type { Cell } from './tree.ts'

/**
 * What is written into a row: what the body gives, then what the server makes, which is decided here and nowhere else.
 * @throws Problem PGRST204 for a name that is not there, 428C9 for a field that the caller must not write
 */
export function resolveCells(intent: WriteIntent, resource: Resource, audience: Audience): readonly Cell[] {
  const verb = intent.kind === 'insert' ? 'insert' : 'update'
  const sparse = new Set(intent.sparse)
  const derived = new Set(intent.derived)
  const given = intent.columns.map((name): Cell => {
    const field = resource.fields.get(name)
    const isDerived = derived.has(name) && field?.column.generated === undefined
    if (field === undefined || !(isDerived || isFieldWritable(resource, field, audience, verb)))
      throw refusal(resource, audience, name, verb)
    return { field, from: isDerived ? 'author' : 'body', isSparse: sparse.has(name), expression: null }
  })
  const names = new Set(given.map(({ field }) => field))
  return [...given, ...madeCells(resource, names, audience.session, verb)]
}

/** What the server makes beside the fields that are given. `hasUser`: whether there is one whom a row can belong to. */
export function madeCells(
  resource: Resource,
  given: ReadonlySet<Field>,
  hasUser: boolean,
  verb: 'insert' | 'update',
): readonly Cell[] {
  return [...resource.fields.values()]
    .filter((field) => !given.has(field) && isMade(field, hasUser, verb))
    .map((field) => ({ field, from: 'server', isSparse: false, expression: null }))
}

/** @throws Problem PGRST204 */
export function resolveField(resource: Resource, audience: Audience, name: string): Field {
  const field = resource.fields.get(name)
  if (field !== undefined && isFieldVisible(field, audience)) return field
  throw noSuchColumn(resource, audience, name)
}

/** Whether the Worker has a value for what the body does not give; the database has its own defaults. */
function isMade(field: Field, hasUser: boolean, verb: 'insert' | 'update'): boolean {
  const { column } = field
  if (verb === 'update') return column.onUpdateFn !== undefined
  if (field.made === 'by_owner') return hasUser
  return column.defaultFn !== undefined || (column.default === undefined && column.onUpdateFn !== undefined)
}

/** The default of a column as an expression of SQL, when it is one. */
export function defaultExpression({ column }: Field): SQL | null {
  return is(column.default, SQL) ? column.default : null
}

/** A field that is hidden is as one that is not there. */
function refusal(resource: Resource, audience: Audience, name: string, verb: 'insert' | 'update'): Problem {
  const field = resource.fields.get(name)
  if (field === undefined || !isFieldVisible(field, audience)) return noSuchColumn(resource, audience, name)
  if (verb === 'update' && resource.key.includes(field)) {
    return new Problem('428C9', {
      message: `column "${name}" is part of the primary key of ${resource.name}, which does not change`,
      hint: 'Leave it out of the body.',
    })
  }
  return new Problem('428C9', {
    message: `column "${name}" of ${resource.name} cannot be written by this caller`,
    hint:
      field.made === null ? 'Leave it out of the body.' : 'Leave it out of the body: the server fills it in.',
  })
}

function noSuchColumn(resource: Resource, audience: Audience, name: string): Problem {
  return new Problem('PGRST204', {
    message: `Could not find the '${name}' column of '${resource.name}'`,
    hint: `Columns: ${visibleFields(resource, audience)
      .map((field) => field.name)
      .join(', ')}`,
  })
}
