import { PostgrestClient } from '@supabase/postgrest-js'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ada, bob, seedId } from '../../src/backend/seed.ts'
import { type ClientServer, startServer } from './server.ts'

/** The tables are not told to the client: rows come as they come. */
type Client = SupabaseClient

let server: ClientServer
let anon: Client
let customer: Client

beforeAll(async () => {
  server = await startServer()
  const options = { auth: { persistSession: false, autoRefreshToken: false } }
  anon = createClient(server.url, server.publishableKey, options)
  customer = createClient(server.url, server.publishableKey, options)
  const { error } = await customer.auth.signInWithPassword({ email: ada.email, password: ada.password })
  expect(error).toBeNull()
})
afterAll(() => server.stop())

const product = (n: number): string => seedId('product', n)
const first = [product(0), product(1), product(2), product(3)]

/** What each way of the client to say something finds among the first products, or tags. */
const finds: readonly (readonly [
  name: string,
  ask: (client: Client) => PromiseLike<{ data: unknown; error: unknown }>,
  data: unknown,
])[] = [
  ['eq', (c) => c.from('tags').select('name').eq('name', 'a,b'), [{ name: 'a,b' }]],
  [
    'neq',
    (c) => c.from('tags').select('name').in('name', ['new', 'sale']).neq('name', 'new'),
    [{ name: 'sale' }],
  ],
  [
    'in, with commas, quotes and accents',
    (c) => c.from('tags').select('name').in('name', ['a,b', "O'Neill", 'café', 'x"y']).order('name'),
    [{ name: "O'Neill" }, { name: 'a,b' }, { name: 'café' }],
  ],
  [
    'notIn',
    (c) => c.from('tags').select('name').in('name', ['new', 'sale', 'gift']).notIn('name', ['new', 'sale']),
    [{ name: 'gift' }],
  ],
  [
    'gt, gte, lt, lte',
    (c) =>
      c
        .from('categories')
        .select('name')
        .gt('name', 'Books')
        .gte('name', 'Garden')
        .lt('name', 'Novels')
        .lte('name', 'Kitchen')
        .order('name'),
    [{ name: 'Garden' }, { name: 'Home' }, { name: 'Kitchen' }],
  ],
  [
    'like',
    (c) => c.from('categories').select('name').like('name', 'K%').order('name'),
    [{ name: 'Kitchen' }, { name: 'Knives' }],
  ],
  ['ilike', (c) => c.from('categories').select('name').ilike('name', 'k%s'), [{ name: 'Knives' }]],
  [
    'likeAnyOf',
    (c) => c.from('categories').select('name').likeAnyOf('name', ['Kn%', 'B%']).order('name'),
    [{ name: 'Books' }, { name: 'Knives' }],
  ],
  [
    'ilikeAllOf',
    (c) => c.from('categories').select('name').ilikeAllOf('name', ['k%', '%n']),
    [{ name: 'Kitchen' }],
  ],
  [
    'is',
    (c) => c.from('categories').select('name').is('parent_id', null).order('name'),
    [{ name: 'Books' }, { name: 'Home' }],
  ],
  [
    'is true',
    (c) => c.from('categories').select('name').is('published', true).eq('name', 'Home'),
    [{ name: 'Home' }],
  ],
  [
    'not',
    (c) =>
      c
        .from('categories')
        .select('name')
        .not('parent_id', 'is', null)
        .not('name', 'in', '(Garden,Kitchen,Knives)')
        .order('name'),
    [{ name: 'Novels' }, { name: 'Pots & pans' }],
  ],
  [
    'or',
    (c) =>
      c
        .from('categories')
        .select('name')
        .or('name.eq.Home,and(name.like.B*,parent_id.is.null)')
        .order('name'),
    [{ name: 'Books' }, { name: 'Home' }],
  ],
  [
    'match',
    (c) => c.from('categories').select('name').match({ name: 'Pots & pans', published: true }),
    [{ name: 'Pots & pans' }],
  ],
  [
    'filter',
    (c) => c.from('categories').select('name').filter('name', 'match', '^K.*n$'),
    [{ name: 'Kitchen' }],
  ],
  [
    'a path into JSON',
    (c) =>
      c
        .from('products')
        .select('colour:attributes->>colour')
        .in('id', first)
        .eq('attributes->>colour', 'blue'),
    [{ colour: 'blue' }],
  ],
  [
    'contains an object',
    (c) => c.from('products').select('id').in('id', first).contains('attributes', { colour: 'green' }),
    [{ id: product(1) }],
  ],
  [
    'contains a list, in JSON',
    (c) =>
      c
        .from('products')
        .select('id')
        .in('id', first)
        .contains('attributes->sizes', JSON.stringify(['S']))
        .order('id'),
    [{ id: product(0) }, { id: product(2) }],
  ],
  [
    'overlaps',
    (c) =>
      c.from('products').select('id').in('id', first).overlaps('attributes->sizes', ['L', 'XL']).order('id'),
    [{ id: product(0) }, { id: product(2) }],
  ],
  [
    'textSearch',
    (c) =>
      c.from('products').select('id').in('id', first).textSearch('description', 'hand & series').order('id'),
    [{ id: product(0) }, { id: product(3) }],
  ],
  [
    'textSearch plain',
    (c) =>
      c
        .from('products')
        .select('id')
        .in('id', first)
        .textSearch('description', 'small series', { type: 'plain' })
        .order('id'),
    [{ id: product(0) }, { id: product(3) }],
  ],
  [
    'textSearch phrase',
    (c) =>
      c
        .from('products')
        .select('id')
        .in('id', first)
        .textSearch('description', 'series small', { type: 'phrase' }),
    [],
  ],
  [
    'textSearch websearch',
    (c) =>
      c
        .from('products')
        .select('id')
        .in('id', first)
        .textSearch('description', 'lamp or "small series"', { type: 'websearch' })
        .order('id'),
    [{ id: product(0) }, { id: product(3) }],
  ],
  [
    'range',
    (c) => c.from('tags').select('name').order('id').range(1, 2),
    [{ name: 'sale' }, { name: 'vegan' }],
  ],
  [
    'order, limit',
    (c) =>
      c
        .from('categories')
        .select('parent_id,name')
        .order('parent_id', { ascending: false, nullsFirst: true })
        .order('name', { ascending: false })
        .limit(1),
    [{ parent_id: null, name: 'Home' }],
  ],
  [
    'an alias and a cast',
    (c) => c.from('tags').select('label:name,published::text').eq('name', 'new'),
    [{ label: 'new', published: 'true' }],
  ],
  [
    'embeds: to one, nested',
    (c) => c.from('categories').select('name,parent(name,parent(name))').eq('name', 'Knives'),
    [{ name: 'Knives', parent: { name: 'Kitchen', parent: { name: 'Home' } } }],
  ],
  [
    'embeds: many to many, ordered and cut',
    (c) =>
      c
        .from('products')
        .select('tags(name)')
        .eq('id', product(1))
        .order('name', { referencedTable: 'tags' })
        .limit(1, { referencedTable: 'tags' }),
    [{ tags: [{ name: '100%' }] }],
  ],
  [
    'embeds: inner, filtered',
    (c) => c.from('products').select('category!inner(name)').eq('category.name', 'Novels').limit(1),
    [{ category: { name: 'Novels' } }],
  ],
  [
    'embeds: or',
    (c) =>
      c
        .from('categories')
        .select('name,categories(name)')
        .eq('name', 'Home')
        .or('name.eq.Garden,name.eq.none', { referencedTable: 'categories' }),
    [{ name: 'Home', categories: [{ name: 'Garden' }] }],
  ],
  [
    'embeds: order by one',
    (c) =>
      c
        .from('categories')
        .select('name,parent(name)')
        .not('parent_id', 'is', null)
        .order('parent(name)', { ascending: false })
        .order('name')
        .limit(2),
    [
      { name: 'Knives', parent: { name: 'Kitchen' } },
      { name: 'Pots & pans', parent: { name: 'Kitchen' } },
    ],
  ],
  [
    'a spread',
    (c) => c.from('categories').select('name,...parent(above:name)').eq('name', 'Knives'),
    [{ name: 'Knives', above: 'Kitchen' }],
  ],
  [
    'aggregates',
    (c) => c.from('categories').select('name,categories(count())').eq('name', 'Home'),
    [{ name: 'Home', categories: [{ count: 2 }] }],
  ],
]

describe('supabase-js finds', () => {
  for (const [name, ask, data] of finds) {
    test(name, async () => {
      const answer = await ask(anon)
      expect(answer.error).toBeNull()
      expect(answer.data).toEqual(data)
    })
  }
})

describe('supabase-js, the forms of an answer', () => {
  test('single, and none or many', async () => {
    const one = await anon.from('tags').select('name').eq('name', 'new').single()
    expect(one.data).toEqual({ name: 'new' })
    const none = await anon.from('tags').select('name').eq('name', 'none').single()
    expect([none.status, none.error?.code, none.error?.details]).toEqual([
      406,
      'PGRST116',
      'The result contains 0 rows',
    ])
    const many = await anon.from('tags').select('name').single()
    expect([many.status, many.error?.code]).toEqual([406, 'PGRST116'])
  })

  test('maybeSingle', async () => {
    expect(await anon.from('tags').select('name').eq('name', 'new').maybeSingle()).toMatchObject({
      data: { name: 'new' },
      error: null,
    })
    expect(await anon.from('tags').select('name').eq('name', 'none').maybeSingle()).toMatchObject({
      data: null,
      error: null,
    })
    expect((await anon.from('tags').select('name').limit(2).maybeSingle()).error?.code).toBe('PGRST116')
  })

  test('csv', async () => {
    const { data } = await anon
      .from('tags')
      .select('name,published')
      .in('name', ['a,b', 'new'])
      .order('name')
      .csv()
    expect(data).toBe('name,published\n"a,b",true\nnew,true')
  })

  test('count, with and without rows', async () => {
    expect(await anon.from('tags').select('*', { count: 'exact', head: true })).toMatchObject({
      count: 11,
      data: null,
      error: null,
    })
    expect(await anon.from('tags').select('name', { count: 'estimated' }).limit(2)).toMatchObject({
      count: 11,
      status: 206,
    })
    expect((await anon.from('tags').select('name', { count: 'exact' }).range(50, 60)).error?.code).toBe(
      'PGRST103',
    )
  })

  test('errors: code, message and hint; thrown when asked to', async () => {
    const { error, status } = await anon.from('tags').select('nope')
    expect([status, error]).toMatchObject([
      400,
      { code: '42703', message: 'column tags.nope does not exist', details: null },
    ])
    expect(error?.hint).toContain('Columns: id, name')
    await expect(anon.from('nope').select().throwOnError()).rejects.toMatchObject({ code: 'PGRST205' })
  })

  test('a request that is aborted', async () => {
    const stop = new AbortController()
    stop.abort()
    const { data, error } = await anon.from('tags').select().abortSignal(stop.signal)
    expect([data, error?.message]).toEqual([null, expect.stringContaining('AbortError')])
  })

  test('stripped nulls', async () => {
    const { data } = await anon.from('categories').select('name,parent_id').eq('name', 'Home').stripNulls()
    expect(data).toEqual([{ name: 'Home' }])
  })
})

describe('supabase-js, signed in', () => {
  test('own orders, nested twice, and nobody else’s', async () => {
    const { data, error, count } = await customer
      .from('orders')
      .select('id,user_id,order_items(quantity,products(name))', { count: 'exact' })
      .order('created_at')
    expect([error, count, data?.length]).toEqual([null, 13, 13])
    expect(new Set(data?.map(({ user_id }) => user_id))).toEqual(new Set([ada.id]))
    expect(data?.[0]?.order_items[0]).toMatchObject({
      quantity: expect.any(Number),
      products: { name: expect.any(String) },
    })
    expect((await customer.from('orders').select().eq('user_id', bob.id)).data).toEqual([])
  })

  test('what is for staff does not exist', async () => {
    expect((await customer.from('products').select('cost_cents')).error?.code).toBe('42703')
  })

  test('the secret key sees all', async () => {
    const service = createClient(server.url, server.secretKey, { auth: { persistSession: false } })
    expect((await service.from('orders').select('id', { count: 'exact', head: true })).count).toBe(30)
  })

  test('a wrong key', async () => {
    const stranger = createClient(server.url, 'sb_publishable_wrong', { auth: { persistSession: false } })
    const { status, error } = await stranger.from('tags').select()
    expect([status, error?.code]).toEqual([401, 'PGRST302'])
  })

  test('writes and procedures are refused by name, for now', async () => {
    expect((await customer.from('tags').insert({ name: 'x' })).error?.code).toBe('PGRST117')
    expect((await customer.from('tags').delete().eq('name', 'new')).error?.code).toBe('PGRST117')
  })
})

test('postgrest-js by itself', async () => {
  const headers = { apikey: server.publishableKey }
  const client = new PostgrestClient(`${server.url}/rest/v1`, { headers, schema: 'public' })
  const { data } = await client.from('tags').select('name').eq('name', '100%')
  expect(data).toEqual([{ name: '100%' }])
  const { data: head } = await client.from('tags').select('name', { head: true }).limit(1)
  expect(head).toBeNull()
  const other = new PostgrestClient(`${server.url}/rest/v1`, { headers, schema: 'auth' })
  expect((await other.from('tags').select()).error?.code).toBe('PGRST106')
})
