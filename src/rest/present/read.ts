import { etagOf, matchesEtag } from '../../base/http/etag.ts'
import { Problem } from '../../base/problem.ts'
import type { ReadAnswer } from '../../engine/read.ts'
import { noSuchItem } from '../../query/name.ts'
import type { ParsedRead } from '../parse/request/read.ts'
import { cacheControl } from './caching.ts'

/** What the answer depends on besides its URL. */
const vary =
  'Accept, Accept-Profile, Authorization, apikey, Cookie, Prefer, Range, Range-Unit, Selvage-Bookmark'

/** All of a response that its answer and its request say, whoever asks. */
export interface Presented {
  readonly status: number
  readonly headers: Readonly<Record<string, string>> & { readonly etag: string }
  readonly body: Uint8Array
}

/**
 * The database's text as a response.
 * @param next URL of the next page, or null
 * @throws Problem PGRST116, PGRST103, NOT_FOUND
 */
export function presentRead(
  answer: ReadAnswer,
  parsed: ParsedRead,
  next: string | null,
  ifNoneMatch: string | null,
): Response {
  return respondRead(presentedRead(answer, parsed), answer, { next, ifNoneMatch })
}

/**
 * Source: https://docs.postgrest.org/en/stable/references/api/pagination_count.html (Content-Range, 206, 416),
 * https://docs.postgrest.org/en/stable/references/api/resource_representation.html (singular), RFC 9110 §13 (ETag)
 * @throws Problem PGRST116, PGRST103, NOT_FOUND
 */
export function presentedRead(answer: ReadAnswer, parsed: ParsedRead): Presented {
  const { intent } = parsed.request
  const body = bodyOf(answer, parsed)
  const isList = intent.key === null
  const range = isList ? contentRange(answer, parsed.page.offset) : null
  return {
    status: isList ? statusOf(answer, parsed.page.offset) : 200,
    headers: {
      'content-type': parsed.accept.contentType,
      vary,
      etag: etagOf(body, { range, version: isList ? null : answer.mark }),
      ...(range !== null && { 'content-range': range }),
      ...(parsed.prefer.applied !== null && { 'preference-applied': parsed.prefer.applied }),
    },
    body,
  }
}

export function respondRead(
  { status, headers: told, body }: Presented,
  answer: Pick<ReadAnswer, 'kept'>,
  { next, ifNoneMatch }: { readonly next: string | null; readonly ifNoneMatch: string | null },
): Response {
  const headers = {
    ...told,
    'cache-control': cacheControl(answer),
    ...(next !== null && { link: `<${next}>; rel="next"` }),
  }
  return ifNoneMatch !== null && matchesEtag(ifNoneMatch, told.etag)
    ? new Response(null, { status: 304, headers })
    : new Response(body, { status, headers })
}

function bodyOf(answer: ReadAnswer, parsed: ParsedRead): Uint8Array {
  const { intent } = parsed.request
  if (intent.key !== null && answer.rows === 0) throw noSuchItem(intent.resource)
  if (parsed.accept.kind === 'csv') return csvTable(answer.columns, answer.body)
  if (parsed.accept.kind === 'array' && intent.key === null) return answer.body
  if (answer.rows !== 1) {
    throw new Problem('PGRST116', { details: `The result contains ${answer.rows} rows` })
  }
  return answer.body.subarray(1, -1)
}

/** Lines of CSV with the header before them. */
export function csvTable(columns: readonly string[], lines: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${columns.map(csvName).join(',')}\n`), lines])
}

function csvName(name: string): string {
  return /[",\n\r]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name
}

function contentRange(answer: ReadAnswer, offset: number): string {
  const end = offset + answer.rows
  const rows = answer.rows === 0 ? '*' : `${offset}-${end - 1}`
  const total = answer.total !== null && answer.isTotalCapped ? Math.max(answer.total, end) : answer.total
  return `${rows}/${total ?? '*'}`
}

function statusOf(answer: ReadAnswer, offset: number): number {
  const { total, rows } = answer
  if (total === null) return 200
  if (answer.isTotalCapped) return 206
  if (offset > total) {
    throw new Problem('PGRST103', {
      message: 'Requested range not satisfiable',
      details: `An offset of ${offset} was requested, but there are only ${total} rows.`,
      headers: { 'content-range': `*/${total}` },
    })
  }
  return rows < total ? 206 : 200
}
