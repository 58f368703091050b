import type { Limits } from '../../base/limits.ts'
import type { JsonObject } from './json.ts'
import { refTo } from './json.ts'

/** Components that the paths of all resources share. */

const consistency =
  '`consistency=strong` for what the primary has now, `session` (default) for no less than the own writes, with a bookmark for what was read, `eventual` for what is nearest'

/** @param trials whether `tx=rollback` is served */
export function sharedParameters(limits: Limits, trials: boolean): JsonObject {
  const reply = `\`return=representation\`, \`minimal\` or \`headers-only\`; \`count=exact\`; \`handling=strict\`${trials ? '; `tx=rollback`: a trial, undone in the end' : ''}`
  const most = 'with `handling=strict`, `max-affected=N`: more rows are refused'
  const absent = '`missing=default`: what a row leaves out becomes its default, not NULL'
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
    Prefer: header(
      'Prefer',
      `\`count=exact\`, \`count=planned\` or \`count=estimated\`; ${consistency}; \`handling=strict\`.`,
    ),
    'Prefer.item': header('Prefer', `${consistency}; \`handling=strict\`.`),
    'Selvage-Bookmark': header(
      'Selvage-Bookmark',
      'What an earlier answer said in its header of that name: nothing older is answered.',
    ),
    'If-None-Match': header('If-None-Match', 'The `ETag` of an earlier answer: 304 when nothing changed.'),
    'If-None-Match.put': header('If-None-Match', '`*`: it must not be there yet, or 412.'),
    columns: query('columns', 'What is taken of each row of the body: names with commas between them.'),
    on_conflict: query(
      'on_conflict',
      'Columns of a unique constraint by which rows are found that are there already; default: the primary key.',
    ),
    'Prefer.create': header(
      'Prefer',
      `${reply}; ${absent}; \`resolution=merge-duplicates\` or \`ignore-duplicates\` for rows that are there already.`,
    ),
    'Prefer.put': header('Prefer', `${reply}; ${absent}.`),
    'Prefer.update': header('Prefer', `${reply}; ${most}.`),
    'Prefer.delete': header('Prefer', `${reply}; ${most}.`),
    'Idempotency-Key': header(
      'Idempotency-Key',
      'Names this request, such as a UUID: sent again with the same key, it is not done again, and answered as before. Kept for a day.',
    ),
  }
}

export const answerHeaders: JsonObject = {
  'Content-Range': {
    description: 'First and last row, and how many there are, or `*`',
    schema: { type: 'string' },
  },
  ETag: { description: 'Stands for this answer', schema: { type: 'string' } },
  Location: { description: 'The path of the row that was made, where it is one', schema: { type: 'string' } },
  'Preference-Applied': { description: 'What of `Prefer` was heeded', schema: { type: 'string' } },
  'Idempotency-Replayed': {
    description: '`true`: it was done before, under the same key',
    schema: { type: 'string', const: 'true' },
  },
  'Selvage-Bookmark': {
    description: 'Send it back, and nothing older is answered: after a write, and with `consistency=session`',
    schema: { type: 'string' },
  },
  'Cache-Status': {
    description: 'Where it is kept: whether it was given from there, and for how long it will be (RFC 9211)',
    schema: { type: 'string' },
  },
  Age: { description: 'Where it is kept: for how many seconds', schema: { type: 'integer' } },
  Link: { description: 'The URL of the next page, `rel="next"`', schema: { type: 'string' } },
}

export const notModified: JsonObject = { description: 'The answer is still the one of that `ETag`' }

/** One answer for each status, shared by all operations that can give it. */
const meanings: ReadonlyMap<number, string> = new Map([
  [300, 'The embed could be more than one relation: a hint says which'],
  [400, 'The request cannot be understood, asks for too much, or has values that cannot be'],
  [401, 'A key is missing, key or access token are not valid, or one must sign in first'],
  [403, 'The caller may not do this'],
  [404, 'There is nothing of that name or key'],
  [406, 'None of the accepted media types can be given, or there is not exactly one row'],
  [409, 'What is there already, or is not there, forbids it; or the same request is still running'],
  [412, 'The item is not as `If-Match` or `If-None-Match` says'],
  [413, 'The body is too large'],
  [414, 'The query string is too long'],
  [415, 'The body is of no media type that is taken'],
  [416, 'There are no rows in that range'],
  [422, "Well-formed, and refused: a rule says no, or the `Idempotency-Key` was another request's"],
  [428, 'The change must say in `If-Match` what it is a change of'],
  [503, 'The database cannot be reached; try again after `Retry-After` seconds'],
  [504, 'The database took too long'],
])

export const problemAnswers: JsonObject = Object.fromEntries(
  [...meanings].map(([status, description]) => [
    `problem_${status}`,
    { description, content: { 'application/problem+json': { schema: refTo('schemas', 'Problem') } } },
  ]),
)

function query(name: string, description: string): JsonObject {
  return { name, in: 'query', description, schema: { type: 'string' } }
}

function number(name: string, description: string, maximum: number): JsonObject {
  return { name, in: 'query', description, schema: { type: 'integer', minimum: 0, maximum } }
}

function header(name: string, description: string): JsonObject {
  return { name, in: 'header', description, schema: { type: 'string' } }
}
