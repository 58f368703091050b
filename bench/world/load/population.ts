import type { City } from '../geography.ts'
import type { Person } from '../node/people.ts'
import type { Client } from './client.ts'
import type { Population } from './drive.ts'

/** How many live in each city, and how many staff there are in all. */
export const population: Numbers = { readers: 4, customers: 6, staff: 2 }

/** Where very many are answered: more, for who has thousands of orders has them sorted each time. */
export const crowd: Numbers = { readers: 16, customers: 60, staff: 2 }

export interface Numbers {
  readonly readers: number
  readonly customers: number
  readonly staff: number
}

/** Where clients of a city enter the ways to data centres. */
export interface Doors {
  readonly here: readonly number[]
  readonly elsewhere: readonly number[]
}

/** Half of the clients hand back their bookmark. */
export function populate(
  cities: readonly City[],
  doorsOf: (city: City) => Doors,
  people: readonly Person[],
  numbers: Numbers,
): Population {
  const customers = people.filter(({ role }) => role === 'customer')
  const staff = people.filter(({ role }) => role === 'staff')
  return {
    shelf: { versions: new Map(), leftAlone: new Set() },
    readers: cities.flatMap((city) =>
      Array.from({ length: numbers.readers }, (_, n) =>
        clientOf(`reader ${n} of ${city.name}`, city, doorsOf(city), null, n % 2 === 1),
      ),
    ),
    customers: cities.flatMap((city, place) =>
      customers
        .slice(place * numbers.customers, (place + 1) * numbers.customers)
        .map((person, n) =>
          clientOf(`customer ${n} of ${city.name}`, city, doorsOf(city), person, n % 2 === 1),
        ),
    ),
    staff: staff.flatMap((person, n) => {
      const city = cities[n % 2 === 0 ? 0 : cities.length - 1]
      return city === undefined
        ? []
        : [clientOf(`staff ${n} of ${city.name}`, city, doorsOf(city), person, n % 2 === 1)]
    }),
  }
}

function clientOf(
  name: string,
  city: City,
  { here, elsewhere }: Doors,
  person: Person | null,
  handsBack: boolean,
): Client {
  return {
    ...{ name, city, person, handsBack, doors: here, doorsElsewhere: elsewhere },
    token: person?.token ?? null,
    bookmark: null,
    isBusy: false,
    orders: person === null ? [] : [{ order: 0, id: person.orderId, version: 0 }],
    made: 0,
  }
}
