import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Entry } from '../../src/cache/entry.ts'
import { type Knowledge, knowledgeOf, merge } from '../../src/cache/knowledge/knowledge.ts'
import { judge, type Requirement, type Verdict, wins } from '../../src/cache/rule.ts'
import { entryOf, frameAt, stored, versionsAt } from './fixture.ts'

const seen = (tick: number, versions: Record<string, number>, epoch = 'first') =>
  knowledgeOf(versionsAt(tick, versions, epoch), stored)
const asked = (seconds: number, more: Partial<Requirement> = {}): Requirement => ({
  nowMilliseconds: stored + seconds * 1000,
  epoch: null,
  neededTick: 0,
  neededFrame: 0,
  ...more,
})
const brief = (verdict: Verdict) => (verdict.kind === 'miss' ? verdict.why : verdict.kind)

describe('age', () => {
  test.each([
    [0, 'fresh', 0, 60],
    [0.999, 'fresh', 0, 60],
    [59.999, 'fresh', 59, 1],
    [60, 'stale-while-revalidate', 60, 0],
    [89.999, 'stale-while-revalidate', 89, -29],
    [90, 'stale-if-error', 90, -30],
    [659.999, 'stale-if-error', 659, -599],
    // The clock was set back, or that of another machine is ahead: by so little it is as if it was stored now.
    [-299, 'fresh', 0, 60],
  ])('%d seconds: %s', (seconds, kind, ageSeconds, ttlSeconds) => {
    expect(judge(entryOf(), asked(seconds), null)).toEqual({ kind, ageSeconds, ttlSeconds, asOfTick: 10 })
  })

  test.each([
    [660, 'expired'],
    [1e9, 'expired'],
    [-301, 'clock'],
    [Number.NaN, 'clock'],
  ])('%d seconds: a miss, %s', (seconds, why) => {
    expect(judge(entryOf(), asked(seconds), null)).toEqual({ kind: 'miss', why })
  })

  test.each([
    [59.9, 'fresh'],
    [60, 'stale-while-revalidate'],
    [90, 'stale-if-error'],
    [660, 'expired'],
    [Number.POSITIVE_INFINITY, 'expired'],
  ])('to a session that was seen %d seconds ago it is as old as that: %s', (seconds, kind) => {
    const required = asked(1, { stoodAtMilliseconds: stored + 1000 - seconds * 1000 })
    expect(brief(judge(entryOf(), required, null))).toBe(kind)
  })

  test('what is known extends nothing', () => {
    expect(brief(judge(entryOf(), asked(60), seen(99, { orders: 3 })))).toBe('stale-while-revalidate')
  })

  test('of a resource that declares nothing, nothing is served', () => {
    const entry = entryOf({ maxAgeSeconds: 0, staleWhileRevalidateSeconds: 0, staleIfErrorSeconds: 0 })
    expect(brief(judge(entry, asked(0), null))).toBe('expired')
  })
})

describe('what is known of the tables', () => {
  const entry = entryOf({ versions: { orders: 3, products: 7 } })

  test.each<[string, Knowledge | null, string, number]>([
    ['nothing', null, 'fresh', 10],
    ['another table', seen(20, { users: 1 }), 'fresh', 10],
    ['one of two tables', seen(20, { orders: 3 }), 'fresh', 10],
    ['both at one tick', seen(20, { orders: 3, products: 7 }), 'fresh', 20],
    ['both, each at its tick', merge(seen(20, { orders: 3 }), seen(15, { products: 7 })), 'fresh', 15],
    ['both at an earlier tick', seen(5, { orders: 3, products: 7 }), 'fresh', 10],
    ['less than the entry', seen(20, { orders: 2, products: 7 }), 'fresh', 10],
    ['a later version of one', seen(20, { orders: 4, products: 7 }), 'stale-if-error', 10],
    ['a later version, said to be of an earlier tick', seen(9, { orders: 4 }), 'stale-if-error', 10],
    [
      'a later version of one, and before that both',
      merge(seen(20, { orders: 3, products: 7 }), seen(30, { orders: 4, products: 7 })),
      'stale-if-error',
      20,
    ],
    [
      'later versions of both, and before that of one, and of both',
      [seen(20, { orders: 3, products: 7 }), seen(30, { orders: 4 }), seen(40, { products: 8 })].reduce(
        merge,
      ),
      'stale-if-error',
      20,
    ],
  ])('%s: %s', (_, knowledge, kind, asOfTick) => {
    expect(judge(entry, asked(1), knowledge)).toMatchObject({ kind, asOfTick })
  })

  test('of one tick the frame tells what is newer: who writes beside the Worker raises none', () => {
    const needed = (frame: number) => asked(1, { neededTick: 20, neededFrame: frame })
    const known = seen(20, { orders: 3, products: 7 })
    expect(brief(judge(entry, needed(frameAt(20)), known))).toBe('fresh')
    expect(brief(judge(entry, needed(frameAt(20) + 1), known))).toBe('behind')
    const later = { ...seen(20, { orders: 3, products: 7 }), seenAtMilliseconds: stored + 1 }
    const more = [...later.tables].map(
      ([table, each]) => [table, { ...each, frame: each.frame + 1 }] as const,
    )
    const both = merge(known, { ...later, tables: new Map(more) })
    expect(brief(judge(entry, needed(frameAt(20) + 1), both))).toBe('fresh')
    expect(brief(judge(entry, asked(1, { neededTick: 19, neededFrame: 2_000_000 }), known))).toBe('fresh')
  })

  test('a stale one is not served while it is asked for anew, and at last not at all', () => {
    const known = seen(20, { orders: 4 })
    expect(brief(judge(entry, asked(70), known))).toBe('stale-if-error')
    expect(brief(judge(entry, asked(660), known))).toBe('superseded')
    expect(brief(judge({ ...entry, staleIfErrorSeconds: 0 }, asked(1), known))).toBe('superseded')
  })

  test('one that may be stale after a write is, but for who wrote', () => {
    const known = seen(20, { orders: 4 })
    const lenient = { ...entry, isStaleAfterWrite: true }
    expect(brief(judge(lenient, asked(1), known))).toBe('stale-while-revalidate')
    expect(brief(judge(lenient, asked(89), known))).toBe('stale-while-revalidate')
    expect(brief(judge(lenient, asked(90), known))).toBe('stale-if-error')
    expect(brief(judge(lenient, asked(1, { neededTick: 20 }), known))).toBe('behind')
    // Who wrote before that is owed no more than what was good until then.
    const before = merge(seen(15, { orders: 3, products: 7 }), known)
    expect(brief(judge(lenient, asked(1, { neededTick: 15 }), before))).toBe('stale-while-revalidate')
    expect(brief(judge(lenient, asked(1, { neededTick: 16 }), before))).toBe('behind')
    expect(brief(judge({ ...lenient, staleWhileRevalidateSeconds: 0 }, asked(1), known))).toBe(
      'stale-if-error',
    )
  })

  test('a table with the name of a member of every object is known only if it was seen', () => {
    const odd = entryOf({ versions: { constructor: 0 } })
    expect(judge(odd, asked(1), seen(20, { orders: 3 }))).toMatchObject({ kind: 'fresh', asOfTick: 10 })
  })

  test('an answer that depends on no table is as of its own tick', () => {
    expect(judge(entryOf({ versions: {} }), asked(1), seen(20, {}))).toMatchObject({ asOfTick: 10 })
  })
})

describe('the bookmark', () => {
  const needs = (neededTick: number, epoch = 'first') => asked(1, { neededTick, epoch })

  test.each([
    [10, null, 'fresh'],
    [11, null, 'behind'],
    [20, seen(20, { orders: 3 }), 'fresh'],
    [21, seen(20, { orders: 3 }), 'behind'],
    [11, seen(20, { orders: 4 }), 'behind'],
    [10, seen(20, { orders: 4 }), 'stale-if-error'],
  ])('tick %d', (tick, knowledge, expected) => {
    expect(brief(judge(entryOf(), needs(tick), knowledge))).toBe(expected)
  })

  test('nothing older is served where the database fails, either', () => {
    expect(brief(judge(entryOf(), asked(100, { neededTick: 11, epoch: 'first' }), null))).toBe('behind')
  })

  test('another epoch is another database, whoever says so', () => {
    expect(brief(judge(entryOf(), needs(1, 'restored'), null))).toBe('epoch')
    expect(brief(judge(entryOf(), asked(1), seen(1, { orders: 3 }, 'restored')))).toBe('epoch')
    expect(brief(judge(entryOf(), needs(1, 'first'), seen(1, {}, 'restored')))).toBe('epoch')
  })
})

describe('which of two entries stays', () => {
  const held = entryOf()
  const later = (seconds: number, more: Partial<Entry>) =>
    entryOf({ storedAtMilliseconds: stored + seconds * 1000, ...more })

  test.each([
    ['a newer tick', later(-5, { tick: 11 }), true],
    ['an older tick, stored later: a fill that took long', later(5, { tick: 9 }), false],
    ['the same tick, stored later', later(1, {}), true],
    ['the same tick, stored earlier', later(-1, {}), false],
    ['the same again', later(0, {}), true],
    ['an older tick, the held one past its age, no table differs', later(60, { tick: 9 }), true],
    ['an older tick, the held one past its age', later(60, { tick: 9, versions: { orders: 2 } }), false],
    ['the same, of other tables', later(60, { tick: 9, versions: { products: 3 } }), false],
    ['another epoch, stored later', later(1, { tick: 1, epoch: 'restored' }), true],
    ['another epoch, stored earlier', later(-1, { tick: 99, epoch: 'restored' }), false],
  ])('%s', (_, entry, expected) => {
    expect(wins(entry, held)).toBe(expected)
  })
})

describe('over any history of writes', () => {
  const tables = ['orders', 'products', 'users', 'tags']
  /** What each write touches: write number n makes tick n. */
  const history = fc.array(fc.subarray(tables, { minLength: 1, maxLength: 2 }), {
    minLength: 1,
    maxLength: 12,
  })
  /** A statement that reads some tables; it may say a tick that is before its snapshot, never one past it. */
  const reading = fc.record({
    snapshot: fc.nat(12),
    behind: fc.nat(2),
    of: fc.subarray(tables, { minLength: 1, maxLength: 3 }),
  })

  test('what is served holds all writes that the bookmark asks for, and says no tick that it does not hold', () => {
    let [carriedOn, overtaken] = [0, 0]
    fc.assert(
      fc.property(
        history,
        reading,
        fc.array(reading, { maxLength: 6 }),
        fc.boolean(),
        fc.nat(8),
        (writes, read, heard, isInOrder, needed) => {
          const others = isInOrder ? heard.toSorted((a, b) => a.snapshot - b.snapshot) : heard
          const written = (from: number, to: number, table: string) =>
            writes.slice(from, to).filter((touched) => touched.includes(table)).length
          const sighting = ({ snapshot, behind, of }: typeof read) => ({
            epoch: 'first',
            tick: Math.max(0, Math.min(snapshot, writes.length) - behind),
            frame: 0,
            versions: Object.fromEntries(of.map((table) => [table, written(0, snapshot, table)])),
          })
          const known = others.map((other) => knowledgeOf(sighting(other), stored))
          const knowledge = known.length === 0 ? null : known.reduce((a, b) => merge(a, b))
          const verdict = judge(entryOf(sighting(read)), asked(1, { neededTick: needed }), knowledge)
          if (verdict.kind === 'miss') return
          expect(verdict.asOfTick).toBeGreaterThanOrEqual(needed)
          for (const table of read.of) expect(written(read.snapshot, verdict.asOfTick, table)).toBe(0)
          const newest = (table: string) =>
            Math.max(0, ...others.filter(({ of }) => of.includes(table)).map(({ snapshot }) => snapshot))
          const isStale = read.of.some((table) => written(read.snapshot, newest(table), table) > 0)
          expect(verdict.kind).toBe(isStale ? 'stale-if-error' : 'fresh')
          if (verdict.asOfTick <= sighting(read).tick) return
          carriedOn += 1
          if (isStale) overtaken += 1
        },
      ),
      { numRuns: 8_000 },
    )
    // It would say little if nothing that is known carried an entry on.
    expect(carriedOn).toBeGreaterThan(100)
    expect(overtaken).toBeGreaterThan(5)
  })
})
