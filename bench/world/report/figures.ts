/** By the nearest rank: half, 95 of 100 and 99 of 100 are no higher. NaN of nothing. */
export interface Quantiles {
  readonly count: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

export function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}

/** NaN of nothing. */
export function share(part: number, whole: number): number {
  return whole === 0 ? Number.NaN : part / whole
}

/** How many values it takes, so that one at least is higher. */
export const enough = { p95: 20, p99: 100 } as const

export function milliseconds(value: number): string {
  return Number.isNaN(value) ? '–' : value.toFixed(value < 9.95 ? 1 : 0)
}

export function percent(value: number): string {
  return Number.isNaN(value) ? '–' : `${(value * 100).toFixed(1)} %`
}

/** How many there are, p50, p95 and p99. */
export function cellsOf({ count, p50, p95, p99 }: Quantiles): readonly [string, string, string, string] {
  return [String(count), milliseconds(p50), highest(p95, count, enough.p95), highest(p99, count, enough.p99)]
}

/** A high quantile of fewer values than it takes is the highest of them, and is said to be that. */
export function highest(quantile: number, count: number, least: number): string {
  return (count > 0 && count < least ? 'max ' : '') + milliseconds(quantile)
}

/** Columns of equal width: the first one is text, the others are figures. */
export function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
}
