import { Problem } from '../base/problem.ts'

/** What a URL and its headers say of where a request goes, the same for reads and writes. */

/** The raw query string, percent-encoded. */
export function queryOf(url: string): string {
  const question = url.indexOf('?')
  return question === -1 ? '' : url.slice(question + 1)
}

/** Parts of a composite key stand in the path in the key's order, with commas between them. */
export function keyOf(path: string): readonly string[] {
  const last = path.slice(path.lastIndexOf('/') + 1)
  try {
    return last.split(',').map((part) => decodeURIComponent(part))
  } catch (error) {
    if (!(error instanceof URIError)) throw error
    throw new Problem('PGRST125', { message: 'The key in the path is not well-formed percent-encoding' })
  }
}

/** Clients name PostgreSQL's default schema; there is no other. */
export function refuseOtherSchema(profile: string | null): void {
  if (profile !== null && profile !== 'public') {
    throw new Problem('PGRST106', {
      message: `Invalid schema: ${profile}`,
      hint: 'Only the schema public is served.',
    })
  }
}
