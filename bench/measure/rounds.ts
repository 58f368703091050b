import type { LoadGenerator } from '../load/generator.ts'
import type { LoadResult } from '../load/order.ts'
import { usedMilliseconds } from '../load/usage.ts'

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
  /** Processes whose use of the processor is measured. */
  readonly processes: { readonly worker: number; readonly database: number }
}

/** A Worker that was started, as the one to ask for a task. */
export function subjectsOf<Name extends string>(
  requests: Readonly<Record<Name, readonly string[]>>,
  served: readonly { readonly contender: Name; readonly port: number; readonly pid: number }[],
  databasePid: number,
): readonly Subject[] {
  return served.map(({ contender, port, pid }) => ({
    name: contender,
    port,
    requests: requests[contender],
    processes: { worker: pid, database: databasePid },
  }))
}

/** Figures of one subject, a number for each round. */
export interface Series {
  readonly p50Milliseconds: number[]
  readonly p99Milliseconds: number[]
  readonly requestsPerSecond: number[]
  /** What the processor did for one request, in the Worker and in the database. */
  readonly workerMilliseconds: number[]
  readonly databaseMilliseconds: number[]
  readonly counts: Counts
}

/** All runs together, warm-up too. */
export interface Counts {
  served: number
  failed: number
  repeated: number
  hits: number
  hitsWithoutTrip: number
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
  const all = new Map<string, Series>(subjects.map(({ name }) => [name, emptySeries()]))
  const run = async (subject: Subject, clients: number, milliseconds: number): Promise<LoadResult> => {
    const { name, port, requests } = subject
    const result = await load.run({ port, requests, clients, milliseconds })
    const counts = all.get(name)?.counts
    if (counts !== undefined) {
      counts.served += result.requests
      counts.failed += result.failed
      counts.repeated += result.repeated
      counts.hits += result.hits
      counts.hitsWithoutTrip += result.hitsWithoutTrip
    }
    return result
  }
  for (const subject of subjects) await run(subject, throughputClients, effort.warmUpMilliseconds)
  for (let round = 0; round < effort.rounds; round += 1) {
    for (const subject of rotated(subjects, round)) {
      const before = await usageOf(subject)
      const alone = await run(subject, 1, effort.latencyMilliseconds)
      const crowd = await run(subject, throughputClients, effort.throughputMilliseconds)
      const after = await usageOf(subject)
      const answered = alone.requests + crowd.requests
      const series = all.get(subject.name)
      series?.workerMilliseconds.push((after.worker - before.worker) / answered)
      series?.databaseMilliseconds.push((after.database - before.database) / answered)
      series?.p50Milliseconds.push(alone.p50Milliseconds)
      series?.p99Milliseconds.push(alone.p99Milliseconds)
      series?.requestsPerSecond.push(crowd.requestsPerSecond)
    }
    progress(round + 1)
  }
  return all
}

function emptySeries(): Series {
  return {
    p50Milliseconds: [],
    p99Milliseconds: [],
    requestsPerSecond: [],
    workerMilliseconds: [],
    databaseMilliseconds: [],
    counts: { served: 0, failed: 0, repeated: 0, hits: 0, hitsWithoutTrip: 0 },
  }
}

async function usageOf({ processes }: Subject): Promise<Subject['processes']> {
  const [worker, database] = await Promise.all([
    usedMilliseconds(processes.worker),
    usedMilliseconds(processes.database),
  ])
  return { worker, database }
}

function rotated<Item>(items: readonly Item[], by: number): readonly Item[] {
  const at = by % items.length
  return [...items.slice(at), ...items.slice(0, at)]
}
