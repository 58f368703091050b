import { Problem } from '../base/problem.ts'
import type { Bindings } from '../base/settings.ts'

const place = '{tenant}'

/**
 * TENANT_DATABASE_URL: where the databases lie whose entry in the directory has no URL of its own, such as
 * `https://{tenant}.db.example` (with sqld's namespaces the first label of the host is the namespace; `/dev/{namespace}/`
 * of sqld does not speak Protobuf). Null: not set.
 * @throws Problem UNAVAILABLE_CONFIGURATION
 */
export function databasePattern(bindings: Bindings): string | null {
  const { TENANT_DATABASE_URL: value } = bindings
  if (value === undefined || value === '') return null
  const url = typeof value === 'string' ? value.replace(/^libsql:/, 'https:').replace(/\/+$/, '') : ''
  if (url.includes(place) && /^https?:$/.test(protocolOf(databaseUrlOf(url, 'a')))) return url
  throw new Problem('UNAVAILABLE_CONFIGURATION', {
    message: `TENANT_DATABASE_URL is not an http, https or libsql URL with ${place} in it.`,
    headers: { 'retry-after': '60' },
  })
}

/** The database of a tenant by the pattern. */
export function databaseUrlOf(pattern: string, name: string): string {
  return pattern.replaceAll(place, name)
}

function protocolOf(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : ''
}
