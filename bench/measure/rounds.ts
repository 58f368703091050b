import type { LoadGenerator } from '../load/generator.ts'

/** How long and how often is measured. */
export interface Effort {
  readonly rounds: number
  readonly warmUpMilliseconds: number
  readonly latencyMilliseconds: number
  readonly throughputMilliseconds: number
}

export const throughputClients = 32

/** One of the things that are compared, ready to be asked. */
export interface Subject {
  readonly name: string
  readonly port: number
  readonly requests: readonly string[]
}

/** Figures of one subject, a number for each round. */
export interface Series {
  readonly p50Milliseconds: number[]
  readonly p99Milliseconds: number[]
  readonly requestsPerSecond: number[]
}

/**
 * Interleaved rounds, each beginning with another subject, so that what the machine does meanwhile hits all alike.
 * One client for latency, 32 for throughput.
 */
export async function measure(
  subjects: readonly Subject[],
  effort: Effort,
  load: LoadGenerator,
  progress: (round: number) => void,
): Promise<ReadonlyMap<string, Series>> {
  const all = new Map<string, Series>(
    subjects.map(({ name }) => [name, { p50Milliseconds: [], p99Milliseconds: [], requestsPerSecond: [] }]),
  )
  for (const { port, requests } of subjects) {
    await load.run({ port, requests, clients: throughputClients, milliseconds: effort.warmUpMilliseconds })
  }
  for (let round = 0; round < effort.rounds; round += 1) {
    for (const { name, port, requests } of rotated(subjects, round)) {
      const alone = await load.run({ port, requests, clients: 1, milliseconds: effort.latencyMilliseconds })
      const crowd = await load.run({
        port,
        requests,
        clients: throughputClients,
        milliseconds: effort.throughputMilliseconds,
      })
      const series = all.get(name)
      series?.p50Milliseconds.push(alone.p50Milliseconds)
      series?.p99Milliseconds.push(alone.p99Milliseconds)
      series?.requestsPerSecond.push(crowd.requestsPerSecond)
    }
    progress(round + 1)
  }
  return all
}

function rotated<Item>(items: readonly Item[], by: number): readonly Item[] {
  const at = by % items.length
  return [...items.slice(at), ...items.slice(0, at)]
}
