import { possibleFaults } from '../faults.ts'
import type { Options } from '../options.ts'
import type { Played } from '../play.ts'
import { aligned } from './figures.ts'

/** How often each fault came; of what never did nothing is known. */
export function faultTable(played: readonly Played[], options: Options): string {
  return aligned([
    ['faults that came', ...played.map(({ name }) => name)],
    ...possibleFaults(options).map((fault) => [
      `  ${fault}`,
      ...played.map(({ faults }) => String(faults.get(fault) ?? 0)),
    ]),
  ]).join('\n')
}
