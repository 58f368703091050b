import { PostgrestClient } from '@supabase/postgrest-js'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ada, grace, seedId } from '../../src/backend/seed.ts'
import { type ClientServer, startServer } from './server.ts'

/** What clients of Supabase send, on the built Worker. */

let server: ClientServer
let customer: SupabaseClient
let staff: SupabaseClient
let above: SupabaseClient

beforeAll(async () => {
  server = await startServer()
  customer = await signedIn(ada)
  staff = await signedIn(grace)
  above = createClient(server.url, server.secretKey, options)
})
afterAll(() => server.stop())

const options = { auth: { persistSession: false, autoRefreshToken: false } }

async function signedIn({ email, password }: { email: string; password: string }): Promise<SupabaseClient> {
  const client = createClient(server.url, server.publishableKey, options)
  const { error } = await client.auth.signInWithPassword({ email, password })
  expect(error).toBeNull()
  return client
}

const product = (id: string, more: object = {}) => ({
  id,
  category_id: seedId('category', 1),
  name: id,
  price_cents: 5,
  cost_cents: 2,
  ...more,
})

describe('insert', () => {
  test('of one and of many', async () => {
    const one = await customer.from('orders').insert({ note: 'one' })
    expect([one.error, one.status, one.data]).toEqual([null, 201, null])
    const many = await customer.from('orders').insert([{ note: 'a' }, { note: 'b' }], { count: 'exact' })
    expect([many.error, many.status, many.count]).toEqual([null, 201, 2])
  })

  test('with select, single, maybeSingle and embeds', async () => {
    const rows = await customer
      .from('orders')
      .insert([{ note: 'a' }, { note: 'b' }])
      .select('note,customer(display_name)')
    expect(rows.data).toEqual([
      { note: 'a', customer: { display_name: 'Ada' } },
      { note: 'b', customer: { display_name: 'Ada' } },
    ])
    const one = await customer.from('orders').insert({ note: 'one' }).select('note,status').single()
    expect(one.data).toEqual({ note: 'one', status: 'draft' })
    const maybe = await customer.from('orders').insert({ note: 'one' }).select('note').maybeSingle()
    expect(maybe.data).toEqual({ note: 'one' })
  })

  test('of rows with other names, and defaults for what they leave out', async () => {
    const rows = [product('c-1', { stock: 3 }), product('c-2')]
    const { data, error } = await staff
      .from('products')
      .insert(rows, { defaultToNull: false })
      .select('id,stock')
    expect([error, data]).toEqual([
      null,
      [
        { id: 'c-1', stock: 3 },
        { id: 'c-2', stock: 0 },
      ],
    ])
  })

  test('as csv', async () => {
    const { data } = await customer.from('orders').insert({ note: 'a,b' }).select('note').csv()
    expect(data).toBe('note\n"a,b"')
  })

  test('errors', async () => {
    const twice = await staff.from('products').insert(product('c-1'))
    expect(twice).toMatchObject({
      status: 409,
      error: { code: '23505', details: 'Key (id) already exists.' },
    })
    const orphan = await staff.from('products').insert(product('c-9', { category_id: 'x' }))
    expect(orphan).toMatchObject({ status: 409, error: { code: '23503' } })
    const missing = await staff.from('products').insert({ name: 'x' })
    expect(missing).toMatchObject({ status: 400, error: { code: '23502' } })
    const unknown = await staff.from('products').insert(product('c-9', { nowhere: 1 }))
    expect(unknown).toMatchObject({ status: 400, error: { code: 'PGRST204' } })
    const denied = await customer.from('products').insert(product('c-9'))
    expect(denied).toMatchObject({ status: 403, error: { code: '42501' } })
    const nobody = await createClient(server.url, server.publishableKey, options)
      .from('products')
      .insert(product('c-9'))
    expect(nobody).toMatchObject({ status: 401, error: { code: '42501' } })
  })
})

describe('upsert', () => {
  test('merges', async () => {
    await staff.from('products').insert(product('u-1', { stock: 4 }))
    const rows = [product('u-1', { name: 'merged' }), product('u-2')]
    const { data, error } = await staff.from('products').upsert(rows).select('id,name,stock')
    expect([error, data]).toEqual([
      null,
      [
        { id: 'u-1', name: 'merged', stock: 4 },
        { id: 'u-2', name: 'u-2', stock: 0 },
      ],
    ])
  })

  test('ignores duplicates', async () => {
    const rows = [product('u-1', { name: 'ignored' }), product('u-3')]
    const { data } = await staff
      .from('products')
      .upsert(rows, { ignoreDuplicates: true, count: 'exact' })
      .select('id')
    expect(data).toEqual([{ id: 'u-3' }])
  })

  test('on another constraint', async () => {
    const { data, error } = await above
      .from('tags')
      .upsert({ name: 'sale', published: true }, { onConflict: 'name' })
      .select('id,name')
      .single()
    expect([error, data]).toEqual([null, { id: seedId('tag', 1), name: 'sale' }])
  })
})

describe('update', () => {
  test('of rows that filters choose', async () => {
    await staff
      .from('products')
      .insert(['p-1', 'p-2', 'p-3'].map((id) => product(id, { attributes: { a: id } })))
    const some = await staff
      .from('products')
      .update({ stock: 5 }, { count: 'exact' })
      .in('id', ['p-1', 'p-2', 'p-3'])
      .or('attributes->>a.eq.p-1,name.eq.p-2')
      .order('id', { ascending: false })
      .select('id,stock')
    expect([some.error, some.count, some.data]).toEqual([
      null,
      2,
      [
        { id: 'p-2', stock: 5 },
        { id: 'p-1', stock: 5 },
      ],
    ])
    const quiet = await staff.from('products').update({ stock: 6 }).eq('id', 'p-3')
    expect([quiet.error, quiet.status, quiet.data]).toEqual([null, 204, null])
  })

  test('of one, or of none', async () => {
    const one = await staff.from('products').update({ stock: 7 }).eq('id', 'p-1').select('stock').single()
    expect(one.data).toEqual({ stock: 7 })
    const many = await staff
      .from('products')
      .update({ stock: 8 })
      .in('id', ['p-1', 'p-2'])
      .select('stock')
      .single()
    expect(many).toMatchObject({ status: 406, error: { code: 'PGRST116' } })
    const none = await staff
      .from('products')
      .update({ stock: 8 })
      .eq('id', 'none')
      .select('stock')
      .maybeSingle()
    expect([none.error, none.data]).toEqual([null, null])
    const { data } = await staff.from('products').select('stock').eq('stock', 8)
    expect(data).toEqual([])
  })

  test('of at most so many', async () => {
    const client = new PostgrestClient(`${server.url}/rest/v1`, { headers: { apikey: server.secretKey } })
    const change = (most: number) =>
      client.from('products').update({ stock: 9 }).in('id', ['p-1', 'p-2']).maxAffected(most)
    expect(await change(1)).toMatchObject({ status: 400, error: { code: 'PGRST124' } })
    expect(await change(2)).toMatchObject({ status: 204, error: null })
  })

  test('of all, by mistake', async () => {
    expect(await staff.from('products').update({ stock: 1 })).toMatchObject({
      status: 400,
      error: { code: '21000' },
    })
  })
})

describe('delete', () => {
  test('with and without an answer', async () => {
    await customer.from('orders').insert([{ note: 'gone 1' }, { note: 'gone 2' }])
    const one = await customer.from('orders').delete().eq('note', 'gone 1').select('note').single()
    expect(one.data).toEqual({ note: 'gone 1' })
    const other = await customer.from('orders').delete({ count: 'exact' }).eq('note', 'gone 2')
    expect([other.error, other.status, other.count]).toEqual([null, 204, 1])
    const { data } = await customer.from('orders').select('id').like('note', 'gone*')
    expect(data).toEqual([])
  })

  test('of the rows of others deletes none', async () => {
    const { error, count } = await customer.from('orders').delete({ count: 'exact' }).neq('user_id', ada.id)
    expect([error, count]).toEqual([null, 0])
  })
})
