import type { Limits } from '../../base/limits.ts'
import type { JsonObject } from './json.ts'
import { refTo } from './json.ts'

/** Components that the paths of all resources share. */

export function listParameters(limits: Limits): JsonObject {
  return {
    select: query(
      'select',
      'What to take of each row: columns, `alias:column`, `column::type`, `data->path`, embeds `relation(…)`, spreads `...relation(…)`, aggregates `column.sum()`. Absent: every column.',
    ),
    order: query('order', 'Terms `column.asc|desc.nullsfirst|nullslast`, with commas between them.'),
    limit: number('limit', 'How many rows at most.', limits.rows),
    offset: number('offset', 'How many rows to pass over.', limits.offset),
    cursor: query('cursor', 'Where the page begins: as in the URL of the header `Link` of the page before.'),
    and: query('and', 'Conditions that must all hold: `(a.eq.1,or(b.gt.2,c.is.null))`.'),
    or: query('or', 'Conditions of which one must hold: `(a.eq.1,b.gt.2)`.'),
    Range: header('Range', 'First and last row, counted from 0: `0-24`. The unit is `items`.'),
    Prefer: header('Prefer', '`count=exact`, `count=planned` or `count=estimated`; `handling=strict`.'),
    'If-None-Match': header('If-None-Match', 'The `ETag` of an earlier answer: 304 when nothing changed.'),
  }
}

export const answerHeaders: JsonObject = {
  'Content-Range': {
    description: 'First and last row, and how many there are, or `*`',
    schema: { type: 'string' },
  },
  ETag: { description: 'Stands for this answer', schema: { type: 'string' } },
  Link: { description: 'The URL of the next page, `rel="next"`', schema: { type: 'string' } },
}

export const notModified: JsonObject = { description: 'The answer is still the one of that `ETag`' }

/** One answer for each status, shared by all operations that can give it. */
export function problemAnswers(statuses: readonly number[]): JsonObject {
  return Object.fromEntries(
    statuses.map((status) => [
      `problem_${status}`,
      {
        description: meanings.get(status) ?? 'Refused',
        content: { 'application/problem+json': { schema: refTo('schemas', 'Problem') } },
      },
    ]),
  )
}

export const dataStatuses = [300, 404, 406, 414, 416, 504] as const
export const commonStatuses = [400, 401, 403, 413, 415, 422, 503] as const

const meanings: ReadonlyMap<number, string> = new Map([
  [300, 'The embed could be more than one relation: a hint says which'],
  [400, 'The request cannot be understood, or asks for too much'],
  [401, 'A key is missing, or key or access token are not valid'],
  [403, 'The caller may not do this any more'],
  [404, 'There is nothing of that name or key'],
  [406, 'None of the accepted media types can be given, or there is not exactly one row'],
  [413, 'The body is too large'],
  [414, 'The query string is too long'],
  [415, 'The body is not JSON'],
  [416, 'There are no rows in that range'],
  [422, 'Sign-up is closed, the address is taken, or the password too weak'],
  [503, 'The database cannot be reached; try again after `Retry-After` seconds'],
  [504, 'The database took too long'],
])

function query(name: string, description: string): JsonObject {
  return { name, in: 'query', description, schema: { type: 'string' } }
}

function number(name: string, description: string, maximum: number): JsonObject {
  return { name, in: 'query', description, schema: { type: 'integer', minimum: 0, maximum } }
}

function header(name: string, description: string): JsonObject {
  return { name, in: 'header', description, schema: { type: 'string' } }
}
