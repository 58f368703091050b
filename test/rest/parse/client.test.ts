import { PostgrestClient } from '@supabase/postgrest-js'
import { expect, test } from 'vitest'
import { defaultLimits } from '../../../src/base/limits.ts'
import { type ParsedRead, parseRead } from '../../../src/rest/parse/request/read.ts'
import { expectProblem } from './read.ts'

type Query = PromiseLike<unknown>

/** What a real client asks, parsed. */
async function sent(ask: (client: PostgrestClient) => Query): Promise<() => ParsedRead> {
  let parse = (): ParsedRead => {
    throw new Error('The client asked nothing')
  }
  const client = new PostgrestClient('http://selvage.test/rest/v1', {
    fetch: async (url, init) => {
      const { search, pathname } = new URL(String(url))
      const headers = new Headers(init?.headers)
      const resource = pathname.slice('/rest/v1/'.length)
      parse = () => parseRead({ resource, key: null, query: search, headers, limits: defaultLimits })
      return new Response('[]', { headers: { 'content-type': 'application/json' } })
    },
  })
  await ask(client)
  return parse
}

test.each<[string, (client: PostgrestClient) => Query, readonly string[]]>([
  [
    'eq, neq, gt, lte',
    (c) => c.from('t').select().eq('a', 'x y').neq('b', 1).gt('c', 2).lte('d', 3),
    ['x y', '1', '2', '3'],
  ],
  [
    'like, any, all',
    (c) => c.from('t').select().like('a', '%x%').ilikeAnyOf('b', ['a%', 'b%']).likeAllOf('c', ['d%']),
    ['%x%', '["a%","b%"]', '["d%"]'],
  ],
  ['in', (c) => c.from('t').select().in('a', ['x', 'y,z', '(w)']), ['["x","y,z","(w)"]']],
  [
    'containers',
    (c) => c.from('t').select().contains('a', ['x', 'y']).contains('b', { k: 1 }).overlaps('c', ['z']),
    ['{x,y}', '{"k":1}', '{z}'],
  ],
  [
    'is, not',
    (c) => c.from('t').select().is('a', null).not('b', 'is', null).not('c', 'in', '(1,2)'),
    ['["1","2"]'],
  ],
  ['or', (c) => c.from('t').select().or('a.eq.1,and(b.gt.2,c.is.null)'), ['1', '2']],
  ['or of an embed', (c) => c.from('t').select('*,u(*)').or('a.eq.1', { referencedTable: 'u' }), ['1']],
  [
    'match, filter',
    (c) => c.from('t').select().match({ a: 1, 'data->>k': 'v' }).filter('b', 'not.gte', 5),
    ['1', 'v', '5'],
  ],
  ['textSearch', (c) => c.from('t').select().textSearch('a', 'fat rat', { type: 'websearch' }), ['fat rat']],
  [
    'the pages of an embed',
    (c) => c.from('t').select('*,u(*)').order('a', { referencedTable: 'u' }).limit(3, { foreignTable: 'u' }),
    ['3'],
  ],
])('%s', async (_, ask, values) => {
  expect((await sent(ask))().request.values.slice(2)).toEqual(values)
})

test('select, order, range, count', async () => {
  const parse = await sent((client) =>
    client
      .from('orders')
      .select(
        `id, total:total_cents,
         order_items!inner ( id, products ( name ) )`,
        { count: 'exact' },
      )
      .order('created_at', { ascending: false, nullsFirst: false })
      .order('id')
      .range(20, 29),
  )
  const { request, page, prefer } = parse()
  expect(request.intent.root).toMatchObject({
    select: [
      { path: { column: 'id' } },
      { alias: 'total', path: { column: 'total_cents' } },
      {
        relation: 'order_items',
        join: 'inner',
        node: { select: [{ kind: 'column' }, { relation: 'products' }] },
      },
    ],
    order: [
      { path: { column: 'created_at' }, descending: true, nulls: 'last' },
      { path: { column: 'id' }, descending: false },
    ],
  })
  expect(page).toEqual({ limit: 10, limitGiven: true, offset: 20 })
  expect(prefer.applied).toBe('count=exact')
})

test('single, maybeSingle, csv, stripNulls', async () => {
  expect((await sent((c) => c.from('t').select().single()))().accept.kind).toBe('object')
  expect((await sent((c) => c.from('t').select().maybeSingle()))().accept.kind).toBe('array')
  expect((await sent((c) => c.from('t').select().csv()))().request.intent.format).toBe('csv')
  expect((await sent((c) => c.from('t').select().single().stripNulls()))().accept).toMatchObject({
    kind: 'object',
    nullsStripped: true,
  })
})

test('what SQLite cannot do', async () => {
  const range = await sent((c) => c.from('t').select().rangeGt('a', '[1,2)'))
  expectProblem('PGRST127', range, 'sr')
  const language = await sent((c) => c.from('t').select().textSearch('a', 'rats', { config: 'english' }))
  expectProblem('PGRST127', language, 'language')
})
