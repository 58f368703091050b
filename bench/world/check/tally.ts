import type { Outcome } from './checker.ts'
import type { Violations } from './violations.ts'

/**
 * Counts that many change by one and nobody sets: pieces sold. Each time counts once, and whoever was answered sees
 * all that had been answered when he asked, and his own.
 */
export interface Tally {
  /** @returns to be called with what became of it */
  add(by: string, object: string): (outcome: Outcome) => void
  read(by: string, object: string, count: number): void
  final(node: string, object: string, count: number): void
  objects(): Iterable<string>
}

export function createTally(violations: Violations): Tally {
  const counts = new Map<string, { done: number; unknown: number; underWay: number }>()
  const floors = new Map<string, number>()
  const countOf = (object: string) => {
    const known = counts.get(object)
    if (known !== undefined) return known
    const made = { done: 0, unknown: 0, underWay: 0 }
    counts.set(object, made)
    return made
  }
  return {
    add(by, object) {
      const count = countOf(object)
      const doneBefore = count.done
      count.underWay += 1
      return (outcome) => {
        count.underWay -= 1
        count[outcome] += 1
        if (outcome === 'unknown') return
        const key = `${by} ${object}`
        floors.set(key, Math.max(floors.get(key) ?? 0, doneBefore + 1))
      }
    },
    read(by, object, count) {
      const { done, unknown, underWay } = countOf(object)
      const floor = floors.get(`${by} ${object}`) ?? 0
      if (count < floor)
        violations.add('own write', `${by} counted ${count} of ${object}, of ${floor} at least`)
      if (count > done + unknown + underWay) {
        violations.add(
          'nowhere',
          `${by} counted ${count} of ${object}, of ${done + unknown + underWay} at most`,
        )
      }
    },
    final(node, object, count) {
      const { done, unknown } = countOf(object)
      if (count < done)
        violations.add('lost write', `${object} is ${count} on ${node}, ${done} were answered`)
      if (count > done + unknown) {
        violations.add('twice', `${object} is ${count} on ${node}, ${done + unknown} were asked for`)
      }
    },
    objects: () => counts.keys(),
  }
}
