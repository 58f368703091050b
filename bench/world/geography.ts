import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where clients live, where a data centre stands, and where a database may run. */
export interface City {
  readonly name: string
  /** IATA code of the airport, as `request.cf.colo` has it. */
  readonly colo: string
  /** Degrees north and east. */
  readonly place: readonly [latitude: number, longitude: number]
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  /** As `request.cf.continent`. */
  readonly continent: string
}

/** In the order of the columns of region-round-trips.csv. */
export const cities: readonly City[] = [
  { name: 'Virginia', colo: 'IAD', place: [39.04, -77.49], country: 'US', continent: 'NA' },
  { name: 'California', colo: 'SJC', place: [37.34, -121.89], country: 'US', continent: 'NA' },
  { name: 'Oregon', colo: 'PDX', place: [45.52, -122.68], country: 'US', continent: 'NA' },
  { name: 'Ireland', colo: 'DUB', place: [53.35, -6.26], country: 'IE', continent: 'EU' },
  { name: 'Frankfurt', colo: 'FRA', place: [50.11, 8.68], country: 'DE', continent: 'EU' },
  { name: 'Tokyo', colo: 'NRT', place: [35.68, 139.69], country: 'JP', continent: 'AS' },
  { name: 'Seoul', colo: 'ICN', place: [37.57, 126.98], country: 'KR', continent: 'AS' },
  { name: 'Singapore', colo: 'SIN', place: [1.35, 103.82], country: 'SG', continent: 'AS' },
  { name: 'Sydney', colo: 'SYD', place: [-33.87, 151.21], country: 'AU', continent: 'OC' },
  { name: 'São Paulo', colo: 'GRU', place: [-23.55, -46.63], country: 'BR', continent: 'SA' },
]

/** Between a client and the data centre of its own city, in milliseconds. */
const accessRoundTrip = 4
/** Between two machines of one city, in milliseconds. */
const localRoundTrip = 1

/** By name, whichever way it is written (`sao paulo`, `SÃO PAULO`). @throws RangeError for a city that is none */
export function cityOf(name: string): City {
  const found = cities.find((city) => plain(city.name) === plain(name))
  if (found === undefined) {
    throw new RangeError(`'${name}' is no city; there are ${cities.map((city) => city.name).join(', ')}`)
  }
  return found
}

/** Of a message and its answer between two machines, in milliseconds; the same both ways. */
export function roundTrip(from: City, to: City): number {
  if (from === to) return localRoundTrip
  return (cell(from, to) + cell(to, from)) / 2
}

/** Between a client in a city and a data centre, in milliseconds. */
export function clientRoundTrip(client: City, dataCentre: City): number {
  return client === dataCentre ? accessRoundTrip : roundTrip(client, dataCentre)
}

/** Of several places the one with the shortest round trip. */
export function nearest(city: City, places: readonly City[]): City {
  const [first, ...others] = places
  if (first === undefined) throw new RangeError('there is no place to go to')
  return others.reduce(
    (best, place) => (roundTrip(city, place) < roundTrip(city, best) ? place : best),
    first,
  )
}

const plain = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/\P{ASCII}/gu, '')
    .toLowerCase()
    .trim()

/** Rows and columns stand in the order of `cities`, behind a name each. */
const table: readonly (readonly number[])[] = readFileSync(
  join(import.meta.dirname, 'region-round-trips.csv'),
  'utf8',
)
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .slice(1)
  .map((line) => line.split(',').slice(1).map(Number))

function cell(from: City, to: City): number {
  const milliseconds = table[cities.indexOf(from)]?.[cities.indexOf(to)]
  if (milliseconds === undefined || Number.isNaN(milliseconds)) {
    throw new RangeError(`no round trip is known between ${from.name} and ${to.name}`)
  }
  return milliseconds
}
