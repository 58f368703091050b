import { describe, expect, test } from 'vitest'
import type { ProblemCode } from '../../../src/base/problem.ts'
import { column, embed, encoded, expectProblem, node, read, root } from './read.ts'

describe('the query string', () => {
  test('is decoded strictly', () => {
    expect(read('?a=eq.x+y%2B%C3%A9%F0%9F%98%80&&b=eq.a=b&').request.values.slice(2)).toEqual([
      'x y+é😀',
      'a=b',
    ])
  })

  test.each<[string, ProblemCode, string]>([
    ['a=eq.%', 'PGRST100', 'at character 6'],
    ['a=eq.1&b=eq.%zz', 'PGRST100', 'at character 13'],
    ['a=eq.%41%FF', 'PGRST100', 'at character 6'],
    ['a=eq.%C0%80', 'PGRST100', 'at character 6'],
    ['a=eq.%ED%A0%80', 'PGRST100', 'at character 6'],
    ['a=eq.%00', '22021', 'NUL'],
    ['a%00=eq.1', '22021', 'NUL'],
    ['a=eq.\ud800', '22021', 'surrogate'],
    ['a', 'PGRST100', 'at character 1'],
    ['limit=1&a', 'PGRST100', 'at character 9'],
    ['=eq.1', 'PGRST100', 'the name of a parameter'],
    [`a=eq.${'x'.repeat(8_188)}`, 'LIMIT_QUERY_LENGTH', '8193 characters'],
    ['apikey=x', 'PGRST100', 'apikey'],
    ['a..b=eq.1', 'PGRST100', 'at character 3'],
    ['a(b)=eq.1', 'PGRST100', 'at character 2'],
    ['a->>b.c=eq.1', 'PGRST100', 'at character 6'],
  ])('%s is refused', (query, code, part) => {
    expectProblem(code, () => read(query), part)
  })

  test.each(['select', 'order', 'limit', 'offset', 'cursor', 'columns', 'on_conflict'])(
    '%s may come once',
    (name) => {
      expectProblem('PGRST100', () => read(`${name}=1&${name}=1`), 'more than once')
    },
  )

  test('parameters of writes have no effect', () => {
    expect(read('columns=a,b&on_conflict=c').request).toEqual(read('').request)
  })

  test('the cursor is handed on, raw', () => {
    const parsed = read('cursor=abc.def')
    expect(parsed.cursor).toBe('abc.def')
    expect(parsed.request.intent.afterCursor).toBe(true)
    expect(read('').request.intent.afterCursor).toBe(false)
    expectProblem('PGRST100', () => read('cursor=x&offset=1'), 'exclude each other')
    expect(root('"cursor"=eq.1').where).toHaveLength(1)
  })
})

describe('parameters of embeds', () => {
  test('go to their node, by alias or name', () => {
    const query = encoded({
      select: 'a(b(*)),x:c()',
      'a.id': 'eq.1',
      'a.b.order': 'id.desc',
      'a.b.limit': '2',
      'a.b.offset': '3',
      'x.or': '(p.eq.5,q.eq.6)',
      'x.not.and': '(p.eq.7)',
      'c.data->>k': 'eq.8',
      'not.x.or': '(q.eq.9)',
    })
    const compare = (name: string, value: number, steps: object[] = []) => ({
      kind: 'compare',
      path: { column: name, steps, asText: steps.length > 0 },
      operator: 'eq',
      negated: false,
      quantifier: null,
      value,
    })
    const { intent, values } = read(query).request
    expect(values.slice(2)).toEqual(['1', '2', '3', '5', '6', '7', '8', '9'])
    expect(intent.root.select).toMatchObject([
      {
        relation: 'a',
        node: {
          where: [compare('id', 2)],
          select: [{ relation: 'b', node: { order: [{ descending: true }], limit: 3, offset: 4 } }],
        },
      },
      {
        relation: 'c',
        node: {
          where: [
            { kind: 'or', negated: false, items: [compare('p', 5), compare('q', 6)] },
            { kind: 'and', negated: true, items: [compare('p', 7)] },
            compare('data', 8, [{ key: 'k' }]),
            { kind: 'or', negated: true, items: [compare('q', 9)] },
          ],
        },
      },
    ])
  })

  test('an alias hides a relation of that name', () => {
    const { select } = root('select=a:b(),b:a()&a.limit=1')
    expect(select).toEqual([embed('b', { alias: 'a', node: node({ limit: 2 }) }), embed('a', { alias: 'b' })])
  })

  test.each<[string, ProblemCode, string]>([
    ['a.id=eq.1', 'PGRST108', "'a' is not an embedded resource"],
    ['select=a()&b.order=id', 'PGRST108', "'b' is not"],
    ['select=a(b())&b.id=eq.1', 'PGRST108', "'b' is not"],
    ['select=x:a(),y:a()&a.id=eq.1', 'PGRST108', "'a' is embedded 2 times"],
    ['__proto__.id=eq.1', 'PGRST108', "'__proto__' is not"],
    ['select=a()&a.limit=1&a.limit=1', 'PGRST100', 'more than once'],
    ['select=a()&a.offset=1&"a".offset=1', 'PGRST100', 'more than once'],
    ['select=x:a()&a.order=id&x.order=id', 'PGRST100', 'more than once'],
    ['select=a()&a.order=', 'PGRST100', 'a.order'],
    ['select=a()&a.or=x', 'PGRST100', 'the or tree'],
  ])('%s is refused', (query, code, part) => {
    expectProblem(code, () => read(query), part)
  })
})

describe('one item', () => {
  test('its key comes first among the values', () => {
    const parsed = read('select=id,a()&a.id=eq.9', {
      key: ['k1', 'k2'],
      headers: { prefer: 'count=exact, handling=strict', range: '5-9' },
    })
    expect(parsed.request.values).toEqual(['k1', 'k2', '1', '0', '9'])
    expect(parsed.request.intent).toMatchObject({
      key: [0, 1],
      count: null,
      root: { limit: 2, offset: 3, order: [] },
    })
    expect(parsed.request.intent.root.select[0]).toEqual(column('id'))
    expect(parsed.prefer.applied).toBe('handling=strict')
    expect(parsed.page).toEqual({ limit: 1, limitGiven: false, offset: 0 })
  })

  test.each(['id=eq.1', 'or=(a.eq.1)', 'order=id', 'limit=1', 'offset=0', 'cursor=x', ' order=id'])(
    'refuses %s',
    (query) => {
      expectProblem('PGRST100', () => read(query, { key: ['1'] }), 'does not apply to one item')
    },
  )

  test('a key without NUL', () => {
    expectProblem('22021', () => read('', { key: ['a\0'] }), 'Part 1')
  })
})

test('the intent is in the order of its declaration', () => {
  expect(Object.keys(read('').request.intent)).toEqual([
    'kind',
    'resource',
    'root',
    'format',
    'nullsStripped',
    'count',
    'key',
    'afterCursor',
  ])
  expect(Object.keys(root(''))).toEqual(['select', 'where', 'order', 'limit', 'offset'])
})
