/**
 * The `Prefer` header of reads and writes.
 * Source: https://docs.postgrest.org/en/stable/references/api/preferences.html and RFC 7240
 */
import { Problem } from '../../base/problem.ts'
import type { CountKind } from '../../query/intent.ts'

/** What the header goes with. `delete` and `update` may be of many rows or of one; `item` is a read of one. */
export type PreferUse = 'list' | 'item' | 'insert' | 'update' | 'delete' | 'call' | 'batch'

/** A member is null when it was not given, and when it asks nothing of this use. */
export interface Prefer {
  readonly resolution: 'merge-duplicates' | 'ignore-duplicates' | null
  readonly missing: 'default' | 'null' | null
  readonly return: 'representation' | 'minimal' | 'headers-only' | null
  readonly count: CountKind | null
  readonly tx: 'commit' | 'rollback' | null
  /** How new what is read must be (`database/fresh/freshness.ts`). */
  readonly consistency: 'strong' | 'session' | 'eventual' | null
  readonly handling: 'strict' | 'lenient' | null
  /** Most rows that may be changed; counts with `handling=strict` alone. */
  readonly maxAffected: number | null
  /** What `Preference-Applied` says, such as `count=exact, handling=strict`; null when nothing was applied. */
  readonly applied: string | null
}

/**
 * Of several preferences of one name the first counts. What is not known is passed over, unless the client wants
 * `handling=strict`. What is known and asks nothing of this use is no error.
 * @param header all `Prefer` headers, joined by commas, as `Headers.get` gives them.
 * @throws Problem PGRST122 that lists what is not known
 */
export function parsePrefer(header: string | null, use: PreferUse): Prefer {
  if (header === null) return none
  const given = header.split(',').flatMap(readPreference)
  const uses = usesOf[use]
  const choose = <const Choice extends string>(name: string, known: readonly Choice[]): Choice | null =>
    uses.has(name) ? firstChoice(given, name, known) : null
  const handling = choose('handling', choices.handling)
  if (handling === 'strict') refuseUnknown(given)
  const members = {
    resolution: choose('resolution', choices.resolution),
    missing: choose('missing', choices.missing),
    return: choose('return', choices.return),
    count: choose('count', choices.count),
    tx: choose('tx', choices.tx),
    consistency: choose('consistency', choices.consistency),
    handling,
    maxAffected: handling === 'strict' && uses.has(maxAffected) ? readMaxAffected(given) : null,
  }
  return { ...members, applied: appliedOf(members) }
}

/** Whether it is among what is wanted, whatever else is, and for whatever use. */
export function prefers(header: string | null, name: keyof typeof choices, value: string): boolean {
  if (header === null) return false
  return header
    .split(',')
    .some((item) => readPreference(item).some((given) => given.name === name && given.value === value))
}

interface Preference {
  readonly text: string
  readonly name: string
  readonly value: string
}

const maxAffected = 'max-affected'

const choices = {
  resolution: ['merge-duplicates', 'ignore-duplicates'],
  missing: ['default', 'null'],
  return: ['representation', 'minimal', 'headers-only'],
  count: ['exact', 'planned', 'estimated'],
  tx: ['commit', 'rollback'],
  consistency: ['strong', 'session', 'eventual'],
  handling: ['strict', 'lenient'],
} as const

const allKnown: ReadonlySet<string> = new Set(
  Object.entries(choices).flatMap(([name, values]) => values.map((value) => `${name}=${value}`)),
)

/** As PostgREST: an insert has no limit of rows, and a deletion no body from which something could be missing. */
const usesOf: Readonly<Record<PreferUse, ReadonlySet<string>>> = {
  list: new Set(['count', 'consistency', 'handling']),
  item: new Set(['consistency', 'handling']),
  insert: new Set(['resolution', 'missing', 'return', 'count', 'tx', 'handling']),
  update: new Set(['missing', 'return', 'count', 'tx', 'handling', maxAffected]),
  delete: new Set(['return', 'count', 'tx', 'handling', maxAffected]),
  call: new Set(['count', 'tx', 'consistency', 'handling', maxAffected]),
  batch: new Set(['tx', 'handling']),
}

const none: Prefer = {
  resolution: null,
  missing: null,
  return: null,
  count: null,
  tx: null,
  consistency: null,
  handling: null,
  maxAffected: null,
  applied: null,
}

/** `Name = "value"` is `name=value` (RFC 7240, section 2). */
function readPreference(item: string): readonly Preference[] {
  const text = item.trim()
  if (text === '') return []
  const equals = text.indexOf('=')
  if (equals < 0) return [{ text, name: text.toLowerCase(), value: '' }]
  const value = text.slice(equals + 1).trim()
  const bare = value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
  return [{ text, name: text.slice(0, equals).trimEnd().toLowerCase(), value: bare }]
}

function firstChoice<Choice extends string>(
  given: readonly Preference[],
  name: string,
  known: readonly Choice[],
): Choice | null {
  for (const preference of given) {
    if (preference.name !== name) continue
    const choice = known.find((value) => value === preference.value)
    if (choice !== undefined) return choice
  }
  return null
}

function refuseUnknown(given: readonly Preference[]): void {
  const unknown = given.filter(
    (preference) => !allKnown.has(`${preference.name}=${preference.value}`) && !limitsRows(preference),
  )
  if (unknown.length === 0) return
  throw new Problem('PGRST122', {
    message: 'Invalid preferences given with handling=strict',
    details: `Invalid preferences: ${unknown.map(({ text }) => text).join(', ')}`,
    hint: `Known are ${Object.entries(choices)
      .map(([name, values]) => `${name}=${values.join('|')}`)
      .join(', ')} and ${maxAffected}=N.`,
  })
}

function limitsRows({ name, value }: Preference): boolean {
  return name === maxAffected && /^[0-9]{1,15}$/.test(value)
}

function readMaxAffected(given: readonly Preference[]): number | null {
  const limit = given.find(limitsRows)
  return limit === undefined ? null : Number(limit.value)
}

/** RFC 7240, section 3; in PostgREST's order. */
function appliedOf(members: Omit<Prefer, 'applied'>): string | null {
  const applied = Object.entries(members).flatMap(([member, value]) =>
    value === null ? [] : [`${member === 'maxAffected' ? maxAffected : member}=${value}`],
  )
  return applied.length === 0 ? null : applied.join(', ')
}
