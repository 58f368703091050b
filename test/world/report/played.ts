import { countViolations } from '../../../bench/world/check/violations.ts'
import { collectSamples, type Kind, type Sample } from '../../../bench/world/load/samples.ts'
import { readOptions } from '../../../bench/world/options.ts'
import type { Played } from '../../../bench/world/play.ts'

export const options = readOptions(['--cities', 'Virginia,Tokyo', '--replicas', 'Tokyo'])

/** An answer, or so many that are alike. By default of Virginia, after 1 ms, by one trip. */
export type Planted = Partial<Sample> & {
  readonly city?: string
  readonly kind: Kind
  readonly times?: number
}

/** What a contender did, as if these had been all answers. */
export function played(
  planted: readonly Planted[],
  { ages = [], ...more }: Partial<Played> & { readonly ages?: readonly number[] } = {},
): Played {
  const samples = collectSamples()
  for (const { city = 'Virginia', kind, times = 1, ...sample } of planted) {
    for (let n = 0; n < times; n += 1)
      samples.add(city, kind, { milliseconds: 1, isHit: false, trips: 1, node: null, ...sample })
  }
  for (const age of ages) samples.addAge(age)
  return {
    ...{ name: 'selvage', samples, violations: countViolations() },
    ...{ checked: samples.answered, answered: samples.answered },
    ...{ seconds: 2, logs: new Map(), overhead: null, faults: new Map(), ...more },
  }
}

/** The cells of a report's line that begins with this. */
export function rowOf(report: string, title: string): readonly string[] {
  const line = report.split('\n').find((each) => each.trim().startsWith(title)) ?? ''
  return line
    .slice(line.indexOf(title) + title.length)
    .trim()
    .split(/ {2,}/)
}

/** From the highest to 1. */
export const downFrom = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, n) => count - n)
