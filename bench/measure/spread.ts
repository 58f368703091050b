/** A median with its extremes. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const high = sorted[middle]
  const low = sorted.length % 2 === 0 ? sorted[middle - 1] : high
  const [min] = sorted
  const max = sorted.at(-1)
  if (high === undefined || low === undefined || min === undefined || max === undefined) {
    throw new RangeError('nothing was measured')
  }
  return { median: (low + high) / 2, min, max }
}

/** Round by round: what happened to the machine in one round happened to both. */
export function ratioOf(values: readonly number[], references: readonly number[]): Spread {
  return spreadOf(values.map((value, round) => value / (references[round] ?? Number.NaN)))
}
