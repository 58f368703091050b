import { once } from '../base/memory/once.ts'

/**
 * How names are written in requests: PostgREST's grammar knows bare names and names in double quotes
 * (https://docs.postgrest.org/en/stable/references/api/tables_views.html#reserved-characters).
 */

/** Spaces may stand in a bare name, too; but supabase-js takes them out of `select` unless they are quoted. */
const bare = once(() => /^[\p{L}\p{M}\p{Nd}_$][\p{L}\p{M}\p{Nd}_$-]*$/u)
const longestName = 128

/** Parameters that are no filters. */
const reserved: ReadonlySet<string> = new Set([
  ...['select', 'order', 'limit', 'offset', 'cursor', 'columns', 'on_conflict', 'apikey'],
  ...['and', 'or', 'not'],
])

/** A name in `select` and `order`; null when the grammar has no way to write it. */
export function spelled(name: string): string | null {
  if (name === '' || name.length > longestName || name.includes('\0') || !name.isWellFormed()) return null
  return bare().test(name) && name !== 'count' ? name : `"${name.replace(/["\\]/g, '\\$&')}"`
}

/** A column as the name of a filter; null as for `spelled`. */
export function filterName(column: string): string | null {
  return reserved.has(column) ? `"${column}"` : spelled(column)
}

/** Names that are safe in URLs and as keys of OpenAPI's components, and differ from each other. */
export function identifiers(names: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<string>()
  return new Map(
    names.map((name) => {
      const base = name.replace(/[^A-Za-z0-9_]+/g, '_') || '_'
      let identifier = base
      for (let count = 2; taken.has(identifier.toLowerCase()); count += 1) identifier = `${base}_${count}`
      taken.add(identifier.toLowerCase())
      return [name, identifier]
    }),
  )
}

/** A query string that is still readable: what means nothing to URLs, shells and curl stays as it is. */
export function queryString(parameters: readonly (readonly [name: string, value: string])[]): string {
  return parameters.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&')
}

function encoded(text: string): string {
  return encodeURIComponent(text)
    .replace(/%(2C|3A|3E)/g, (encodedByte) => decodeURIComponent(encodedByte))
    .replaceAll("'", '%27')
}
