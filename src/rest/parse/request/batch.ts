/** A list of writes that become one transaction. */
import type { Limits } from '../../../base/limits.ts'
import { Problem } from '../../../base/problem.ts'
import { ResultReference } from '../../../query/write/reference.ts'
import { type BodyRows, rowsOfJson } from '../body/rows.ts'
import { type ParsedWrite, parseWrite, parseWriteHead, type WriteMethod } from './write.ts'

/** One operation of a batch, parsed, with the method that says how it is presented. */
export interface BatchOperation {
  readonly method: WriteMethod
  readonly parsed: ParsedWrite
}

const methods: readonly WriteMethod[] = ['POST', 'PATCH', 'PUT', 'DELETE']
/** What an operation may say beside its body. */
const headerNames = new Set(['prefer', 'if-match', 'if-none-match'])
const members = new Set(['method', 'path', 'headers', 'body'])
const path = /^\/?([^/?]+)(?:\/([^/?]+))?(?:\?(.*))?$/

/**
 * @param body `[{ "method": "POST", "path": "orders?select=id", "headers": { "prefer": … }, "body": { … } }, …]`;
 * `{ "$result": "/0/id" }` in place of a value is the id of the row that the first operation makes
 * @throws Problem PGRST102, LIMIT_OPERATIONS, and what `parseWrite` throws, each with the operation's pointer
 */
export function parseBatch(body: unknown, limits: Limits): readonly BatchOperation[] {
  if (!Array.isArray(body) || body.length === 0)
    throw new Problem('PGRST102', {
      message: 'A batch is a JSON array of operations',
      hint: '[{ "method": "POST", "path": "orders", "body": { … } }, …]',
    })
  if (body.length > limits.operations) {
    throw new Problem('LIMIT_OPERATIONS', {
      message: `The batch has ${body.length} operations, at most ${limits.operations} are done at once`,
    })
  }
  let cells = limits.bodyCells
  return body.map((operation: unknown, index) => {
    try {
      const parsed = parseOperation(operation, { ...limits, bodyCells: cells })
      const { columns } = parsed.parsed.request.intent
      cells -= columns.length * parsed.parsed.request.rows.length
      return parsed
    } catch (error) {
      throw error instanceof Problem ? error.at(index) : error
    }
  })
}

function parseOperation(operation: unknown, limits: Limits): BatchOperation {
  if (!isObject(operation)) throw malformed('An operation is an object with method and path.')
  const unknown = Object.keys(operation).find((name) => !members.has(name))
  if (unknown !== undefined) throw malformed(`An operation has no member ${JSON.stringify(unknown)}.`)
  const method = methods.find((each) => each === operation.method)
  if (method === undefined) throw malformed(`method is one of ${methods.join(', ')}.`)
  const [, resource, key, query = ''] =
    typeof operation.path === 'string' ? (path.exec(operation.path) ?? []) : []
  if (resource === undefined) throw malformed('path is resource, resource?parameters or resource/key.')
  if ((method === 'POST' && key !== undefined) || (method === 'PUT' && key === undefined))
    throw malformed('POST goes to a resource, PUT to resource/key.')
  const head = parseWriteHead({
    method,
    resource: decoded(resource),
    key: key === undefined ? null : key.split(',').map(decoded),
    query,
    headers: headersOf(operation.headers),
    limits,
  })
  const rows = method === 'DELETE' ? null : rowsOf(operation.body, head.columns, head.prefer.missing, limits)
  return { method, parsed: parseWrite(head, rows) }
}

function rowsOf(
  body: unknown,
  columns: readonly string[] | null,
  missing: 'default' | 'null' | null,
  limits: Limits,
): BodyRows {
  const options = {
    maxBytes: limits.bodyBytes,
    maxRows: limits.bodyRows,
    maxCells: limits.bodyCells,
    columns,
    missing: missing ?? 'null',
  } as const
  const rows = rowsOfJson(body, options)
  return { ...rows, rows: rows.rows.map((row) => row.map(referenceOr)) }
}

function referenceOr(cell: unknown): unknown {
  if (!isObject(cell) || !Object.hasOwn(cell, '$result')) return cell
  const [, operation, row, field] =
    typeof cell.$result === 'string'
      ? (/^\/(\d{1,4})(?:\/(\d{1,5}))?\/([^/]+)$/.exec(cell.$result) ?? [])
      : []
  if (operation === undefined || field === undefined || Object.keys(cell).length > 1)
    throw malformed('$result is "/operation/field" or "/operation/row/field", such as "/0/id".')
  return new ResultReference(
    Number(operation),
    Number(row ?? 0),
    field.replaceAll('~1', '/').replaceAll('~0', '~'),
  )
}

function headersOf(given: unknown): { get(name: string): string | null } {
  if (given !== undefined && !isObject(given)) throw malformed('headers is an object of texts.')
  const headers = new Map<string, string>()
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!headerNames.has(name.toLowerCase()) || typeof value !== 'string')
      throw malformed(`An operation may say ${[...headerNames].join(', ')}; the batch says the rest.`)
    headers.set(name.toLowerCase(), value)
  }
  return { get: (name) => (name === 'content-type' ? 'application/json' : (headers.get(name) ?? null)) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (!(error instanceof URIError)) throw error
    throw malformed('The path is not well-formed percent-encoding.')
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function malformed(hint: string): Problem {
  return new Problem('PGRST102', { message: 'The operation is not well-formed', hint })
}
