/** What must never happen, and how often it did. */
export interface Violations {
  add(kind: ViolationKind, detail: string): void
  count(kind?: ViolationKind): number
  /** The first ones of each kind, with what was seen. */
  readonly examples: readonly string[]
}

export const violationKinds = {
  'own write': 'a reader was shown something older than its own write',
  'went back': 'a session was shown something older than it had been shown before',
  strong: 'a strong read missed a write that was answered before it began',
  nowhere: 'a value was shown that nobody wrote',
  leak: 'an answer held the secret of somebody else',
  'lost write': 'a write that was answered is not there',
  twice: 'a write was done more than once',
  unexpected: 'an answer had a status that was not to be expected',
} as const
export type ViolationKind = keyof typeof violationKinds

const examplesOfAKind = 3

export function countViolations(): Violations {
  const counts = new Map<ViolationKind, number>()
  const examples: string[] = []
  return {
    add(kind, detail) {
      const count = (counts.get(kind) ?? 0) + 1
      counts.set(kind, count)
      if (count <= examplesOfAKind) examples.push(`${kind}: ${detail}`)
    },
    count(kind) {
      if (kind !== undefined) return counts.get(kind) ?? 0
      return [...counts.values()].reduce((sum, count) => sum + count, 0)
    },
    examples,
  }
}
