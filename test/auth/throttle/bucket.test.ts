import fc from 'fast-check'
import { expect, test } from 'vitest'
import { answer, type Cells, type Rule } from '../../../src/auth/throttle/bucket.ts'

function cells(): Cells {
  const known = new Map<string, number>()
  return { get: (name) => known.get(name), set: (name, until) => void known.set(name, until) }
}
const three: Rule = { name: 'three', most: 3, seconds: 30 }
const take = (at: Cells, now: number, rules: readonly Rule[] = [three]) =>
  answer(at, { kind: 'take', rules }, now)

test('so many at once, then one after the other', () => {
  const at = cells()
  expect([0, 0, 0].map((now) => take(at, now)?.remaining)).toEqual([2, 1, 0])
  expect(take(at, 0)).toMatchObject({ retrySeconds: 10, remaining: 0 })
  expect(take(at, 9_999)?.retrySeconds).toBe(1)
  expect(take(at, 10_000)?.retrySeconds).toBe(0)
  expect(take(at, 10_000)?.retrySeconds).toBe(10)
})

test('one of each rule, or of none', () => {
  const at = cells()
  const one: Rule = { name: 'one', most: 1, seconds: 100 }
  expect(take(at, 0, [three, one])?.retrySeconds).toBe(0)
  for (let round = 0; round < 5; round += 1)
    expect(take(at, 0, [three, one])).toMatchObject({ rule: { name: 'one' }, retrySeconds: 100 })
  expect(take(at, 0)?.remaining).toBe(1)
})

test('what is given back can be taken again; a mark lifts a rule while it stands', () => {
  const at = cells()
  const rule: Rule = { ...three, unless: 'known' }
  for (let round = 0; round < 3; round += 1) take(at, 0, [rule])
  answer(at, { kind: 'credit', rules: [rule] }, 0)
  expect(take(at, 0, [rule])?.retrySeconds).toBe(0)
  expect(take(at, 0, [rule])?.retrySeconds).toBe(10)
  answer(at, { kind: 'credit', rules: [], mark: { name: 'known', seconds: 5 } }, 0)
  expect(take(at, 0, [rule])).toBeNull()
  expect(take(at, 5_000, [rule])?.retrySeconds).toBe(5)
})

test('giving back what is long past makes no room beyond what there is', () => {
  const at = cells()
  take(at, 0)
  answer(at, { kind: 'credit', rules: [three, three, three] }, 60_000)
  const taken = [1, 2, 3, 4].map(() => take(at, 60_000)?.retrySeconds)
  expect(taken).toEqual([0, 0, 0, 10])
})

test('in any window there are never more than twice as many, however they come', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 600 }),
      fc.array(fc.integer({ min: 0, max: 60_000 }), { maxLength: 200 }),
      (most, seconds, gaps) => {
        const at = cells()
        let now = 0
        const taken = gaps.flatMap((gap) => {
          now += gap
          return take(at, now, [{ name: 'a', most, seconds }])?.retrySeconds === 0 ? [now] : []
        })
        for (const start of taken) {
          const inWindow = taken.filter((time) => time >= start && time < start + seconds * 1_000)
          expect(inWindow.length).toBeLessThanOrEqual(2 * most)
        }
      },
    ),
  )
})
