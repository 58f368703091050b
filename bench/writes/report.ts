import { range, taskReport } from '../measure/report.ts'
import type { Series } from '../measure/rounds.ts'
import { ratioOf } from '../measure/spread.ts'
import { type Writer, writers } from './tasks.ts'

export const writeGoals = { latencyRatio: 1.1, throughputRatio: 0.95 } as const

export function writeReport(name: string, series: ReadonlyMap<string, Series>): string {
  const counts = writers.map((writer) => {
    const { served, failed, repeated } = series.get(writer)?.counts ?? { served: 0, failed: 0, repeated: 0 }
    return `${writer} ${served} served, ${failed} failed, ${repeated} sent again`
  })
  return [
    taskReport(name, series, writeGoals),
    cost(series, '+ key'),
    cost(series, '+ audit, outbox'),
    `  requests: ${counts.join('; ')}`,
  ].join('\n')
}

/** What a writer does beyond the bare one, as ratios of their rounds. */
function cost(series: ReadonlyMap<string, Series>, writer: Writer): string {
  const [more, bare] = [series.get(writer), series.get('selvage')]
  if (more === undefined || bare === undefined) throw new Error(`${writer} was not measured`)
  const latency = ratioOf(more.p50Milliseconds, bare.p50Milliseconds)
  const throughput = ratioOf(more.requestsPerSecond, bare.requestsPerSecond)
  return `  ${writer}, to selvage alone: latency ${range(latency, 2)}, throughput ${range(throughput, 2)}`
}
