import { type City, nearest } from '../geography.ts'
import { type Kind, publicKinds, type Sample } from '../load/samples.ts'
import type { Options } from '../options.ts'
import type { Played } from '../play.ts'
import { aligned, cellsOf, milliseconds, percent, quantilesOf, share } from './figures.ts'

/** Groups of kinds, as the report has them. */
export const groups: readonly { readonly title: string; readonly kinds: readonly Kind[] }[] = [
  { title: 'public reads', kinds: publicKinds },
  { title: 'own reads', kinds: ['own'] },
  { title: 'read after own write', kinds: ['own after write'] },
  { title: 'writes', kinds: ['write'] },
  { title: 'sign-in', kinds: ['sign-in'] },
]

export function samplesOf(
  { samples }: Played,
  cities: readonly City[],
  of: readonly Kind[],
): readonly Sample[] {
  return cities.flatMap((city) => of.flatMap((kind) => samples.of(city.name, kind)))
}

/** Each city, and all of them together. */
export function rowsOf(
  cities: readonly City[],
): readonly { readonly name: string; readonly places: readonly City[] }[] {
  return [...cities.map((city) => ({ name: city.name, places: [city] })), { name: 'all', places: cities }]
}

/** One table for each kind of request: cities as rows, how many answers and three figures for each contender. */
export function latencyTables(played: readonly Played[], cities: readonly City[]): string {
  return groups
    .map(({ title, kinds: of }) => {
      const rows = [
        ['', ...played.flatMap(({ name }) => [`${name} n`, 'p50', 'p95', 'p99'])],
        ...rowsOf(cities).map(({ name, places }) => [
          `  ${name}`,
          ...played.flatMap((one) =>
            cellsOf(quantilesOf(samplesOf(one, places, of).map((sample) => sample.milliseconds))),
          ),
        ]),
      ]
      return [`${title}, ms`, ...aligned(rows)].join('\n')
    })
    .join('\n\n')
}

/** How many answers needed no database, and how old they were. */
export function servedTable(played: readonly Played[], { cities, primary, replicas }: Options): string {
  const line = (title: string, of: (one: Played) => string): readonly string[] => [
    `  ${title}`,
    ...played.map(of),
  ]
  const shareOf = (of: readonly Kind[], is: (sample: Sample) => boolean) => (one: Played) => {
    const samples = samplesOf(one, cities, of)
    return percent(share(samples.filter(is).length, samples.length))
  }
  const trips = (of: readonly Kind[]) => (one: Played) => {
    const known = samplesOf(one, cities, of).flatMap((sample) => sample.trips ?? [])
    return known.length === 0 ? '–' : (known.reduce((sum, count) => sum + count, 0) / known.length).toFixed(2)
  }
  const age =
    (which: 'p95' | 'p99') =>
    ({ samples }: Played) =>
      milliseconds(quantilesOf(samples.ages)[which])
  const own = ['own', 'own after write'] as const
  const fromNearest = (of: readonly Kind[]) => (one: Played) => {
    const nodes = one.name === 'selvage' ? [primary, ...replicas] : [primary]
    const tripped = cities.flatMap((city) => {
      const node = nearest(city, nodes)
      const name = node === primary ? 'primary' : node.name.toLowerCase()
      return samplesOf(one, [city], of).flatMap((sample) =>
        sample.node === null ? [] : sample.node === name,
      )
    })
    return percent(share(tripped.filter(Boolean).length, tripped.length))
  }
  return aligned([
    ['served', ...played.map(({ name }) => name)],
    line('answers in the measured part', ({ answered }) => String(answered)),
    line('answers a second', ({ answered, seconds }) => (answered / seconds).toFixed(0)),
    line('not answered, 503 or 504', ({ samples }) => String(samples.unavailable)),
    line('writes among them', ({ samples, answered }) =>
      percent(
        share(
          cities.map(({ name }) => samples.countOf(name, 'write')).reduce((a, b) => a + b, 0),
          answered,
        ),
      ),
    ),
    line(
      'public reads: from a cache',
      shareOf(publicKinds, ({ isHit }) => isHit),
    ),
    line(
      'public reads: without a trip',
      shareOf(publicKinds, (sample) => sample.trips === 0),
    ),
    line(
      'own reads: without a trip',
      shareOf(own, (sample) => sample.trips === 0),
    ),
    line('public reads with a trip: to the nearest node', fromNearest(publicKinds)),
    line('own reads: to the nearest node', fromNearest(['own'])),
    line('reads after own write: to the nearest node', fromNearest(['own after write'])),
    line('trips of a public read', trips(publicKinds)),
    line('trips of an own read', trips(own)),
    line('trips of a write', trips(['write'])),
    line('trips of a sign-in', trips(['sign-in'])),
    line('products read that were outdated', ({ samples: { ages } }) =>
      percent(share(ages.filter((each) => each > 0).length, ages.length)),
    ),
    line('for how long, p95 of all, ms', age('p95')),
    line('for how long, p99 of all, ms', age('p99')),
    line('for how long, at most, ms', ({ samples }) =>
      milliseconds(samples.ages.reduce((most, each) => Math.max(most, each), 0)),
    ),
  ]).join('\n')
}
