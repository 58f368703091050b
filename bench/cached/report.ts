import { range, taskReport } from '../measure/report.ts'
import type { Series } from '../measure/rounds.ts'
import { ratioOf } from '../measure/spread.ts'
import { hitsOf } from './hits.ts'
import { keepers, type Reader } from './tasks.ts'

/** To the hand-written Worker that asks the database each time. */
export const cachedGoals = { latencyRatio: 1, throughputRatio: 7 } as const

export function cachedReport(name: string, series: ReadonlyMap<string, Series>): string {
  return [
    taskReport(name, series, cachedGoals),
    compared(series, 'selvage, signed in', 'baseline'),
    compared(series, 'memory', 'baseline'),
    compared(series, 'selvage', 'memory'),
    compared(series, 'selvage, signed in', 'memory'),
    ...keepers.map((keeper) => `  ${keeper}: ${hitsOf(seriesOf(series, keeper).counts)}`),
  ].join('\n')
}

/** Ratios of their rounds; of the processor, what Worker and database use of it together. */
function compared(series: ReadonlyMap<string, Series>, reader: Reader, reference: Reader): string {
  const [one, other] = [seriesOf(series, reader), seriesOf(series, reference)]
  const latency = ratioOf(one.p50Milliseconds, other.p50Milliseconds)
  const throughput = ratioOf(one.requestsPerSecond, other.requestsPerSecond)
  const usage = ratioOf(usageOf(one), usageOf(other))
  return (
    `  ${reader} / ${reference}: latency ${range(latency, 2)}, throughput ${range(throughput, 2)}, ` +
    `CPU ${range(usage, 2)}`
  )
}

function usageOf({ workerMilliseconds, databaseMilliseconds }: Series): readonly number[] {
  return workerMilliseconds.map((worker, round) => worker + (databaseMilliseconds[round] ?? Number.NaN))
}

function seriesOf(series: ReadonlyMap<string, Series>, reader: Reader): Series {
  const found = series.get(reader)
  if (found === undefined) throw new Error(`${reader} was not measured`)
  return found
}
