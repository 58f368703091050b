import { describe, expect, test } from 'vitest'
import type { JsonStep, SelectIntent } from '../../../src/query/intent.ts'
import { column, embed, encoded, expectProblem, node, root } from './read.ts'

const select = (text: string) => root(encoded({ select: text })).select
const path = (name: string, steps: readonly JsonStep[], asText = false) => ({
  path: { column: name, steps, asText },
})

const accepted: readonly (readonly [string, readonly SelectIntent[]])[] = [
  ['', [{ kind: 'all' }]],
  ['*', [{ kind: 'all' }]],
  ['id,name', [column('id'), column('name')]],
  [' id , name ', [column('id'), column('name')]],
  ['*,n:name', [{ kind: 'all' }, column('name', { alias: 'n' })]],
  ['id::text', [column('id', { cast: 'text' })]],
  ['n:id::double precision', [column('id', { alias: 'n', cast: 'double precision' })]],
  [
    'first name,with-dash,$a,1,été,名前',
    ['first name', 'with-dash', '$a', '1', 'été', '名前'].map((n) => column(n)),
  ],
  ['"a.b,(c)","order"', [column('a.b,(c)'), column('order')]],
  ['"a\\"b","a\'b","a\\\\b"', [column('a"b'), column("a'b"), column('a\\b')]],
  ['"ein Alias":id', [column('id', { alias: 'ein Alias' })]],
  ['__proto__,constructor,toString', ['__proto__', 'constructor', 'toString'].map((n) => column(n))],
  ['data->a', [column('data', path('data', [{ key: 'a' }]))]],
  ['data->a-b->>c', [column('data', path('data', [{ key: 'a-b' }, { key: 'c' }], true))]],
  ['data->0->-1->>"2"', [column('data', path('data', [{ index: 0 }, { index: -1 }, { key: '2' }], true))]],
  ['data->-0', [column('data', path('data', [{ index: 0 }]))]],
  ['data->78xy', [column('data', path('data', [{ key: '78xy' }]))]],
  ['x:data->>a::int', [column('data', { ...path('data', [{ key: 'a' }], true), alias: 'x', cast: 'int' })]],
  ['count()', [{ kind: 'count', alias: null, cast: null }]],
  ['n:count()::text', [{ kind: 'count', alias: 'n', cast: 'text' }]],
  ['count', [column('count')]],
  ['"count"()', [embed('count')]],
  ['total.sum()', [column('total', { aggregate: { name: 'sum', cast: null } })]],
  [
    'a:total::int.avg()::text',
    [column('total', { alias: 'a', cast: 'int', aggregate: { name: 'avg', cast: 'text' } })],
  ],
  [
    'data->a.max()',
    [column('data', { ...path('data', [{ key: 'a' }]), aggregate: { name: 'max', cast: null } })],
  ],
  ['items()', [embed('items')]],
  ['items(id)', [embed('items', { node: node({ select: [column('id')] }) })]],
  [
    'items(data->0)',
    [embed('items', { node: node({ select: [column('data', path('data', [{ index: 0 }]))] }) })],
  ],
  [
    'i:items!inner(*)',
    [embed('items', { alias: 'i', join: 'inner', node: node({ select: [{ kind: 'all' }] }) })],
  ],
  ['items!left()', [embed('items')]],
  ['items!fk!inner()', [embed('items', { hint: 'fk', join: 'inner' })]],
  ['items!inner!fk()', [embed('items', { hint: 'fk', join: 'inner' })]],
  ['items!"inner"()', [embed('items', { hint: 'inner' })]],
  ['items!innermost()', [embed('items', { hint: 'innermost' })]],
  ['...owner(name)', [embed('owner', { spread: true, node: node({ select: [column('name')] }) })]],
  ['...owner!fk!inner()', [embed('owner', { spread: true, hint: 'fk', join: 'inner' })]],
  [
    'a(b(c(id))),d',
    [
      embed('a', {
        node: node({
          select: [
            embed('b', { node: node({ select: [embed('c', { node: node({ select: [column('id')] }) })] }) }),
          ],
        }),
      }),
      column('d'),
    ],
  ],
]

describe('select', () => {
  test.each(accepted)('%s', (text, expected) => {
    expect(select(text)).toEqual(expected)
  })

  test.each([
    ['id,', 'at character 4'],
    [',id', 'at character 1'],
    ['id,,name', 'at character 4'],
    ['id name!', 'at character 9'],
    ['*!hint', 'at character 2'],
    ['name!hint', 'at character 10'],
    ['name::', 'at character 7'],
    ['name::int::text', 'at character 10'],
    ['a:*', 'at character 3'],
    ['a:...b(*)', 'at character 3'],
    ['...b', 'at character 5'],
    ['b->c(*)', 'at character 5'],
    ['b(*', 'at character 4'],
    ['b(*))', 'at character 5'],
    ['b!x!y(*)', 'at character 4'],
    ['b!inner!left(*)', 'at character 8'],
    ['count(id)', 'at character 6'],
    ['a.median()', 'at character 3'],
    ['a.sum', 'at character 6'],
    ['a->>b->c', 'at character 6'],
    ['data->>-78xy', 'at character 8'],
    ['data->--1', 'at character 8'],
    ['data->', 'at character 7'],
    ['data->1234567890', 'at character 7'],
    ['"unclosed', 'at character 1'],
    ['""', 'at character 3'],
    ['id;drop', 'at character 3'],
    ["id'", 'at character 3'],
    ['"a.b":id', 'at character 6'],
    ['data->"a.b"', 'at character 12'],
    ['a'.repeat(129), 'at character 130'],
  ])('refuses %s', (text, where) => {
    expectProblem('PGRST100', () => select(text), where)
  })

  test('a message says what was met and how to mend it', () => {
    const problem = expectProblem('PGRST100', () => select('id,b(c'))
    expect(problem.message).toBe('Could not read select: unexpected the end at character 7')
    expect(problem.details).toBe('Expected a comma, or ) to end b(')
  })

  test('embeds have a cap on depth and on number', () => {
    const limits = { embedDepth: 2, embeds: 3 }
    expect(root('select=a(b()),c()', { limits }).select).toHaveLength(2)
    expectProblem('LIMIT_EMBEDS', () => root('select=a(b(c()))', { limits }), '2 levels')
    expectProblem('LIMIT_EMBEDS', () => root('select=a(),b(),c(),d()', { limits }), 'more than 3 embeds')
  })

  test('columns have a cap', () => {
    expectProblem('LIMIT_QUERY_SIZE', () => root('select=a,b,c,d', { limits: { queryParts: 3 } }))
  })
})
