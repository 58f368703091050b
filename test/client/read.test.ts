import { PostgrestClient } from '@supabase/postgrest-js'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ada, bob } from '../../src/backend/seed.ts'
import { filters } from './filters.ts'
import { type ClientServer, startServer } from './server.ts'
import { shapes } from './shapes.ts'

let server: ClientServer
let anon: SupabaseClient
let customer: SupabaseClient

beforeAll(async () => {
  server = await startServer()
  const options = { auth: { persistSession: false, autoRefreshToken: false } }
  anon = createClient(server.url, server.publishableKey, options)
  customer = createClient(server.url, server.publishableKey, options)
  const { error } = await customer.auth.signInWithPassword({ email: ada.email, password: ada.password })
  expect(error).toBeNull()
})
afterAll(() => server.stop())

describe('supabase-js finds', () => {
  for (const [name, ask, data] of [...filters, ...shapes]) {
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
