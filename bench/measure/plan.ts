import { type Effort, throughputClients } from './rounds.ts'

export interface Plan {
  readonly title: string
  readonly effort: Effort
  /** Of the tasks that write, of which more are compared. */
  readonly writes: Effort
  /** Processes that are started to time one bundle. */
  readonly starts: number
  /** Rows of `products` in the larger table. */
  readonly manyRows: number
}

/** Many short rounds rather than few long ones: the machine's moods are longer than a round. */
export const fullPlan: Plan = planOf({
  effort: { rounds: 9, warmUpMilliseconds: 1_000, latencyMilliseconds: 500, throughputMilliseconds: 900 },
  writes: { rounds: 9, warmUpMilliseconds: 800, latencyMilliseconds: 450, throughputMilliseconds: 800 },
  starts: 9,
  manyRows: 1_000_000,
})

export const quickPlan: Plan = planOf({
  effort: { rounds: 3, warmUpMilliseconds: 300, latencyMilliseconds: 200, throughputMilliseconds: 300 },
  writes: { rounds: 3, warmUpMilliseconds: 300, latencyMilliseconds: 200, throughputMilliseconds: 300 },
  starts: 5,
  manyRows: 100_000,
})

function planOf(plan: Omit<Plan, 'title'>): Plan {
  const { rounds, latencyMilliseconds, throughputMilliseconds } = plan.effort
  const title =
    `${rounds} interleaved rounds of ${latencyMilliseconds} ms with 1 client (p50, p99) and ` +
    `${throughputMilliseconds} ms with ${throughputClients} clients (requests/s): median (min–max); ` +
    'ratios round by round'
  return { title, ...plan }
}
