import { createClient } from '@supabase/supabase-js'
import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  Constants,
  type Database,
  type Enums,
  type Json,
  type Tables,
  type TablesInsert,
  type TablesUpdate,
} from '../../src/backend/database.types.ts'

/**
 * The types of the shop as supabase-js reads them. It is `tsc` that tests here: nothing is sent, for a query is sent
 * when it is awaited. What cannot be written, by types: a wrong column in `order`, `gt` and `like`, which take any
 * text in supabase-js itself.
 */
const client = createClient<Database>('http://127.0.0.1:1', 'sb_publishable_x', {
  auth: { persistSession: false, autoRefreshToken: false },
})
/** A row of an answer. */
type Row<Query extends PromiseLike<{ data: unknown }>> =
  NonNullable<Awaited<Query>['data']> extends readonly (infer Each)[] ? Each : never

describe('rows', () => {
  test('the columns that are asked for, with their types', () => {
    const query = client.from('products').select('id, price:price_cents, attributes, published, created_at')
    expectTypeOf<Row<typeof query>>().toEqualTypeOf<{
      id: string
      price: number
      attributes: Json
      published: boolean
      created_at: string
    }>()
    const all = client.from('tags').select()
    expectTypeOf<Row<typeof all>>().toEqualTypeOf<Tables<'tags'>>()
    const order = client.from('orders').select('status, note')
    expectTypeOf<Row<typeof order>>().toEqualTypeOf<{
      status: 'draft' | 'paid' | 'shipped' | 'cancelled'
      note: string | null
    }>()
  })

  test('a column or a table that is not there', () => {
    const query = client.from('tags').select('name, nope')
    // @ts-expect-error there is no such column
    expectTypeOf<Row<typeof query>>().toHaveProperty('name')
    // @ts-expect-error there is no such table
    expect(client.from('nope')).toBeDefined()
  })
})

describe('embeds', () => {
  test('to one by table, by column and by hint', () => {
    const query = client
      .from('reviews')
      .select('products(name), user_id(display_name), author:users!user_id(id)')
    expectTypeOf<Row<typeof query>>().toEqualTypeOf<{
      products: { name: string }
      user_id: { display_name: string }
      author: { id: string }
    }>()
  })

  test('to one by the name that the author gave: the row may be hidden, unless the embed is inner', () => {
    const query = client.from('orders').select('customer(display_name)')
    expectTypeOf<Row<typeof query>>().toEqualTypeOf<{ customer: { display_name: string } | null }>()
    const inner = client.from('products').select('category!inner(name, parent(name))')
    expectTypeOf<Row<typeof inner>>().toEqualTypeOf<{
      category: { name: string; parent: { name: string } | null }
    }>()
    const spread = client.from('products').select('id, ...category(category:name)')
    expectTypeOf<Row<typeof spread>>().toEqualTypeOf<{ id: string; category: string | null }>()
  })

  test('one name of embeds of several tables', () => {
    const query = client.from('order_items').select('product(price_cents), order(status)')
    expectTypeOf<Row<typeof query>>().toEqualTypeOf<{
      product: { price_cents: number } | null
      order: { status: Enums<'orders_status'> } | null
    }>()
  })

  test('to many, many to many, and itself', () => {
    const query = client.from('products').select('reviews(rating), tags(name)')
    expectTypeOf<Row<typeof query>>().toEqualTypeOf<{
      reviews: { rating: number }[]
      tags: { name: string }[]
    }>()
    const tree = client.from('categories').select('name, parent_id(name), categories(name)')
    expectTypeOf<Row<typeof tree>>().toEqualTypeOf<{
      name: string
      parent_id: { name: string } | null
      categories: { name: string }[]
    }>()
  })

  test('one that is not there, or of another table', () => {
    const query = client.from('tags').select('name, nope(id)')
    // @ts-expect-error there is no such relation
    expectTypeOf<Row<typeof query>['nope']>().toHaveProperty('id')
    const other = client.from('tags').select('name, customer(id)')
    // `customer` is an embed of orders.
    expectTypeOf<Row<typeof other>>().toBeNever()
    const inside = client.from('products').select('category(nope)')
    // @ts-expect-error there is no such column of categories
    expectTypeOf<NonNullable<Row<typeof inside>['category']>>().toHaveProperty('nope')
  })

  test('the name of an embed is no procedure', () => {
    // @ts-expect-error nothing is an argument of it
    client.rpc('category', { '': 'c' })
    const call = client.rpc('category')
    expectTypeOf<Row<typeof call>>().toBeNever()
  })
})

test('filters and order', () => {
  const query = client.from('orders').select()
  query.eq('status', 'paid').in('status', ['draft', 'paid']).neq('total_cents', 1).order('created_at')
  // @ts-expect-error there is no such column
  query.eq('nope', 1)
  // @ts-expect-error not a status
  query.eq('status', 'lost')
  // @ts-expect-error not a status
  query.in('status', ['lost'])
  // @ts-expect-error not a number
  query.eq('total_cents', '1')
})

describe('writes', () => {
  test('what is right', () => {
    const orders = client.from('orders')
    orders.insert({})
    orders.insert([{ note: 'by the door' }, { user_id: 'u', status: 'paid' }])
    orders.update({ note: null }).eq('id', 'o')
    orders.upsert({ id: 'o', note: 'x' })
    const made = orders.insert({ note: 'x' }).select('id, customer(display_name)').single()
    expectTypeOf<NonNullable<Awaited<typeof made>['data']>>().toEqualTypeOf<{
      id: string
      customer: { display_name: string } | null
    }>()
    const product = { category_id: 'c', name: 'n', price_cents: 1, cost_cents: 1 }
    client.from('products').insert({ ...product, attributes: { sizes: [1, null, 'x'] } })
  })

  test('a column that is not there, a value of another type, one that is missing', () => {
    // @ts-expect-error there is no such column
    client.from('orders').insert({ nope: 1 })
    // @ts-expect-error there is no such column
    client.from('orders').update({ nope: 1 })
    // @ts-expect-error not a status
    client.from('orders').insert({ status: 'lost' })
    // @ts-expect-error not a text
    client.from('orders').update({ note: 1 })
    // @ts-expect-error not null
    client.from('orders').update({ status: null })
    // @ts-expect-error cost_cents is missing
    client.from('products').insert({ category_id: 'c', name: 'n', price_cents: 1 })
  })

  test('what the server makes, what nobody writes, and a key that would change', () => {
    // @ts-expect-error made by the server
    client.from('orders').insert({ created_at: '2026-01-01T00:00:00Z' })
    // @ts-expect-error made by the server
    client.from('orders').update({ updated_at: '2026-01-01T00:00:00Z' })
    // @ts-expect-error nobody writes it
    client.from('orders').insert({ total_cents: 1 })
    // @ts-expect-error a key stays as it is
    client.from('orders').update({ id: 'o' })
  })

  test('a table that nobody writes to', () => {
    // @ts-expect-error categories are for reading
    client.from('categories').insert({ name: 'x' })
    // @ts-expect-error an empty row is one, too
    client.from('categories').insert({})
    // @ts-expect-error categories are for reading
    client.from('categories').update({ name: 'x' })
  })
})

describe('procedures', () => {
  const lines = [{ product_id: 'p', quantity: 2 }]

  test('what they answer, with select, embeds and filters of its rows', () => {
    const all = client.rpc('checkout', { lines })
    expectTypeOf<Row<typeof all>>().toEqualTypeOf<Tables<'orders'>>()
    const some = client
      .rpc('checkout', { lines, note: 'by the door' })
      .select('id, total:total_cents, customer(display_name), order_items(quantity)')
    expectTypeOf<Row<typeof some>>().toEqualTypeOf<{
      id: string
      total: number
      customer: { display_name: string } | null
      order_items: { quantity: number }[]
    }>()
    const one = client.rpc('cancel_order', { order_id: 'o' }).select('status').single()
    expectTypeOf<NonNullable<Awaited<typeof one>['data']>>().toEqualTypeOf<{
      status: Enums<'orders_status'>
    }>()
    const none = client.rpc('checkout', { lines }).select('nope')
    // @ts-expect-error there is no such column
    expectTypeOf<Row<typeof none>>().toHaveProperty('nope')
  })

  test('a name that is not there, an argument that is missing, and what is no JSON', () => {
    // @ts-expect-error there is no such procedure
    client.rpc('nope')
    // @ts-expect-error lines are missing
    client.rpc('checkout', { note: 'x' })
    // @ts-expect-error not JSON
    client.rpc('cancel_order', { order_id: () => 'o' })
  })
})

test('the helpers, by name or by schema and name', () => {
  expectTypeOf<Tables<{ schema: 'public' }, 'tags'>>().toEqualTypeOf<Tables<'tags'>>()
  expectTypeOf<TablesInsert<'orders'>>().toEqualTypeOf<{
    id?: string
    user_id?: string
    status?: Enums<'orders_status'>
    note?: string | null
  }>()
  expectTypeOf<TablesUpdate<'orders'>>().toEqualTypeOf<{
    user_id?: string
    status?: Enums<'orders_status'>
    note?: string | null
  }>()
  expectTypeOf<TablesInsert<'categories'>>().toEqualTypeOf<never>()
  expectTypeOf<(typeof Constants.public.Enums.orders_status)[number]>().toEqualTypeOf<
    Enums<'orders_status'>
  >()
  expect(Constants.public.Enums.orders_status).toEqual(['draft', 'paid', 'shipped', 'cancelled'])
})
