import { Column, is, SQL } from 'drizzle-orm'
import { getTableConfig } from 'drizzle-orm/sqlite-core'
import { Problem } from '../../base/problem.ts'
import type { SqlError } from '../../database/hrana/outcome.ts'
import { type Audience, isFieldVisible, isVisible } from '../../model/caller/audience.ts'
import type { Field } from '../../model/field.ts'
import type { Resource } from '../../model/resource.ts'
import { noSuchItem } from '../../query/name.ts'
import { type FailureCode, readFailure } from '../../sql/write/failure.ts'
import { sessionOver } from '../read.ts'

/** What was written, and for whom: errors name only what the caller may see. */
export interface Target {
  readonly resource: Resource
  readonly audience: Audience
}

/**
 * What SQLite, or a demand of the write, refused, as PostgreSQL would say it. Values are never repeated: the row that
 * stands in the way may be hidden. Null of an error that is about no constraint.
 * Source: https://www.postgresql.org/docs/current/errcodes-appendix.html, class 23
 */
export function constraintProblem(error: SqlError, target: Target): Problem | null {
  const failure = readFailure(error.message)
  if (failure !== null) return failed(failure.code, failure.about, target)
  const [, kind, about = ''] =
    /(UNIQUE|NOT NULL|CHECK|FOREIGN KEY) constraint failed(?:: (.*))?$/.exec(error.message) ?? []
  switch (kind) {
    case 'UNIQUE':
      return duplicate(about, target)
    case 'NOT NULL':
      return missing(about, target)
    case 'CHECK':
      return unfit(about, target)
    case 'FOREIGN KEY':
      return new Problem('23503', {
        message: `a foreign key of table "${target.resource.name}" is violated`,
        hint: 'A row that others refer to stays, and what a row refers to must be there.',
      })
    default:
      return null
  }
}

function failed(code: FailureCode, about: string | null, { resource, audience }: Target): Problem {
  switch (code) {
    case 'session':
      return sessionOver()
    case 'unseen':
      return new Problem('INTERNAL')
    case 'rows':
      return new Problem('LIMIT_ROWS', {
        message: `The write would touch, or answer, more rows than one write may`,
        hint: 'Choose fewer rows with a filter, and ask for fewer in the answer.',
      })
    case 'refused':
      return new Problem('P0001')
    case 'policy':
      return new Problem('42501', {
        message: `new row violates row-level security policy for table "${resource.name}"`,
        ...(audience.session || audience.above ? {} : { status: 401 }),
      })
    case 'parent':
      return orphan(about, { resource, audience })
    case 'duplicate':
      return duplicate(about ?? '', { resource, audience })
    case 'cap':
      return new Problem('PGRST124', {
        message: 'Query result exceeds max-affected preference constraint',
      })
    case 'absent':
      return noSuchItem(resource.name)
    case 'single':
      return new Problem('PGRST116', {
        details: 'The result contains no row, or several: nothing was written',
      })
    case 'match':
      return new Problem('PRECONDITION_FAILED', {
        message: `The item of '${resource.name}' is not what the precondition says`,
        hint: 'It has changed, or gone, or came: read it again, and send the ETag of that answer as If-Match.',
      })
  }
}

/** A resource that is hidden has no name, and its foreign key would tell it. */
function orphan(constraint: string | null, { resource, audience }: Target): Problem {
  const relation = resource.relations.find(
    (each) => each.kind === 'many-to-one' && each.constraints[0] === constraint,
  )
  const fields = (relation?.pairs ?? []).map(({ from }) => from.name)
  const isKnown = relation !== undefined && isVisible(relation.to, audience)
  const named = isKnown ? `foreign key constraint "${constraint}"` : 'a foreign key constraint'
  const where = isKnown ? `table "${relation.to.name}"` : 'the table that it refers to'
  return new Problem('23503', {
    message: `insert or update on table "${resource.name}" violates ${named}`,
    details: `Key (${fields.join(', ')}) is not present in ${where}.`,
  })
}

/** SQLite says `table.column, table.column`; or `index 'name'` of an index over an expression. */
function duplicate(about: string, { resource, audience }: Target): Problem {
  const told = (fields: readonly Field[]) =>
    fields.map(({ column }) => `${resource.tableName}.${column.name}`).join(', ')
  // An index over some rows only is none of the uniques, so its columns are looked up one by one.
  const byName = new Map([...resource.fields.values()].map((field) => [told([field]), field]))
  const listed = about.split(', ').flatMap((each) => byName.get(each) ?? [])
  const fields =
    [resource.key, ...resource.uniques].find((each) => told(each) === about) ??
    (told(listed) === about ? listed : [])
  const isSeen = fields.length > 0 && fields.every((field) => isFieldVisible(field, audience))
  return new Problem('23505', {
    message: `duplicate key value violates a unique constraint of table "${resource.name}"`,
    details: isSeen ? `Key (${names(fields)}) already exists.` : null,
  })
}

function missing(about: string, { resource, audience }: Target): Problem {
  const field = [...resource.fields.values()].find(
    ({ column }) => `${resource.tableName}.${column.name}` === about,
  )
  const isSeen = field !== undefined && isFieldVisible(field, audience)
  return new Problem('23502', {
    message: isSeen
      ? `null value in column "${field.name}" of relation "${resource.name}" violates not-null constraint`
      : `a row of "${resource.name}" lacks a value`,
  })
}

function unfit(about: string, { resource, audience }: Target): Problem {
  const check = getTableConfig(resource.table).checks.find(({ name }) => name === about)
  const fields = [...resource.fields.values()].filter(
    (field) => check !== undefined && mentions(check.value, field.column),
  )
  // The name of a check may tell what it is about.
  const isSeen = fields.length > 0 && fields.every((field) => isFieldVisible(field, audience))
  return new Problem('23514', {
    message: `new row for relation "${resource.name}" violates ${isSeen ? `check constraint "${about}"` : 'a check constraint'}`,
    details: isSeen ? `It is about: ${names(fields)}.` : null,
  })
}

function mentions(expression: SQL, column: Column): boolean {
  return expression.queryChunks.some((chunk) =>
    is(chunk, SQL) ? mentions(chunk, column) : is(chunk, Column) && chunk === column,
  )
}

function names(fields: readonly Field[]): string {
  return fields.map((field) => field.name).join(', ')
}
