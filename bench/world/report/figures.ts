/** Half, 95 of 100 and 99 of 100 are no higher. NaN of nothing. */
export interface Quantiles {
  readonly count: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

export function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}

/** NaN of nothing. */
export function share(part: number, whole: number): number {
  return whole === 0 ? Number.NaN : part / whole
}

/** Fewer values say nothing of the highest of a hundred. */
const enough = 20

export function milliseconds(value: number): string {
  return Number.isNaN(value) ? '–' : value.toFixed(value < 9.95 ? 1 : 0)
}

export function percent(value: number): string {
  return Number.isNaN(value) ? '–' : `${(value * 100).toFixed(1)} %`
}

/** `p50 p95 p99`; the higher ones only where there are enough values for them. */
export function threeOf({ count, p50, p95, p99 }: Quantiles): readonly [string, string, string] {
  return [
    milliseconds(p50),
    count < enough ? '–' : milliseconds(p95),
    count < enough * 5 ? '–' : milliseconds(p99),
  ]
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
