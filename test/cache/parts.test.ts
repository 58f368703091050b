import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Changes } from '../../src/base/versions.ts'
import {
  decodeKnowledge,
  encodeKnowledge,
  isUntouched,
  type Knowledge,
  knowledgeOf,
  merge,
  type Part,
} from '../../src/cache/knowledge/knowledge.ts'
import { judge } from '../../src/cache/rule.ts'
import { entryOf, stored, versionsAt } from './fixture.ts'

/** What really happened to a table: by version, which parts were written; null: it was not said. */
type History = readonly (readonly string[] | null)[]

const names = ['id:1', 'id:2', 'at:1']
const history: fc.Arbitrary<History> = fc.array(
  fc.option(fc.subarray(names, { minLength: 1 }), { freq: 4 }),
  { minLength: 1, maxLength: 30 },
)

/** What the database says at a version to somebody who knows it as of `since`; null: to somebody who knows nothing. */
function sightingAt(happened: History, version: number, since: number | null): Knowledge {
  const parts = new Map<string, number>()
  for (const [index, written] of happened.slice(0, version).entries()) {
    if (index + 1 <= (since ?? version)) continue
    for (const part of written ?? []) parts.set(part, index + 1)
  }
  const changes: Changes = {
    whole: wholeAt(happened, version),
    since: Math.min(since ?? version, version),
    parts,
  }
  const told = { versions: { seats: version }, changes: new Map([['seats', changes]]) }
  return knowledgeOf({ epoch: 'first', tick: version * 10, frame: 0, ...told }, stored)
}

const wholeAt = (happened: History, version: number): number =>
  happened.slice(0, version).filter((written) => written === null).length

/** What an answer that was read at a version depends on. */
function partAt(happened: History, name: string, version: number): Part {
  return { table: 'seats', name, whole: wholeAt(happened, version), hides: false, scheme: 'id,at:' }
}

function isTouched(happened: History, part: string, from: number, to: number): boolean {
  return happened.slice(from, to).some((written) => written === null || written.includes(part))
}

const seen = (knowledge: Knowledge) => {
  const found = knowledge.tables.get('seats')
  if (found === undefined) throw new Error('nothing is known of seats')
  return found
}

describe('whatever was heard, in whatever order', () => {
  const heard = fc.array(fc.tuple(fc.nat(30), fc.option(fc.nat(30)), fc.boolean()), {
    minLength: 1,
    maxLength: 12,
  })

  test('a part that was written is never taken for untouched', () => {
    fc.assert(
      fc.property(history, heard, fc.constantFrom(...names), fc.nat(30), (happened, told, name, at) => {
        const last = happened.length
        let known: Knowledge | null = null
        for (const [version, since, isBare] of told) {
          const full = sightingAt(
            happened,
            Math.min(version, last),
            since === null ? null : Math.min(since, last),
          )
          // An entry tells a version and nothing else.
          const bare = knowledgeOf(versionsAt(1, { seats: seen(full).version }), stored)
          known = known === null ? full : merge(known, isBare ? bare : full)
        }
        if (known === null) return
        const from = Math.min(at, seen(known).version)
        const part = partAt(happened, name, from)
        for (const each of [seen(known), ...seen(known).earlier]) {
          if (each.version >= from && isUntouched(each, part, from))
            expect(isTouched(happened, name, from, each.version)).toBe(false)
        }
        // And what is handed on is what is known now.
        const latest = { ...seen(known), earlier: [] }
        expect(decodeKnowledge(encodeKnowledge(known))).toEqual({
          ...known,
          tables: new Map([['seats', latest]]),
        })
      }),
      { numRuns: 3_000 },
    )
  })

  test('who heard of every write knows exactly which parts are untouched', () => {
    fc.assert(
      fc.property(history, fc.constantFrom(...names), fc.nat(30), (happened, name, at) => {
        const steps = happened.map((_, index) => sightingAt(happened, index + 1, index))
        const known = steps.reduce(merge, sightingAt(happened, 0, null))
        const from = Math.min(at, happened.length)
        const part = partAt(happened, name, from)
        expect(isUntouched(seen(known), part, from)).toBe(!isTouched(happened, name, from, happened.length))
      }),
    )
  })
})

test('of very many parts the oldest are forgotten, and what is older than them counts as written', () => {
  const everything: History = Array.from({ length: 600 }, (_, index) => [`id:${index}`])
  const steps = everything.map((_, index) => sightingAt(everything, index + 1, index))
  const known = steps.reduce(merge, sightingAt(everything, 0, null))
  const { changes } = seen(known)
  expect(changes?.parts.size).toBeLessThanOrEqual(512)
  const part = (name: string): Part => ({ table: 'seats', name, whole: 0, hides: false, scheme: 'id,at:' })
  expect(isUntouched(seen(known), part('id:9999'), 0)).toBe(false)
  expect(isUntouched(seen(known), part('id:9999'), changes?.since ?? 0)).toBe(true)
  expect(isUntouched(seen(known), part('id:599'), 599)).toBe(false)
})

test('what was known before is kept as long as it has no more parts than there may be', () => {
  const earlierOf = (count: number) => {
    const everything: History = Array.from({ length: count }, (_, index) => [`id:${index}`])
    const steps = everything.map((_, index) => sightingAt(everything, index + 1, index))
    return seen(steps.reduce(merge, sightingAt(everything, 0, null))).earlier
  }
  expect(earlierOf(3).map(({ version }) => version)).toEqual([2, 1, 0])
  expect(earlierOf(30).map(({ version }) => version)).toEqual([29, 28, 27, 26, 25, 24, 23, 22])
  expect(earlierOf(131).map(({ version }) => version)).toEqual([130, 129, 128])
})

describe('an answer about one part', () => {
  const happened: History = [['id:1'], ['id:2'], null, ['id:2']]
  const entry = (version: number) =>
    entryOf({
      tick: version * 10,
      versions: { seats: version },
      part: {
        table: 'seats',
        name: 'id:1',
        whole: wholeAt(happened, version),
        hides: false,
        scheme: 'id,at:',
      },
    })
  const asked = { nowMilliseconds: stored, epoch: null, neededFrame: 0 }

  test.each([
    ['of nothing but another part', 3, 4, 'fresh'],
    ['of a write that did not say which', 2, 3, 'superseded'],
    ['of a write of this one', 0, 1, 'superseded'],
  ])('who knows %s', (_, from, to, verdict) => {
    const known = merge(sightingAt(happened, from, null), sightingAt(happened, to, from))
    const judged = judge(entry(from), { ...asked, neededTick: 0 }, known)
    expect(judged.kind === 'miss' ? judged.why : judged.kind).toBe(
      verdict === 'superseded' ? 'stale-if-error' : verdict,
    )
  })

  test('is as new as what is known of its part', () => {
    const known = merge(sightingAt(happened, 3, null), sightingAt(happened, 4, 3))
    expect(judge(entry(3), { ...asked, neededTick: 40 }, known)).toMatchObject({
      kind: 'fresh',
      asOfTick: 40,
    })
    expect(judge(entry(3), { ...asked, neededTick: 41 }, known)).toEqual({ kind: 'miss', why: 'behind' })
    // Of all rows of the table it is not.
    const whole = { ...entry(3), part: null }
    expect(judge(whole, { ...asked, neededTick: 40 }, known)).toEqual({ kind: 'miss', why: 'behind' })
  })
})
