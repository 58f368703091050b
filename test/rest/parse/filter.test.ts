import { describe, expect, test } from 'vitest'
import type { FilterIntent } from '../../../src/query/intent.ts'
import { encoded, expectProblem, read } from './read.ts'

const path = (column: string) => ({ column, steps: [], asText: false })
const compare = (column: string, operator: string, value: number, more: object = {}): FilterIntent => ({
  kind: 'compare',
  path: path(column),
  operator,
  negated: false,
  quantifier: null,
  value,
  ...more,
})

/** Filters, and the values behind limit and offset. */
function filters(parameters: Readonly<Record<string, string>>) {
  const { intent, values } = read(encoded(parameters)).request
  return { where: intent.root.where, values: values.slice(2) }
}

describe('column=op.value', () => {
  test.each([
    ['eq.1', compare('a', 'eq', 2), '1'],
    ['eq.', compare('a', 'eq', 2), ''],
    ['eq.a.b,(c) "d"', compare('a', 'eq', 2), 'a.b,(c) "d"'],
    ['not.gte. 5', compare('a', 'gte', 2, { negated: true }), ' 5'],
    ['eq(any).{1,2}', compare('a', 'eq', 2, { quantifier: 'any' }), '["1","2"]'],
    [
      'not.like(all).{"a,b*",c, "d\\"e" }',
      compare('a', 'like', 2, { negated: true, quantifier: 'all' }),
      '["a,b*","c","d\\"e"]',
    ],
    ['eq(any).{}', compare('a', 'eq', 2, { quantifier: 'any' }), '[]'],
    ['eq(any).{NULL,"NULL",\\NULL}', compare('a', 'eq', 2, { quantifier: 'any' }), '[null,"NULL","NULL"]'],
    ['in.(1,2)', compare('a', 'in', 2), '["1","2"]'],
    ['in.()', compare('a', 'in', 2), '[]'],
    ['in.("")', compare('a', 'in', 2), '[""]'],
    ['in.("a,b","c\\"d","e"f, g,)', compare('a', 'in', 2), '["a,b","c\\"d","\\"e\\"f"," g",""]'],
    ['not.in.("(x)",名)', compare('a', 'in', 2, { negated: true }), '["(x)","名"]'],
    ['isdistinct.null', compare('a', 'isdistinct', 2), 'null'],
    ['cs.{"k":[1,2]}', compare('a', 'cs', 2), '{"k":[1,2]}'],
    ['fts.fat & rat', compare('a', 'fts', 2), 'fat & rat'],
    ['wfts(simple).fat', compare('a', 'wfts', 2), 'fat'],
    ['match.^a+$', compare('a', 'match', 2), '^a+$'],
  ])('%s', (text, expected, value) => {
    expect(filters({ a: text })).toEqual({ where: [expected], values: [value] })
  })

  test.each([
    ['is.null', 'null', false],
    ['not.is.null', 'null', true],
    ['is.not_null', 'not_null', false],
    ['is.TRUE', 'true', false],
    ['is.false', 'false', false],
    ['not.is.unknown', 'unknown', true],
  ])('%s', (text, what, negated) => {
    expect(filters({ a: text })).toEqual({
      where: [{ kind: 'is', path: path('a'), negated, what }],
      values: [],
    })
  })

  test('on a JSON path, on quoted and strange names', () => {
    expect(filters({ 'data->a->>0': 'eq.1', '"order"': 'eq.2' }).where).toMatchObject([
      { path: { column: 'data', steps: [{ key: 'a' }, { index: 0 }], asText: true } },
      { path: path('order') },
    ])
    expect(read('__proto__=eq.1&constructor=eq.2').request.intent.root.where).toEqual([
      compare('__proto__', 'eq', 2),
      compare('constructor', 'eq', 3),
    ])
  })

  test('repeated filters must all hold', () => {
    expect(read('a=gt.1&a=lt.5').request).toMatchObject({
      intent: { root: { where: [compare('a', 'gt', 2), compare('a', 'lt', 3)] } },
      values: ['1000', '0', '1', '5'],
    })
  })

  test.each([
    ['1', 'unexpected "1" at character 1'],
    ['noop.1', 'unexpected "n" at character 1'],
    ['__proto__.1', 'at character 1'],
    ['constructor.1', 'at character 1'],
    ['EQ.1', 'at character 1'],
    ['eq', 'unexpected the end at character 3'],
    ['not.not.eq.1', 'at character 5'],
    ['eq().1', 'at character 3'],
    ['eq(some).1', 'at character 3'],
    ['neq(any).{1}', 'at character 4'],
    ['in.1', 'at character 4'],
    ['in.(1,2', 'the end at character 8'],
    ['in.(1)x', 'at character 7'],
    ['in(any).(1)', 'at character 3'],
    ['is.nullx', 'at character 4'],
    ['is.null,', 'at character 8'],
    ['is.5', 'at character 4'],
    ['is', 'at character 1'],
    ['and.1', 'at character 1'],
    ['', 'unexpected the end at character 1'],
  ])('refuses %s', (text, where) => {
    expectProblem('PGRST100', () => filters({ a: text }), where)
  })

  test.each(['1,2', '{1', '{1,}', '{,}', '{{1}}', '{1}2', '{"a}', '{a"b}'])(
    'refuses the array %s',
    (text) => {
      expectProblem('22P02', () => filters({ a: `eq(any).${text}` }), 'Malformed array')
    },
  )

  test.each(['sl', 'sr', 'nxr', 'nxl', 'adj'])('refuses %s by name', (operator) => {
    const problem = expectProblem('PGRST127', () => filters({ a: `not.${operator}.[1,2]` }), operator)
    expect(problem.details).toContain(operator)
  })

  test('refuses a language by name', () => {
    expect(expectProblem('PGRST127', () => filters({ a: 'fts(english).rats' })).details).toContain(
      '"english"',
    )
    expectProblem('PGRST100', () => filters({ a: 'fts().rats' }))
  })
})

describe('and, or', () => {
  test('nested, negated, with lists and quotes', () => {
    const or = '(a.eq.1,and(b.gt.2,not.c.in.(1,2)),not.or(d.is.null,"e.f".not.eq."x,(y)"))'
    expect(filters({ or })).toEqual(filters({ or: or.replace('not.c.in', 'c.not.in') }))
    expect(filters({ or })).toEqual({
      where: [
        {
          kind: 'or',
          negated: false,
          items: [
            compare('a', 'eq', 2),
            {
              kind: 'and',
              negated: false,
              items: [compare('b', 'gt', 3), compare('c', 'in', 4, { negated: true })],
            },
            {
              kind: 'or',
              negated: true,
              items: [
                { kind: 'is', path: path('d'), negated: false, what: 'null' },
                compare('e.f', 'eq', 5, { negated: true }),
              ],
            },
          ],
        },
      ],
      values: ['1', '2', '["1","2"]', 'x,(y)'],
    })
  })

  test('not.and, not.or, several of them, spaces', () => {
    expect(filters({ 'not.and': '( a.eq.1 , b.eq.2 )', or: '(c.eq.3)' })).toEqual({
      where: [
        { kind: 'and', negated: true, items: [compare('a', 'eq', 2), compare('b', 'eq', 3)] },
        { kind: 'or', negated: false, items: [compare('c', 'eq', 4)] },
      ],
      values: ['1 ', '2 ', '3'],
    })
  })

  test('columns called and, or, not', () => {
    expect(
      filters({ or: '(and.eq.1,or.eq.2,not.eq.3,not.not.eq.4,not.eq(any).{5},not.a.not.eq.6)' }),
    ).toEqual({
      where: [
        {
          kind: 'or',
          negated: false,
          items: [
            compare('and', 'eq', 2),
            compare('or', 'eq', 3),
            compare('not', 'eq', 4),
            compare('not', 'eq', 5, { negated: true }),
            compare('not', 'eq', 6, { quantifier: 'any' }),
            compare('a', 'eq', 7),
          ],
        },
      ],
      values: ['1', '2', '3', '4', '["5"]', '6'],
    })
  })

  test('arrays and JSON in braces keep their commas', () => {
    const or = '(a.eq(any).{1,2},b.cs.{x,y},c.cs."{\\"k\\":{\\"l\\":1}}",data->>k.eq.v)'
    expect(filters({ or }).values).toEqual(['["1","2"]', '{x,y}', '{"k":{"l":1}}', 'v'])
  })

  test.each([
    ['', 'at character 1'],
    ['()', 'at character 2'],
    ['(a.eq.1', 'at character 8'],
    ['(a.eq.1,)', 'at character 9'],
    ['(a.eq.1)b', 'at character 9'],
    ['a.eq.1', 'at character 1'],
    ['(and(a.eq.1)', 'at character 13'],
    ['(xor(a.eq.1))', 'at character 5'],
    ['(a.in.1,2)', 'at character 7'],
    ['(a)', 'at character 3'],
    ['(not.not.and(a.eq.1))', 'at character 10'],
  ])('refuses %s', (text, where) => {
    expectProblem('PGRST100', () => filters({ or: text }), where)
  })

  test('has a cap on levels and on conditions', () => {
    const nested = (levels: number) => `${'(and'.repeat(levels - 1)}(a.eq.1${')'.repeat(levels)}`
    expect(filters({ and: nested(10) }).values).toEqual(['1'])
    expectProblem('LIMIT_QUERY_SIZE', () => filters({ and: nested(11) }), '10 levels')
    expectProblem('LIMIT_QUERY_SIZE', () => filters({ and: `(${'a.eq.1,'.repeat(300)}a.eq.1)` }), '300 parts')
  })
})
