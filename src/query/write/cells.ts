import { is, SQL } from 'drizzle-orm'
import { Problem } from '../../base/problem.ts'
import { type Audience, isFieldVisible, isFieldWritable } from '../../model/caller/audience.ts'
import { type Field, mustBeGiven } from '../../model/field.ts'
import type { Resource } from '../../model/resource.ts'
import { visibleFields } from '../name.ts'
import type { WriteIntent } from './intent.ts'
import type { Cell } from './tree.ts'

/**
 * What is written into a row: what the body gives, then what the server makes, which is decided here and nowhere else.
 * @param needed fields whose values must be known before the rows are written, if the database could know them
 * @throws Problem PGRST204 for a name that is not there, 428C9 for a field that the caller must not write
 */
export function resolveCells(
  intent: WriteIntent,
  resource: Resource,
  audience: Audience,
  needed: readonly Field[] = [],
): readonly Cell[] {
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
  const isNeeded = (field: Field) => needed.includes(field) && hasConstantDefault(field)
  const cells = [...given, ...madeCells(resource, names, audience.session, verb, isNeeded)]
  // A list of rows that say nothing has as many rows as it has: SQL makes many of them by naming a column.
  return cells.length === 0 && intent.kind === 'insert' && intent.isList
    ? resource.key.slice(0, 1).map(leftOut)
    : cells
}

/** What each new row must give, as far as the caller may know of it; for the rest there is the database. */
export function requiredFields(resource: Resource, audience: Audience): readonly Field[] {
  return [...resource.fields.values()].filter(
    (field) =>
      mustBeGiven(field) &&
      isFieldVisible(field, audience) &&
      isFieldWritable(resource, field, audience, 'insert'),
  )
}

/**
 * What the server makes beside the fields that are given.
 * @param hasUser whether there is one whom a row can belong to
 * @param isNeeded whether a default of the database must be known before the row is written
 */
export function madeCells(
  resource: Resource,
  given: ReadonlySet<Field>,
  hasUser: boolean,
  verb: 'insert' | 'update',
  isNeeded: (field: Field) => boolean = () => false,
): readonly Cell[] {
  return [...resource.fields.values()]
    .filter((field) => !given.has(field) && (isMade(field, hasUser, verb) || isNeeded(field)))
    .map((field) => ({ field, from: 'server', isSparse: false, expression: null }))
}

function leftOut(field: Field): Cell {
  return { field, from: 'server', isSparse: true, expression: null }
}

/** Whether the value of a cell is known before the row is written, in each row of the body. */
export function isKnown({ field, isSparse }: Cell): boolean {
  return !isSparse || field.made !== null || field.column.defaultFn !== undefined || hasConstantDefault(field)
}

function hasConstantDefault({ column }: Field): boolean {
  return column.default !== undefined && !is(column.default, SQL)
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

/** A body may name a column by a megabyte. */
const longestEcho = 100

function noSuchColumn(resource: Resource, audience: Audience, name: string): Problem {
  return new Problem('PGRST204', {
    message: `Could not find the '${name.slice(0, longestEcho)}' column of '${resource.name}'`,
    hint: `Columns: ${visibleFields(resource, audience)
      .map((field) => field.name)
      .join(', ')}`,
  })
}
