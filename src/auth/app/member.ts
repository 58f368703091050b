import { OAuthError } from './error.ts'

/** What is longer would fill the database for nobody's good. */
const longestMember = 2_000

/** One member of a query or a form; null when it is absent or empty. @throws OAuthError invalid_request when it comes twice (RFC 6749 §3.1) */
export function member(query: URLSearchParams, name: string): string | null {
  const [value = '', ...more] = query.getAll(name)
  if (more.length > 0) throw new OAuthError('invalid_request', `${name} is given more than once.`)
  if (value.length > longestMember) throw new OAuthError('invalid_request', `${name} is too long.`)
  return value === '' ? null : value
}
