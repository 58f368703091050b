import type { Bundle } from '../build/bundle.ts'
import type { Series } from './rounds.ts'
import { ratioOf, type Spread, spreadOf } from './spread.ts'

/** What is owed (bench/README.md). A ratio within a tenth of its goal is a tie: rounds differ by more than that. */
export const goals = {
  latencyRatio: 1,
  throughputRatio: 1,
  growthRatio: 1.2,
  evaluationMilliseconds: 15,
  gzipKibibytes: 120,
} as const
interface Goals {
  readonly latencyRatio: number
  readonly throughputRatio: number
}
const tieShare = 0.1
/** Rounds whose ratios differ by more than this were disturbed by something else on the machine. */
const restless = 1.6

export function taskReport(
  name: string,
  series: ReadonlyMap<string, Series>,
  { latencyRatio, throughputRatio }: Goals = goals,
): string {
  const rows = [...series].map(([contender, figures]) => [
    contender,
    range(spreadOf(figures.p50Milliseconds), 3),
    range(spreadOf(figures.p99Milliseconds), 2),
    range(spreadOf(figures.requestsPerSecond), 0),
    figure(figures.workerMilliseconds),
    figure(figures.databaseMilliseconds),
  ])
  const lines = [
    `${name}`,
    ...aligned([['', 'p50 ms', 'p99 ms', 'requests/s', 'CPU ms Worker', 'CPU ms sqld'], ...rows]),
  ]
  const baseline = series.get('baseline')
  for (const name of ['selvage', '+ streams']) {
    const figures = series.get(name)
    if (figures === undefined || baseline === undefined) continue
    const latency = ratioOf(figures.p50Milliseconds, baseline.p50Milliseconds)
    const throughput = ratioOf(figures.requestsPerSecond, baseline.requestsPerSecond)
    lines.push(
      `  ${name} / baseline: latency ${range(latency, 2)}, goal <= ${latencyRatio}: ` +
        atMost(latency, latencyRatio),
      `  ${name} / baseline: throughput ${range(throughput, 2)}, goal >= ${throughputRatio}: ` +
        atMost(inverse(throughput), 1 / throughputRatio),
    )
  }
  return lines.join('\n')
}

export function growthReport(series: ReadonlyMap<string, Series>, few: string, many: string): string {
  const ratio = ratioOf(series.get(many)?.p50Milliseconds ?? [], series.get(few)?.p50Milliseconds ?? [])
  return [
    taskReport('the list of 20 as the table grows (selvage)', series),
    `  growth of latency: ${range(ratio, 2)}, goal <= ${goals.growthRatio}: ${atMost(ratio, goals.growthRatio)}`,
  ].join('\n')
}

export function startUpReport(evaluations: ReadonlyMap<string, Spread>): string {
  const rows = [...evaluations].map(([name, evaluation]) => [
    name,
    range(evaluation, 1),
    name === 'selvage'
      ? `goal <= ${goals.evaluationMilliseconds}: ${within(evaluation.median, goals.evaluationMilliseconds)}`
      : '',
  ])
  return ['start-up', ...aligned([['', 'module evaluation ms', ''], ...rows])].join('\n')
}

export function sizeReport(bundles: ReadonlyMap<string, Bundle>): string {
  const rows = [...bundles].map(([name, { rawBytes, gzipBytes }]) => [
    name,
    (rawBytes / 1024).toFixed(1),
    (gzipBytes / 1024).toFixed(1),
    name === 'selvage'
      ? `goal <= ${goals.gzipKibibytes}: ${within(gzipBytes / 1024, goals.gzipKibibytes)}`
      : '',
  ])
  return ['bundle', ...aligned([['', 'raw KiB', 'gzip KiB', ''], ...rows])].join('\n')
}

/** For what rounds measure: a median just above the goal is a tie, and is called one; so is a restless machine. */
function atMost(ratio: Spread, goal: number): string {
  const verdict =
    ratio.median <= goal ? 'met' : ratio.median <= goal * (1 + tieShare) ? 'tie (within 10 %)' : 'NOT MET'
  return ratio.max > ratio.min * restless ? `${verdict}, but rounds differ too much to say` : verdict
}

function inverse({ median, min, max }: Spread): Spread {
  return { median: 1 / median, min: 1 / max, max: 1 / min }
}

function within(value: number, goal: number): string {
  return value <= goal ? 'met' : 'NOT MET'
}

/** The middle alone; a dash where it could not be measured. */
function figure(values: readonly number[]): string {
  const { median } = spreadOf(values)
  return Number.isNaN(median) ? '–' : median.toFixed(3)
}

export function range({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  )
}
