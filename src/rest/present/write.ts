import { etagOf } from '../../base/http/etag.ts'
import type { WriteAnswer } from '../../engine/write/operation.ts'
import type { ParsedWrite, WriteMethod } from '../parse/request/write.ts'
import { csvTable } from './read.ts'

/**
 * What was written as a response.
 * Source: https://docs.postgrest.org/en/stable/references/api/preferences.html#return-representation, RFC 9110 §9.3
 */
export function presentWrite(
  written: WriteAnswer,
  parsed: ParsedWrite,
  { method, apiUrl }: { readonly method: WriteMethod; readonly apiUrl: string },
): Response {
  const { intent } = parsed.request
  const isItem = intent.key !== null
  const headers: Record<string, string> = { 'cache-control': 'no-store' }
  if (parsed.prefer.applied !== null) headers['preference-applied'] = parsed.prefer.applied
  if (!isItem) headers['content-range'] = contentRange(written, parsed, method)
  if (written.location !== null)
    headers.location = `${rootOf(apiUrl)}/rest/v1/${encodeURIComponent(intent.resource)}/${written.location}`
  const body = bodyOf(written, parsed)
  const isMade = method === 'POST' || (method === 'PUT' && written.location !== null)
  if (body === null) return new Response(null, { status: isMade ? 201 : 204, headers })
  headers['content-type'] = parsed.accept.contentType
  if (isItem && written.answer?.mark != null) headers.etag = etagOf(body, { version: written.answer.mark })
  return new Response(body, { status: isMade ? 201 : 200, headers })
}

/** The path in front of the routes: a tenant can have one. */
function rootOf(apiUrl: string): string {
  return new URL(apiUrl).pathname.replace(/\/$/, '')
}

function bodyOf({ answer, columns }: WriteAnswer, { accept, request }: ParsedWrite): Uint8Array | null {
  if (answer === null) return null
  if (accept.kind === 'csv') return csvTable(columns, answer.body)
  const isOne = accept.kind === 'object' || request.intent.key !== null
  // An item that was written and may not be read is not shown.
  if (isOne) return answer.rows === 1 ? answer.body.subarray(1, -1) : null
  return answer.body
}

/** Rows that were made have no place in a list. */
function contentRange({ affected }: WriteAnswer, { prefer }: ParsedWrite, method: WriteMethod): string {
  const total = prefer.count === null ? '*' : affected
  return method === 'POST' || affected === 0 ? `*/${total}` : `0-${affected - 1}/${total}`
}
