import { expect, test } from 'vitest'
import { createChecker } from '../../bench/world/check/checker.ts'
import { createTally } from '../../bench/world/check/tally.ts'
import { countViolations } from '../../bench/world/check/violations.ts'
import { cities } from '../../bench/world/geography.ts'
import type { Scene } from '../../bench/world/load/client.ts'
import { drive } from '../../bench/world/load/drive.ts'
import { populate, population } from '../../bench/world/load/population.ts'
import { collectSamples, type Kind, kinds } from '../../bench/world/load/samples.ts'
import type { Person } from '../../bench/world/node/people.ts'
import { randomOf } from '../../bench/world/random.ts'

const products = Array.from({ length: 50 }, (_, n) => `product-${n}`)

/** What clients ask for, of a server that has nothing and says so at once. @returns how many of a kind, by city */
async function asked(signIns: number): Promise<(kind: Kind) => readonly number[]> {
  const violations = countViolations()
  const samples = collectSamples()
  const scene: Scene = {
    ...{ samples, violations, checker: createChecker(violations), tally: createTally(violations) },
    ...{ random: randomOf(7), publishableKey: 'key', isFaulty: true },
    catalogue: { products, categories: ['one', 'two'], productAt: (place) => products[place % 50] ?? '' },
    wire: {
      send: async (_, { path }) => ({
        status: path.startsWith('/rest/v1/orders/') ? 404 : 200,
        ...{ header: () => null, text: '[]', milliseconds: 1 },
      }),
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
  const whole = { perSecond: null, seconds: 60, requests: 10_000, productWrites: 0.1, exponent: 1, signIns }
  await drive(scene, everybody, whole, new AbortController().signal)
  return (kind) => cities.map(({ name }) => samples.of(name, kind).length)
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0)

test('5 % are writes however many sign in, and each city has its turn at that', async () => {
  const [usual, many] = [await asked(1), await asked(100)]
  const all = sum(kinds.map((kind) => sum(usual(kind))))
  expect(sum(usual('write')) / all).toBeCloseTo(0.05, 2)
  // To so many pages there are as many writes and own reads.
  for (const kind of ['write', 'own', 'item'] as const) {
    const ratioOf = (counts: typeof usual) => sum(counts(kind)) / sum(counts('page'))
    expect(Math.abs(ratioOf(many) / ratioOf(usual) - 1), kind).toBeLessThan(0.1)
  }
  const signedIn = many('sign-in')
  expect(sum(signedIn) / sum(many('page'))).toBeCloseTo(0.25, 1)
  expect(Math.max(...signedIn) - Math.min(...signedIn)).toBeLessThan(3)
})
