import { expect, test } from 'vitest'
import { integerValue, nullValue, textValue } from '../../../src/base/statement.ts'
import { keyText, placeOf } from '../../../src/database/shard/place.ts'

const keys = Array.from({ length: 20_000 }, (_, index) => `user-${index}`)
const placed = (names: readonly string[]) => keys.map((key) => names[placeOf(key, names)] ?? '')

test('each of n shards has an nth of the keys', () => {
  const counts = Map.groupBy(placed(['a', 'b', 'c', 'd', 'e']), (name) => name)
  expect(counts.size).toBe(5)
  // A binomial of mean 4,000 and deviation 57: five deviations.
  for (const { length } of counts.values()) expect(Math.abs(length - 4_000)).toBeLessThan(285)
})

test('a shard that is added takes an nth, and nothing moves between the others', () => {
  const before = placed(['a', 'b', 'c'])
  const after = placed(['a', 'b', 'c', 'd'])
  const moved = keys.filter((_, index) => before[index] !== after[index])
  expect(moved.length).toBeGreaterThan(4_600)
  expect(moved.length).toBeLessThan(5_400)
  expect(after.filter((name, index) => name !== before[index] && name !== 'd')).toEqual([])
})

test('the order of the shards is nothing, and the URL none of it', () => {
  expect(placed(['c', 'a', 'b'])).toEqual(placed(['a', 'b', 'c']))
})

test('keys stay where they were placed: rows lie there', () => {
  const names = ['a', 'b', 'c', 'd']
  const places = ['', 'user-1', '1', '-9223372036854775808', 'ä', '😀'].map(
    (key) => names[placeOf(key, names)],
  )
  expect(places.join('')).toBe('adcbdd')
})

test('a text and an integer are keys, and nothing else', () => {
  expect(
    [textValue('1'), integerValue('-1'), nullValue, { type: 'float' as const, value: 1 }].map(keyText),
  ).toEqual(['1', '-1', null, null])
})
