import type fc from 'fast-check'

const { PROPERTY_SEED, PROPERTY_PATH, PROPERTY_SECONDS } = process.env

/** How long a soak takes; null: each property has its number of runs. */
export const seconds = PROPERTY_SECONDS === undefined ? null : Number(PROPERTY_SECONDS)

/** The same runs every time, unless the environment asks for a run that failed, or for a soak with fresh seeds. */
export function parameters(numRuns: number): fc.Parameters<unknown> {
  return {
    seed: Number(PROPERTY_SEED ?? (seconds === null ? 20250101 : Date.now() & 0x7fffffff)),
    ...(PROPERTY_PATH !== undefined && { path: PROPERTY_PATH }),
    ...(seconds === null
      ? { numRuns }
      : { numRuns: 10_000_000, interruptAfterTimeLimit: seconds * 1000, markInterruptAsFailure: false }),
  }
}
