import { expect, test } from 'vitest'
import { createChecker } from '../../bench/world/check/checker.ts'
import { createTally } from '../../bench/world/check/tally.ts'
import { countViolations } from '../../bench/world/check/violations.ts'
import { cities } from '../../bench/world/geography.ts'
import type { Scene } from '../../bench/world/load/client.ts'
import { drive, signInEverywhere } from '../../bench/world/load/drive.ts'
import { populate, population } from '../../bench/world/load/population.ts'
import { collectSamples, type Kind, kinds } from '../../bench/world/load/samples.ts'
import type { Person } from '../../bench/world/node/people.ts'
import { randomOf } from '../../bench/world/random.ts'

const products = Array.from({ length: 50 }, (_, n) => `product-${n}`)

/** Somebody everywhere, and a server that has nothing and says so at once. */
function emptyWorld() {
  const violations = countViolations()
  const samples = collectSamples()
  const underWay = { now: 0, most: 0 }
  const scene: Scene = {
    ...{ samples, violations, checker: createChecker(violations), tally: createTally(violations) },
    ...{ random: randomOf(7), publishableKey: 'key', isFaulty: true },
    catalogue: { products, categories: ['one', 'two'], productAt: (place) => products[place % 50] ?? '' },
    wire: {
      send: async (_, { path }) => {
        underWay.now += 1
        underWay.most = Math.max(underWay.most, underWay.now)
        await new Promise(setImmediate)
        underWay.now -= 1
        return {
          status: path.startsWith('/rest/v1/orders/') ? 404 : 200,
          ...{ header: () => null, text: '[]', milliseconds: 1 },
        }
      },
      close: () => undefined,
    },
  }
  const people = Array.from(
    { length: cities.length * population.customers + population.staff },
    (_, number): Person => ({
      ...{ number, id: `${number}`, email: '', password: '', token: 'token', orderId: 'order' },
      role: number < cities.length * population.customers ? 'customer' : 'staff',
    }),
  )
  const everybody = populate(cities, () => ({ here: [1], elsewhere: [2] }), people, population)
  const countsOf = (kind: Kind) => cities.map(({ name }) => samples.of(name, kind).length)
  return { scene, everybody, countsOf, underWay }
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0)

test('5 % are writes', async () => {
  const { scene, everybody, countsOf } = emptyWorld()
  const whole = { perSecond: null, seconds: 60, requests: 10_000, productWrites: 0.1, exponent: 1 }
  await drive(scene, everybody, whole, new AbortController().signal)
  expect(sum(countsOf('write')) / sum(kinds.map((kind) => sum(countsOf(kind))))).toBeCloseTo(0.05, 2)
})

test('in each city as many sign in, one after the other, until it is ended', async () => {
  const { scene, everybody, countsOf, underWay } = emptyWorld()
  await signInEverywhere(scene, everybody, 3, new AbortController().signal)
  expect(countsOf('sign-in')).toEqual(cities.map(() => 3))
  expect(underWay.most).toBe(1)
  await signInEverywhere(scene, everybody, 3, AbortSignal.abort())
  expect(countsOf('sign-in')).toEqual(cities.map(() => 3))
})
