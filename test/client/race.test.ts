import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { grace, seedId } from '../../src/backend/seed.ts'
import { type ClientServer, startServer } from './server.ts'

/** Many writers at once, over HTTP, on the built Worker. */

let server: ClientServer
let headers: Readonly<Record<string, string>>
let client: SupabaseClient

beforeAll(async () => {
  server = await startServer()
  client = createClient(server.url, server.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  })
  const { data, error } = await client.auth.signInWithPassword({
    email: grace.email,
    password: grace.password,
  })
  expect(error).toBeNull()
  headers = {
    apikey: server.publishableKey,
    authorization: `Bearer ${data.session?.access_token}`,
    'content-type': 'application/json',
  }
})
afterAll(() => server.stop())

/** So many requests are under way at the same time. */
const width = 8

async function atOnce<Answer>(
  count: number,
  ask: (index: number) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = []
  let next = 0
  const work = async () => {
    while (next < count) {
      const index = next
      next += 1
      answers[index] = await ask(index)
    }
  }
  await Promise.all(Array.from({ length: width }, work))
  return answers
}

const write = (method: string, path: string, body: object, more: Readonly<Record<string, string>> = {}) =>
  fetch(`${server.url}/rest/v1/${path}`, {
    method,
    headers: { ...headers, ...more },
    body: JSON.stringify(body),
  })

async function make(id: string, stock: number): Promise<void> {
  const row = { id, category_id: seedId('category', 1), name: id, price_cents: 1, cost_cents: 1, stock }
  const { status } = await write('POST', 'products', row)
  expect(status).toBe(201)
}

async function look(id: string): Promise<{ readonly stock: number; readonly etag: string }> {
  const answer = await fetch(`${server.url}/rest/v1/products/${id}?select=stock`, { headers })
  const { stock } = (await answer.json()) as { stock: number }
  return { stock, etag: answer.headers.get('etag') ?? '' }
}

function tally(statuses: readonly number[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {}
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

test('two writers of one version: one of them, in each of ten rounds', async () => {
  await make('race-version', 0)
  for (let round = 0; round < 10; round += 1) {
    const { etag } = await look('race-version')
    const answers = await Promise.all(
      [1, 2].map((n) => write('PATCH', 'products/race-version', { stock: n }, { 'if-match': etag })),
    )
    expect(tally(answers.map(({ status }) => status))).toEqual({ 204: 1, 412: 1 })
  }
})

test('32 inserts of one unique value: one of them', async () => {
  const secret = { apikey: server.secretKey, authorization: '' }
  const answers = await atOnce(32, (n) => write('POST', 'tags', { id: `race-${n}`, name: 'race' }, secret))
  expect(tally(answers.map(({ status }) => status))).toEqual({ 201: 1, 409: 31 })
  const { data } = await createClient(server.url, server.secretKey)
    .from('tags')
    .select('id')
    .eq('name', 'race')
  expect(data).toHaveLength(1)
})

test('32 upserts of one key: all of them, and one row', async () => {
  const prefer = { prefer: 'resolution=merge-duplicates' }
  const row = {
    id: 'race-upsert',
    category_id: seedId('category', 1),
    name: 'x',
    price_cents: 1,
    cost_cents: 1,
  }
  const answers = await atOnce(32, (n) => write('POST', 'products', { ...row, stock: n }, prefer))
  expect(tally(answers.map(({ status }) => status))).toEqual({ 201: 32 })
})

test('the last ten of a stock, wanted by 24 who look first: ten get one, and it is never below zero', async () => {
  await make('race-stock', 10)
  const buy = async (): Promise<'sold' | 'out'> => {
    for (;;) {
      const { stock, etag } = await look('race-stock')
      const { status } = await write(
        'PATCH',
        'products/race-stock',
        { stock: stock - 1 },
        { 'if-match': etag },
      )
      if (status === 204) return 'sold'
      // The check of the table refuses -1; a version that is over is tried again.
      if (status === 400) return 'out'
      expect(status).toBe(412)
    }
  }
  const outcomes = await atOnce(24, buy)
  expect(outcomes.filter((outcome) => outcome === 'sold')).toHaveLength(10)
  expect((await look('race-stock')).stock).toBe(0)
})
