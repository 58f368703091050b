import { expect, test } from 'vitest'
import { boundedMap } from '../../../src/base/memory/bounded-map.ts'

test('what was not used for longest is forgotten', () => {
  const map = boundedMap<string>(2)
  map.set('a', 'first')
  map.set('b', 'second')
  expect(map.get('a')).toBe('first')
  map.set('c', 'third')
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual(['first', undefined, 'third'])
  map.set('a', 'fourth')
  map.set('d', 'fifth')
  expect([map.get('a'), map.get('c'), map.get('d')]).toEqual(['fourth', undefined, 'fifth'])
  expect(map.size).toBe(2)
})

test('a heavy value takes the place of several; one beyond the capacity is not kept', () => {
  const map = boundedMap<string>(13, (value, key) => value.length + key.length)
  for (const key of ['a', 'b', 'c']) map.set(key, 'xxx')
  map.set('d', 'xxxxxx')
  expect([map.get('a'), map.get('b'), map.get('c'), map.get('d')]).toEqual([
    undefined,
    undefined,
    'xxx',
    'xxxxxx',
  ])
  map.set('c', 'x')
  map.set('e', 'xxx')
  expect(map.size).toBe(3)
  map.set('f', 'x'.repeat(13))
  expect(map.size).toBe(0)
})

test('what is deleted makes room', () => {
  const map = boundedMap<string>(2)
  map.set('a', 'first')
  map.set('b', 'second')
  map.delete('a')
  map.delete('never there')
  map.set('c', 'third')
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([undefined, 'second', 'third'])
})

test('what is used all the time stays, however many come by', () => {
  const map = boundedMap<number>(100)
  for (let index = 0; index < 10_000; index += 1) {
    map.set(`key ${index}`, index)
    if (index % 50 === 0) for (const hot of [0, 1, 2]) map.get(`key ${hot}`)
  }
  expect([0, 1, 2, 3].map((hot) => map.get(`key ${hot}`))).toEqual([0, 1, 2, undefined])
  expect(map.size).toBe(100)
})
