import type { Reference } from '../../reference.ts'

/** One request in two languages: both send the same. */
export interface Example {
  readonly title: string
  readonly curl: string
  /** Null: supabase-js has no way to say it. */
  readonly supabase: string | null
}

/** What the examples need to know of the place and the caller. */
export interface Scene {
  readonly apiUrl: string
  readonly asker: Reference['asker']
}

/** Headers of a curl line. Keys and tokens are names of variables: a page is no place for them. */
export function curlHeaders(asker: Reference['asker']): string {
  const key = asker === 'service' ? '$SECRET_KEY' : '$PUBLISHABLE_KEY'
  const token = asker === 'user' ? ' -H "Authorization: Bearer $ACCESS_TOKEN"' : ''
  return `-H "apikey: ${key}"${token}`
}

/** A curl line with a body of JSON. */
export function curlSending(
  method: string,
  url: string,
  headers: readonly string[],
  body: string | null,
): string {
  const given = body === null ? [] : ["-H 'Content-Type: application/json'", `-d ${inShell(body)}`]
  return [`curl -X ${method} '${url}'`, ...headers, ...given].join(' ')
}

export function shellSafe(path: string): string {
  return path.replaceAll("'", '%27')
}

/** A text of JavaScript in single quotes. */
export function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}

/** A text in single quotes (POSIX.1-2017, Shell Command Language 2.2.2). */
function inShell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
