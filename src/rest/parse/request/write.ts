/**
 * A write as it came over HTTP, as an intent.
 * Source: https://docs.postgrest.org/en/stable/references/api/tables_views.html#insert and the sections after it
 */
import { checkText } from '../../../base/http/text.ts'
import type { Limits } from '../../../base/limits.ts'
import { Problem } from '../../../base/problem.ts'
import type {
  ConflictIntent,
  MatchIntent,
  ReplyIntent,
  WriteIntent,
  WriteRequest,
} from '../../../query/write/intent.ts'
import { type Accept, negotiate } from '../accept.ts'
import { parseColumns } from '../body/columns.ts'
import type { BodyRows } from '../body/rows.ts'
import { parseOrder } from '../order.ts'
import { type Prefer, parsePrefer } from '../prefer.ts'
import { splitQuery } from '../query-string.ts'
import type { Budget } from '../scan/scanner.ts'
import { parseSelect } from '../select.ts'
import { readMatch } from './match.ts'
import { attach, type Parameters, sortParameters } from './parameters.ts'

export type WriteMethod = 'POST' | 'PATCH' | 'PUT' | 'DELETE'

export interface WriteInput {
  readonly method: WriteMethod
  readonly resource: string
  /** The parts of the primary key when one item is meant, decoded. */
  readonly key: readonly string[] | null
  /** The raw query string, percent-encoded. */
  readonly query: string
  readonly headers: { get(name: string): string | null }
  readonly limits: Limits
}

/** What is known before the body is read: it says how to read it. */
export interface WriteHead {
  readonly input: WriteInput
  readonly parameters: Parameters
  /** Names in `?columns=`; null: those of the body. */
  readonly columns: readonly string[] | null
  readonly accept: Accept
  readonly prefer: Prefer
}

export interface ParsedWrite {
  readonly request: WriteRequest
  readonly accept: Accept
  readonly prefer: Prefer
}

/** @throws Problem as `parseRead`; 21000 never: that is for who knows the resource */
export function parseWriteHead(input: WriteInput): WriteHead {
  const { headers, limits, key, method } = input
  const parameters = sortParameters(splitQuery(input.query, limits), key !== null)
  for (const name of ['limit', 'offset', 'cursor'] as const) {
    if (parameters[name] !== null) refuse(name, 'A write has no pages: choose rows with filters.')
  }
  if (method !== 'POST' && parameters.on_conflict !== null)
    refuse('on_conflict', 'Only POST can meet rows that are there already.')
  return {
    input,
    parameters,
    columns: columnsOf(parameters.columns, 'columns', limits),
    accept: negotiate(headers.get('accept')),
    prefer: parsePrefer(headers.get('prefer'), uses[method]),
  }
}

/**
 * @param body null of a delete
 * @throws Problem as `parseRead`; PGRST102; PRECONDITION_FAILED, PRECONDITION_UNSUPPORTED
 */
export function parseWrite(head: WriteHead, body: BodyRows | null): ParsedWrite {
  const { input, parameters, prefer, accept } = head
  const { key, limits, method } = input
  const values = (key ?? []).map((part, index) => checkText(part, `Part ${index + 1} of the key`))
  const slots = key === null ? null : values.map((_, slot) => slot)
  const budget: Budget = { limits, parts: 0, embeds: 0 }
  const root = parseSelect(parameters.select ?? '', budget)
  if (parameters.order !== null) root.node.order = parseOrder(parameters.order, 'order', budget)
  for (const pair of parameters.others) attach(pair, root, key !== null, values, budget)
  const isInsert = method === 'POST' || method === 'PUT'
  if (isInsert && root.node.where.length > 0)
    refuse('a filter', 'A row that is made has nothing to be chosen from. PUT takes the key in the path.')
  const rows = body === null ? { columns: [], rows: [], isList: false } : rowsFor(method, body)
  const isText = !/json/i.test(input.headers.get('content-type') ?? '')
  const match = matchOf(input, values)
  const intent: WriteIntent = {
    kind: isInsert ? 'insert' : method === 'PATCH' ? 'update' : 'delete',
    resource: input.resource,
    root: root.node,
    key: slots,
    columns: rows.columns,
    derived: [],
    sparse: sparseColumns(rows),
    isList: rows.isList,
    conflict: conflictOf(head),
    reply: replyOf(head),
    isSingle: accept.kind === 'object',
    cap: prefer.maxAffected === null ? null : values.push(String(prefer.maxAffected)) - 1,
    match,
  }
  return {
    request: { intent, values, rows: rows.rows, isText: isText },
    accept,
    prefer,
  }
}

const uses = { POST: 'insert', PUT: 'insert', PATCH: 'update', DELETE: 'delete' } as const

function columnsOf(text: string | null, parameter: string, limits: Limits): readonly string[] | null {
  return text === null ? null : parseColumns(text, parameter, { limits, parts: 0, embeds: 0 })
}

/** A list has no version, and a row that is made is there when it is made. */
function matchOf({ key, headers, method }: WriteInput, values: string[]): MatchIntent | null {
  const [present, absent] = [headers.get('if-match'), headers.get('if-none-match')]
  if (present === null && absent === null) return null
  if (key === null || (absent !== null && (present !== null || method !== 'PUT' || absent.trim() !== '*'))) {
    throw new Problem('PRECONDITION_UNSUPPORTED', {
      message: 'If-Match is for an item, and If-None-Match: * for a PUT of one',
      hint: 'Write to /rest/v1/{resource}/{key}.',
    })
  }
  if (present === null) return { kind: 'absent' }
  const versions = readMatch(present)
  if (versions === null) return { kind: 'present' }
  return { kind: 'version', versions: values.push(JSON.stringify(versions)) - 1 }
}

function conflictOf({ input, parameters, prefer }: WriteHead): ConflictIntent | null {
  if (input.method === 'PUT') return { on: null, action: 'replace' }
  if (input.method !== 'POST' || prefer.resolution === null) return null
  return {
    on: columnsOf(parameters.on_conflict, 'on_conflict', input.limits),
    action: prefer.resolution === 'merge-duplicates' ? 'merge' : 'ignore',
  }
}

function replyOf({ accept, prefer }: WriteHead): ReplyIntent | null {
  if (prefer.return !== 'representation') return null
  return {
    format: accept.kind === 'csv' ? 'csv' : 'json',
    nullsStripped: accept.nullsStripped,
  }
}

/** A list says what many rows become when they are made; what a change is, one row says. CSV is a list of one. */
function rowsFor(method: WriteMethod, body: BodyRows): BodyRows {
  if (method === 'POST') return withoutAbsent(body)
  if (!body.isList) return method === 'PUT' ? withoutAbsent(body) : body
  if (body.rows.length === 1) return rowsFor(method, { ...body, isList: false })
  throw new Problem('PGRST102', {
    message: `${method} takes one row, and the request body has ${body.rows.length}`,
    hint: 'Send an object. POST with Prefer: resolution=merge-duplicates takes many rows.',
  })
}

/** One row that is made says all there is to say: what it leaves out is not named at all. In a change it is the default. */
function withoutAbsent(body: BodyRows): BodyRows {
  const [only = []] = body.rows
  if (body.isList || !only.includes(undefined)) return body
  const isGiven = (_: unknown, index: number) => only[index] !== undefined
  return { columns: body.columns.filter(isGiven), rows: [only.filter(isGiven)], isList: false }
}

function sparseColumns({ columns, rows }: BodyRows): readonly string[] {
  return columns.filter((_, index) => rows.some((row) => row[index] === undefined))
}

function refuse(parameter: string, hint: string): never {
  throw new Problem('PGRST100', { message: `${parameter} does not apply to this write`, hint })
}
