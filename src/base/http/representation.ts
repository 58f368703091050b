import { etagOf, matchesEtag } from './etag.ts'

/** A body that was made once and is sent many times. */
export interface Representation {
  readonly body: string
  readonly etag: string
  readonly headers: Readonly<Record<string, string>>
}

export function representation(body: string, headers: Readonly<Record<string, string>>): Representation {
  return { body, etag: etagOf(body), headers }
}

/** 200, or 304 when the client has it already (RFC 9110 §13.1.2). */
export function respond({ body, etag, headers }: Representation, request: Headers): Response {
  const all = { 'cache-control': 'private, no-cache', ...headers, etag }
  const known = request.get('if-none-match')
  if (known !== null && matchesEtag(known, etag)) return new Response(null, { status: 304, headers: all })
  return new Response(body, { headers: all })
}
