import type { Problem } from '../../../../src/base/problem.ts'
import { parseBody } from '../../../../src/rest/parse/body/body.ts'
import type { BodyOptions, BodyRows } from '../../../../src/rest/parse/body/rows.ts'

export const json = 'application/json'
export const csv = 'text/csv'
export const form = 'application/x-www-form-urlencoded'

const usual: BodyOptions = {
  maxBytes: 1_000_000,
  maxRows: 1_000,
  maxCells: 400_000,
  columns: null,
  missing: 'null',
}

/** A body as it would come. */
export function send(
  type: string | null,
  body: RequestInit['body'],
  options: Partial<BodyOptions> = {},
): Promise<BodyRows> {
  const headers = new Headers(type === null ? {} : { 'content-type': type })
  // A text would bring a Content-Type of its own.
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : (body ?? null)
  const request = new Request('http://selvage.test/rest/v1/things', { method: 'POST', headers, body: bytes })
  return parseBody(request, { ...usual, ...options })
}

/** What a problem says, to be compared with `rejects`. */
export function problem(code: Problem['code'], status: number): Partial<Problem> {
  return { name: 'Problem', code, status }
}
