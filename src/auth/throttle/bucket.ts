import type { Rate } from '../../declare/auth/throttle.ts'

/** What is remembered of a rate, or a mark: an instant in milliseconds by name. What is past is as if it were not there. */
export interface Cells {
  get(name: string): number | undefined
  set(name: string, until: number): void
}

/** A rate, where it is counted. */
export interface Rule extends Rate {
  readonly name: string
  /** It does not hold while this mark stands. */
  readonly unless?: string
}

/** What is asked of one room: the object, or the part of an isolate's memory, that remembers of one account or network. */
export type Asked =
  /** One of each, or of none. */
  | { readonly kind: 'take'; readonly rules: readonly Rule[] }
  /** One of each is given back, and a mark is made. */
  | {
      readonly kind: 'credit'
      readonly rules: readonly Rule[]
      readonly mark?: { readonly name: string; readonly seconds: number }
    }

/** How it went: by the rule that has least left. Null where none holds. */
export interface Told {
  readonly rule: Rate & { readonly name: string }
  readonly remaining: number
  /** Until one is there; 0: it was taken. */
  readonly retrySeconds: number
}

/**
 * The generic cell rate algorithm (ITU-T I.371, Annex A): one instant for each rate, the one at which everything would
 * be there again.
 */
export function answer(cells: Cells, asked: Asked, now: number): Told | null {
  const rules = asked.rules.filter(({ unless }) => unless === undefined || (cells.get(unless) ?? 0) <= now)
  if (asked.kind === 'take') return take(cells, rules, now)
  // What did not hold was not taken.
  for (const rule of rules) {
    const full = cells.get(rule.name)
    if (full !== undefined && full > now) cells.set(rule.name, full - interval(rule))
  }
  if (asked.mark !== undefined) cells.set(asked.mark.name, now + asked.mark.seconds * 1_000)
  return null
}

function take(cells: Cells, rules: readonly Rule[], now: number): Told | null {
  const states = rules.map((rule) => {
    const full = Math.max(cells.get(rule.name) ?? 0, now) + interval(rule)
    const waitMilliseconds = Math.max(0, full - now - rule.seconds * 1_000)
    return { rule, full, waitMilliseconds, left: (rule.seconds * 1_000 - (full - now)) / interval(rule) }
  })
  const [tightest] = states.toSorted((a, b) => b.waitMilliseconds - a.waitMilliseconds || a.left - b.left)
  if (tightest === undefined) return null
  const isTaken = tightest.waitMilliseconds === 0
  if (isTaken) for (const { rule, full } of states) cells.set(rule.name, full)
  const { rule, left, waitMilliseconds } = tightest
  return {
    rule: { name: rule.name, most: rule.most, seconds: rule.seconds },
    remaining: Math.max(0, Math.floor(left + 1e-9)),
    retrySeconds: Math.ceil(waitMilliseconds / 1_000),
  }
}

function interval({ most, seconds }: Rate): number {
  return (seconds * 1_000) / most
}
