import { type City, clientRoundTrip, nearest, roundTrip } from '../geography.ts'
import { type Kind, publicKinds, type Sample } from '../load/samples.ts'
import type { Options } from '../options.ts'
import type { Played } from '../play.ts'
import { aligned, enough, highest, milliseconds, percent, quantilesOf, share } from './figures.ts'
import { samplesOf } from './tables.ts'

/** What is owed: milliseconds above the way at the p95, a share, and a number of answers. */
const goals = { cachedRead: 3, uncachedRead: 5, write: 5, tripless: 0.95, checked: 1_000_000 } as const

/** How far a request goes. */
export type Destination = 'data centre' | 'nearest node' | 'primary'

/** The node of the database that a request goes to; null: to none. */
export function nodeOf(to: Destination, city: City, { primary, replicas }: Options): City | null {
  if (to === 'data centre') return null
  return to === 'primary' ? primary : nearest(city, [primary, ...replicas])
}

/** All the way there and back, in milliseconds. */
export function distanceOf(to: Destination, city: City, options: Options): number {
  const node = nodeOf(to, city, options)
  return (clientRoundTrip(city, city) + (node === null ? 0 : roundTrip(city, node))) * options.scale
}

/** What an answer takes when the Worker does nothing: its p95 above the way, in milliseconds; NaN: nobody asked. */
export interface Taken {
  /** And the database neither: that is the simulation. */
  readonly nothing: Readonly<Record<Destination, number>>
  /** And the database reads one row, or writes one, on a new stream: what a trip takes that does nothing else. */
  readonly bare: Readonly<Record<Destination, number>>
}

export type Overhead = ReadonlyMap<City, Taken>

interface LatencyGoal {
  readonly title: string
  readonly limit: number
  readonly to: Destination
  readonly of: readonly Kind[]
  readonly is: (sample: Sample) => boolean
}

/** Each goal, by city where it is one of a city, with what was measured. */
export function goalReport(selvage: Played, options: Options): string {
  const { overhead } = selvage
  if (overhead === null) return shareReport(selvage, options)
  const latencies: readonly LatencyGoal[] = [
    {
      title: `a cached public read within ${goals.cachedRead} ms of the way to the data centre`,
      limit: goals.cachedRead,
      to: 'data centre',
      of: publicKinds,
      is: ({ trips }) => trips === 0,
    },
    {
      title: `an uncached read within ${goals.uncachedRead} ms of one trip to the nearest node`,
      limit: goals.uncachedRead,
      to: 'nearest node',
      of: [...publicKinds, 'reviews', 'own'],
      is: ({ trips }) => trips !== 0,
    },
    {
      title: `a write within ${goals.write} ms of one trip to the primary`,
      limit: goals.write,
      to: 'primary',
      of: ['write'],
      is: () => true,
    },
  ]
  return [
    ...latencies.map((goal) => latencyReport(goal, selvage, options, overhead)),
    shareReport(selvage, options),
  ].join('\n\n')
}

function latencyReport(
  { title, limit, to, of, is }: LatencyGoal,
  selvage: Played,
  options: Options,
  overhead: Overhead,
): string {
  const rows = options.cities.map((city) => {
    const samples = samplesOf(selvage, [city], of).filter(is)
    const { p95, count } = quantilesOf(samples.map((sample) => sample.milliseconds))
    const distance = distanceOf(to, city, options)
    const above = p95 - distance
    const taken = overhead.get(city)
    const [least, bare] = [taken?.nothing[to] ?? Number.NaN, taken?.bare[to] ?? Number.NaN]
    const figures = [
      count,
      milliseconds(distance),
      highest(p95, count, enough.p95),
      milliseconds(above),
      milliseconds(least),
      milliseconds(bare),
    ]
    return [`  ${city.name}`, ...figures.map(String), verdictOf(above, limit, { least, bare })]
  })
  return [
    `goal: ${title}, p95`,
    ...aligned([['', 'answers', 'way ms', 'p95 ms', 'above', 'simulation', 'bare', ''], ...rows]),
  ].join('\n')
}

function verdictOf(
  above: number,
  limit: number,
  { least, bare }: { readonly least: number; readonly bare: number },
): string {
  if (Number.isNaN(above)) return 'not measured'
  if (above <= limit) return 'met'
  if (above - least <= limit) return 'met, less what the simulation takes'
  return above - bare <= limit ? 'NOT MET, but less what a bare statement takes' : 'NOT MET'
}

function shareReport(selvage: Played, { cities }: Options): string {
  const all = samplesOf(selvage, cities, publicKinds)
  const tripless = share(all.filter(({ trips }) => trips === 0).length, all.length)
  const { violations, checked } = selvage
  const bad = violations.count('own write') + violations.count('leak')
  const soFar = checked >= goals.checked ? 'met' : 'met so far (--requests 1000000 is the whole of it)'
  return [
    `goal: ${percent(goals.tripless)} of public reads without a trip: ${percent(tripless)}, ` +
      `${tripless >= goals.tripless ? 'met' : 'NOT MET'}`,
    `goal: no stale own read and no leak in ${goals.checked.toLocaleString('en')} answers: ${bad} in ` +
      `${checked.toLocaleString('en')}, ${bad > 0 ? 'NOT MET' : soFar}`,
  ].join('\n')
}
