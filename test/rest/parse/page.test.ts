import { describe, expect, test } from 'vitest'
import type { ProblemCode } from '../../../src/base/problem.ts'
import { encoded, expectProblem, read, root } from './read.ts'

const order = (text: string) => root(encoded({ order: text })).order
const term = (
  column: string,
  descending = false,
  nulls: 'first' | 'last' | null = null,
  relation: string | null = null,
) => ({
  path: { column, steps: [], asText: false },
  relation,
  descending,
  nulls,
})

describe('order', () => {
  test.each([
    ['a', [term('a')]],
    ['a.asc', [term('a')]],
    ['a.desc.nullslast', [term('a', true, 'last')]],
    ['a.nullsfirst', [term('a', false, 'first')]],
    ['a.desc, b', [term('a', true), term('b')]],
    ['owner(name).desc.nullsfirst', [term('name', true, 'first', 'owner')]],
    ['"a.b".desc', [term('a.b', true)]],
    [
      'data->>x.desc',
      [{ ...term('data', true), path: { column: 'data', steps: [{ key: 'x' }], asText: true } }],
    ],
  ])('%s', (text, expected) => {
    expect(order(text)).toEqual(expected)
  })

  test.each([
    ['', 1],
    ['a,', 3],
    ['a.', 3],
    ['a.ac', 3],
    ['a.descc', 3],
    ['a.DESC', 3],
    ['a.nullslast.desc', 12],
    ['a.asc.desc', 7],
    ['owner(a,b)', 8],
    ['owner(a', 8],
    ['owner(a(b))', 8],
    ['a;b', 2],
    ['a->', 4],
  ])('refuses %s', (text, at) => {
    expectProblem('PGRST100', () => order(text), `at character ${at}`)
  })
})

describe('page', () => {
  const page = (query: string, range?: string, unit?: string) =>
    read(query, {
      headers: {
        ...(range === undefined ? {} : { range }),
        ...(unit === undefined ? {} : { 'range-unit': unit }),
      },
    }).page

  test.each([
    ['', undefined, { limit: 1000, limitGiven: false, offset: 0 }],
    ['limit=20', undefined, { limit: 20, limitGiven: true, offset: 0 }],
    ['limit=0', undefined, { limit: 0, limitGiven: true, offset: 0 }],
    ['limit=20&offset=40', undefined, { limit: 20, limitGiven: true, offset: 40 }],
    ['offset=040', undefined, { limit: 1000, limitGiven: false, offset: 40 }],
    ['', '0-9', { limit: 10, limitGiven: true, offset: 0 }],
    ['', '5-', { limit: 1000, limitGiven: false, offset: 5 }],
    ['limit=10&offset=2', '5-7', { limit: 3, limitGiven: true, offset: 5 }],
    ['limit=10', '5-', { limit: 5, limitGiven: true, offset: 5 }],
    ['limit=0', '5-7', { limit: 0, limitGiven: true, offset: 0 }],
    ['', 'bytes=0-9', { limit: 1000, limitGiven: false, offset: 0 }],
  ])('%s with range %s', (query, range, expected) => {
    expect(page(query, range)).toEqual(expected)
  })

  test('a range of another unit is passed over', () => {
    expect(page('', '0-9', 'items').limit).toBe(10)
    expect(page('', '0-9', 'bytes').limit).toBe(1000)
  })

  test.each<[string, string | undefined, ProblemCode]>([
    ['limit=-1', undefined, 'PGRST103'],
    ['offset=-4', undefined, 'PGRST103'],
    ['', '9-0', 'PGRST103'],
    ['limit=2', '5-7', 'PGRST103'],
    ['limit=x', undefined, '22023'],
    ['limit=', undefined, '22023'],
    ['limit=1.5', undefined, '22023'],
    ['limit=1e9', undefined, '22023'],
    ['limit=0x10', undefined, '22023'],
    ['offset=%2B1', undefined, '22023'],
    ['limit=1001', undefined, 'LIMIT_ROWS'],
    ['limit=99999999999999999999999999', undefined, 'LIMIT_ROWS'],
    ['', '0-1000', 'LIMIT_ROWS'],
    ['offset=100001', undefined, 'LIMIT_OFFSET'],
    ['', '100001-100002', 'LIMIT_OFFSET'],
    ['select=a()&a.limit=1001', undefined, 'LIMIT_ROWS'],
    ['select=a()&a.limit=-1', undefined, 'PGRST103'],
    ['select=a()&a.offset=x', undefined, '22023'],
  ])('%s with range %s is refused', (query, range, code) => {
    expectProblem(code, () => page(query, range))
  })

  test('all pages of a list are one intent', () => {
    const intent = (query: string, range?: string) =>
      JSON.stringify(read(query, { headers: range === undefined ? {} : { range } }).request.intent)
    const first = intent('a=eq.1')
    for (const query of ['a=eq.2&limit=5', 'limit=5&offset=10&a=eq.3', 'offset=7&a=eq.'])
      expect(intent(query)).toBe(first)
    expect(intent('a=eq.1', '5-9')).toBe(first)
    expect(read('offset=7&limit=05').request.values).toEqual(['5', '7'])
  })
})
