import type { Value } from '../../src/base/statement.ts'
import type { Fault } from './wire-fault.ts'

/** A statement as it crossed the wire. */
export interface WireStatement {
  readonly sql: string
  readonly args: readonly Value[]
}

/** What went over the wire, by request id. Only the last requests are kept: a run makes thousands. */
export interface WireRecord {
  /** @returns the fault that is planned for this id */
  count(id: string, statements: readonly WireStatement[]): Fault | null
  plan(id: string, fault: Fault): void
  /** A fault for every request that has none of its own; null: none any more. */
  strike(fault: Fault | null): void
  /** How many requests there were. */
  readonly all: number
  trips(id: string): number
  statements(id: string): readonly WireStatement[]
}

const kept = 2_000

export function wireRecord(): WireRecord {
  const seen = new Map<string, { trips: number; statements: WireStatement[] }>()
  const faults = new Map<string, Fault>()
  let everywhere: Fault | null = null
  let all = 0
  return {
    count(id, statements) {
      all += 1
      const entry = seen.get(id) ?? { trips: 0, statements: [] }
      entry.trips += 1
      entry.statements.push(...statements)
      seen.set(id, entry)
      const oldest = seen.keys().next()
      if (seen.size > kept && !oldest.done) seen.delete(oldest.value)
      const fault = faults.get(id) ?? everywhere
      if (fault !== null && 'busy' in fault) {
        if (fault.busy > 1) faults.set(id, { busy: fault.busy - 1 })
        else faults.delete(id)
      }
      return fault
    },
    plan(id, fault) {
      faults.set(id, fault)
    },
    strike(fault) {
      everywhere = fault
    },
    get all() {
      return all
    },
    trips: (id) => seen.get(id)?.trips ?? 0,
    statements: (id) => seen.get(id)?.statements ?? [],
  }
}
