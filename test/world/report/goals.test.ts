import { expect, test } from 'vitest'
import type { ViolationKind } from '../../../bench/world/check/violations.ts'
import { milliseconds } from '../../../bench/world/report/figures.ts'
import { type Destination, goalReport, type Overhead } from '../../../bench/world/report/goals.ts'
import { options, played, rowOf } from './played.ts'

/** Of what the Worker that does nothing takes, and of a bare statement, wherever it goes. */
function overheadOf(nothing: number, bare: number): Overhead {
  const everywhere = (value: number): Record<Destination, number> => ({
    ...{ 'data centre': value, 'nearest node': value, primary: value },
  })
  const taken = { nothing: everywhere(nothing), bare: everywhere(bare) }
  return new Map(options.cities.map((city) => [city, taken]))
}

/** Each goal in Virginia: what it is of, how long the way is, and how much longer it may take. */
const goals = [
  ['a cached public read', { kind: 'page', trips: 0 }, 4, 3],
  ['an uncached read', { kind: 'item', trips: 1 }, 5, 5],
  ['a write', { kind: 'write', trips: 1 }, 5, 5],
] as const

test.each(goals)('%s: what is said of its goal', (title, planted, way, limit) => {
  const verdict = (above: number, nothing: number, bare: number) => {
    const one = played([{ ...planted, milliseconds: way + above, times: 20 }], {
      overhead: overheadOf(nothing, bare),
    })
    const report = goalReport(one, options)
      .split('\n\n')
      .find((part) => part.startsWith(`goal: ${title}`))
    return rowOf(report ?? '', 'Virginia')
  }
  const figures = (above: number) => ['20', String(way), milliseconds(way + above), milliseconds(above)]
  const over = limit + 2
  expect(verdict(limit, 0, 0)).toEqual([
    ...figures(limit).map((text) => expect.stringContaining(text)),
    '0.0',
    '0.0',
    'met',
  ])
  expect(verdict(over, 2, 4)).toEqual([
    ...figures(over).map((text) => expect.stringContaining(text)),
    ...['2.0', '4.0', 'met, less what the simulation takes'],
  ])
  expect(verdict(over, 1, 2).at(-1)).toBe('NOT MET, but less what a bare statement takes')
  expect(verdict(over, 1, 1.5).at(-1)).toBe('NOT MET')
  expect(verdict(over, Number.NaN, Number.NaN).at(-1)).toBe('NOT MET')
})

test('a goal is about its own kinds, and of a city where nothing was asked nothing is said', () => {
  const all = played(
    [
      ...[{ kind: 'page', trips: 0 } as const, { kind: 'item', trips: 1 } as const],
      ...[{ kind: 'own', trips: 1 } as const, { kind: 'reviews', trips: 2 } as const],
      ...(['own after write', 'sign-in', 'probe', 'write'] as const).map((kind) => ({ kind })),
    ],
    { overhead: overheadOf(0, 0) },
  )
  const parts = goalReport(all, options).split('\n\n')
  expect(parts.map((part) => rowOf(part, 'Virginia')[0])).toEqual(['1', '3', '1', ''])
  expect(parts.map((part) => rowOf(part, 'Virginia')[2])).toEqual([...Array(3).fill('max 1.0'), undefined])
  expect(parts.map((part) => rowOf(part, 'Tokyo').at(-1))).toEqual([...Array(3).fill('not measured'), ''])
})

test('shares: public reads without a trip, and answers that were checked', () => {
  const report = (without: number, checked: number, bad: readonly ViolationKind[] = []) => {
    const one = played(
      [
        { kind: 'page', trips: 0, times: without },
        { kind: 'item', trips: 1, times: 100 - without },
        { kind: 'own', trips: 1, times: 50 },
      ],
      { checked },
    )
    for (const kind of bad) one.violations.add(kind, 'planted')
    return goalReport(one, options).split('\n')
  }
  expect(report(95, 1_000_000)).toEqual([
    'goal: 95.0 % of public reads without a trip: 95.0 %, met',
    'goal: no stale own read and no leak in 1,000,000 answers: 0 in 1,000,000, met',
  ])
  expect(report(94, 999_999)).toEqual([
    expect.stringMatching(/94\.0 %, NOT MET$/),
    expect.stringMatching(/0 in 999,999, met so far/),
  ])
  expect(report(95, 1_000_000, ['leak', 'own write', 'twice'])[1]).toMatch(/2 in 1,000,000, NOT MET$/)
})
