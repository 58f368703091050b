/**
 * The `Prefer` header of a read.
 * Source: https://docs.postgrest.org/en/stable/references/api/preferences.html and RFC 7240
 */
import { Problem } from '../../base/problem.ts'
import type { CountKind } from '../../query/intent.ts'

export interface Prefer {
  readonly count: CountKind | null
  readonly handling: 'strict' | 'lenient' | null
  /** What `Preference-Applied` says, such as `count=exact, handling=strict`; null when nothing was applied. */
  readonly applied: string | null
}

/**
 * Of several preferences of one name the first counts. What is not known is passed over, unless the client wants
 * `handling=strict`.
 * @param header all `Prefer` headers, joined by commas, as `Headers.get` gives them.
 * @throws Problem PGRST122 that lists what is not known
 */
export function parsePrefer(header: string | null): Prefer {
  if (header === null) return none
  let count: CountKind | null = null
  let handling: Prefer['handling'] = null
  const unknown: string[] = []
  for (const item of header.split(',')) {
    const text = item.trim()
    if (text === '') continue
    const preference = normal(text)
    const askedCount = counts.get(preference)
    const askedHandling = handlings.get(preference)
    if (askedCount !== undefined) count ??= askedCount
    else if (askedHandling !== undefined) handling ??= askedHandling
    else if (!ofWrites.has(preference) && !maxAffected.test(preference)) unknown.push(text)
  }
  if (handling === 'strict' && unknown.length > 0) {
    throw new Problem('PGRST122', {
      message: 'Invalid preferences given with handling=strict',
      details: `Invalid preferences: ${unknown.join(', ')}`,
      hint: 'Reads know count=exact|planned|estimated and handling=strict|lenient.',
    })
  }
  return { count, handling, applied: appliedHeader(count, handling) }
}

/** The value of `Preference-Applied` (RFC 7240 §3); null when nothing was applied. */
export function appliedHeader(count: CountKind | null, handling: Prefer['handling']): string | null {
  if (count === null) return handling === null ? null : `handling=${handling}`
  return handling === null ? `count=${count}` : `count=${count}, handling=${handling}`
}

const none: Prefer = { count: null, handling: null, applied: null }

const counts: ReadonlyMap<string, CountKind> = new Map([
  ['count=exact', 'exact'],
  ['count=planned', 'planned'],
  ['count=estimated', 'estimated'],
])

const handlings: ReadonlyMap<string, 'strict' | 'lenient'> = new Map([
  ['handling=strict', 'strict'],
  ['handling=lenient', 'lenient'],
])

/** Preferences of writes: no error on a read, as they ask nothing of it. */
const ofWrites: ReadonlySet<string> = new Set([
  'return=representation',
  'return=minimal',
  'return=headers-only',
  'resolution=merge-duplicates',
  'resolution=ignore-duplicates',
  'missing=default',
  'missing=null',
  'tx=commit',
  'tx=rollback',
])
const maxAffected = /^max-affected=[0-9]+$/

/** `Name = "value"` is `name=value` (RFC 7240, section 2). */
function normal(text: string): string {
  const equals = text.indexOf('=')
  if (equals < 0) return text.toLowerCase()
  const value = text.slice(equals + 1).trim()
  const bare = value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
  return `${text.slice(0, equals).trimEnd().toLowerCase()}=${bare}`
}
