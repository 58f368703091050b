import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodeKnowledge,
  encodeKnowledge,
  knowledgeOf,
  merge,
  tellsMore,
} from '../../src/cache/knowledge/knowledge.ts'
import { versionsAt } from './fixture.ts'

const at = (tick: number, versions: Record<string, number>, epoch = 'first', seenAt = 0) =>
  knowledgeOf(versionsAt(tick, versions, epoch), seenAt)
const tables = (knowledge: ReturnType<typeof at>) =>
  Object.fromEntries([...knowledge.tables].map(([table, { version, tick }]) => [table, `${version}@${tick}`]))

describe('two sightings of one epoch', () => {
  test('each table for itself: what one says of orders says nothing of products', () => {
    const known = merge(at(10, { orders: 3, products: 7 }), at(12, { orders: 4 }))
    expect(tables(known)).toEqual({ orders: '4@12', products: '7@10' })
  })

  test('the higher version, and of one version the later tick', () => {
    expect(tables(merge(at(10, { orders: 3 }), at(12, { orders: 3 })))).toEqual({ orders: '3@12' })
    expect(tables(merge(at(12, { orders: 3 }), at(10, { orders: 3 })))).toEqual({ orders: '3@12' })
    // The tick of an answer is the least that it holds: one with a later version may say an earlier tick.
    expect(tables(merge(at(12, { orders: 3 }), at(11, { orders: 4 })))).toEqual({ orders: '4@11' })
  })

  test('in which order they are merged is all one', () => {
    const sighting = fc
      .tuple(fc.nat(5), fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'constructor'), fc.nat(3)))
      .map(([tick, versions]) => at(tick, versions))
    fc.assert(
      fc.property(sighting, sighting, sighting, (a, b, c) => {
        expect(tables(merge(a, b))).toEqual(tables(merge(b, a)))
        expect(tables(merge(a, merge(b, c)))).toEqual(tables(merge(merge(a, b), c)))
        expect(merge(a, a)).toBe(a)
      }),
    )
  })
})

test('of two epochs the one that was seen later stands alone', () => {
  const before = at(90, { orders: 30 }, 'first', 1_000)
  const after = at(5, { products: 1 }, 'restored', 2_000)
  expect(merge(before, after)).toBe(after)
  expect(merge(after, before)).toBe(after)
})

test('what is news, and what only still holds', () => {
  const known = at(10, { orders: 3 })
  expect(tellsMore(null, known)).toBe(true)
  expect(tellsMore(known, at(99, { orders: 3 }))).toBe(false)
  expect(tellsMore(known, at(11, { orders: 2 }))).toBe(false)
  expect(tellsMore(known, at(9, { orders: 4 }))).toBe(true)
  expect(tellsMore(known, at(9, { products: 0 }))).toBe(true)
  expect(tellsMore(known, at(9, {}, 'restored'))).toBe(true)
})

test('it comes back as it went in', () => {
  const known = merge(at(10, { orders: 3, ['__proto__']: 1 }), at(12, { products: 7 }, 'first', 5))
  expect(decodeKnowledge(encodeKnowledge(known))).toEqual(known)
})

test.each([
  ['nothing', ''],
  ['no JSON', '{'],
  ['no UTF-8', Buffer.from([0xff, 0xfe])],
  ['null', 'null'],
  ['another format', '{"format":2,"epoch":"e","seenAtMilliseconds":1,"rows":[]}'],
  ['no epoch', '{"format":3,"seenAtMilliseconds":1,"rows":[]}'],
  ['no time', '{"format":3,"epoch":"e","seenAtMilliseconds":null,"rows":[]}'],
  ['no rows', '{"format":3,"epoch":"e","seenAtMilliseconds":1,"rows":{}}'],
  ['a row that is none', '{"format":3,"epoch":"e","seenAtMilliseconds":1,"rows":[null]}'],
  [
    'a version that is none',
    '{"format":3,"epoch":"e","seenAtMilliseconds":1,"rows":[["orders","1",1,1,null]]}',
  ],
  [
    'changes that are none',
    '{"format":3,"epoch":"e","seenAtMilliseconds":1,"rows":[["orders",1,1,1,[0,0,[["id:1"]]]]]}',
  ],
  ['a row without changes', '{"format":3,"epoch":"e","seenAtMilliseconds":1,"rows":[["orders",1,1,1]]}'],
  [
    'a row without a tick',
    '{"format":3,"epoch":"e","seenAtMilliseconds":1,"rows":[["orders",1,null,1,null]]}',
  ],
  [
    'a row without a frame',
    '{"format":3,"epoch":"e","seenAtMilliseconds":1,"rows":[["orders",1,1,null,null]]}',
  ],
])('bytes that are no knowledge: %s', (_, bytes) => {
  expect(decodeKnowledge(Buffer.from(bytes))).toBeNull()
})
