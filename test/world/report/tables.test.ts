import { expect, test } from 'vitest'
import { aligned, cellsOf, milliseconds, percent, quantilesOf } from '../../../bench/world/report/figures.ts'
import { latencyTables, servedTable } from '../../../bench/world/report/tables.ts'
import { violationReport } from '../../../bench/world/report/violations.ts'
import { downFrom, options, played, rowOf } from './played.ts'

test('quantiles: so many of a hundred are no higher, in whatever order they come', () => {
  expect(quantilesOf(downFrom(1_000))).toEqual({ count: 1_000, p50: 500, p95: 950, p99: 990 })
  expect(quantilesOf([7])).toEqual({ count: 1, p50: 7, p95: 7, p99: 7 })
  expect(quantilesOf([])).toEqual({ count: 0, p50: Number.NaN, p95: Number.NaN, p99: Number.NaN })
})

test('a quantile of too few is the highest of them, and said to be', () => {
  const cells = (count: number) => cellsOf(quantilesOf(downFrom(count)))
  expect(cells(100)).toEqual(['100', '50', '95', '99'])
  expect(cells(99)).toEqual(['99', '50', '95', 'max 99'])
  expect(cells(20)).toEqual(['20', '10', '19', 'max 20'])
  expect(cells(19)).toEqual(['19', '10', 'max 19', 'max 19'])
  expect(cells(0)).toEqual(['0', '–', '–', '–'])
})

test('figures as they are written', () => {
  expect([0.04, 9.94, 9.95, 1_234.5, Number.NaN].map(milliseconds)).toEqual(['0.0', '9.9', '10', '1235', '–'])
  expect([0.9499, 1, Number.NaN].map(percent)).toEqual(['95.0 %', '100.0 %', '–'])
  expect(
    aligned([
      ['', 'p50'],
      ['São Paulo', '7'],
    ]),
  ).toEqual(['           p50', 'São Paulo    7'])
})

test('latencies: a table for each kind, a row for each city and one for all, figures for each contender', () => {
  const slow = played(downFrom(20).map((ms) => ({ kind: 'write', milliseconds: ms + 100, city: 'Tokyo' })))
  const both = [
    played(downFrom(100).map((ms) => ({ kind: 'page', milliseconds: ms }))),
    { ...slow, name: 'central server' as const },
  ]
  const tables = latencyTables(both, options.cities).split('\n\n')
  expect(tables.map((table) => table.split('\n')[0])).toEqual([
    ...['public reads, ms', 'own reads, ms', 'read after own write, ms', 'writes, ms', 'sign-in, ms'],
  ])
  const [reads = '', , , writes = ''] = tables
  expect(['Virginia', 'Tokyo', 'all'].map((name) => rowOf(reads, name))).toEqual([
    ['100', '50', '95', '99', '0', '–', '–', '–'],
    ['0', '–', '–', '–', '0', '–', '–', '–'],
    ['100', '50', '95', '99', '0', '–', '–', '–'],
  ])
  expect(rowOf(writes, 'all')).toEqual(['0', '–', '–', '–', '20', '110', '119', 'max 120'])
})

test('what was served: hits, trips, nodes and ages', () => {
  const one = played(
    [
      { kind: 'page', isHit: true, trips: 0, times: 6 },
      { kind: 'item', isHit: true, trips: 1, node: 'primary', times: 1 },
      { kind: 'item', trips: 2, node: 'primary', times: 2 },
      { kind: 'item', trips: 1, node: 'primary', city: 'Tokyo' },
      { kind: 'own', trips: null, node: 'tokyo', city: 'Tokyo' },
      { kind: 'own after write', trips: 0 },
      { kind: 'write', trips: 1 },
      { kind: 'write', trips: 2 },
    ],
    { ages: [0, 0, 0, 400], seconds: 7 },
  )
  one.samples.fail()
  const table = servedTable([one, { ...one, name: 'one database' }], options)
  const rows = {
    'answers in the measured part': ['14', '14'],
    'answers a second': ['2', '2'],
    'not answered, 503 or 504': ['1', '1'],
    'writes among them': ['14.3 %', '14.3 %'],
    'public reads: from a cache': ['70.0 %', '70.0 %'],
    'public reads: without a trip': ['60.0 %', '60.0 %'],
    'own reads: without a trip': ['50.0 %', '50.0 %'],
    // For the one that has a replica there, the primary is not the nearest one to Tokyo.
    'public reads with a trip: to the nearest node': ['75.0 %', '100.0 %'],
    'own reads: to the nearest node': ['100.0 %', '0.0 %'],
    'trips of a public read': ['0.60', '0.60'],
    'trips of a write': ['1.50', '1.50'],
    'trips of a sign-in': ['–', '–'],
    'products read that were outdated': ['25.0 %', '25.0 %'],
    'for how long, at most, ms': ['400', '400'],
  }
  for (const [title, cells] of Object.entries(rows)) expect(rowOf(table, title), title).toEqual(cells)
})

test('violations: a row for each kind, examples, and what was logged', () => {
  const [sound, other] = [played([{ kind: 'page' }]), played([])]
  for (const detail of ['first', 'second', 'third', 'fourth']) other.violations.add('leak', detail)
  const logs = new Map([['a text', 2]])
  const report = violationReport([sound, { ...other, name: 'one database', logs }])
  expect(rowOf(report, 'an answer held the secret of somebody else')).toEqual(['0', '4'])
  expect(rowOf(report, 'a write was done more than once')).toEqual(['0', '0'])
  expect(rowOf(report, 'answers that were checked')).toEqual(['1', '0'])
  expect(report).toContain('one database: leak: third')
  expect(report).not.toContain('fourth')
  expect(report).toContain('one database logged 2 times: a text')
})

test('writes are counted among all that was answered, though of very many answers the last are kept alone', () => {
  const one = played([
    { kind: 'page', times: 99_000 },
    { kind: 'write', times: 1_000 },
  ])
  expect(rowOf(servedTable([one], options), 'writes among them')).toEqual(['1.0 %'])
})
