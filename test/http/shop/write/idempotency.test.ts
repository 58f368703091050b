import { describe, expect, test } from 'vitest'
import { ada, seedId } from '../../../../src/backend/seed.ts'
import { send, type TestRequest } from '../../../harness/request.ts'
import { asked, counted, records } from '../../records.ts'
import { representation } from '../../written.ts'

/** Idempotency-Key: what was done under a key is not done again, and is answered as before. */

const orders = '/rest/v1/orders'
const order = (id: string, more: object = {}) => ({ id: `once-${id}`, note: 'once', ...more })
const keyed = (key: string, more: object = {}) => ({ 'idempotency-key': key, ...more })
const product = seedId('product', 3)

/** Members of an answer that are the same the second time. */
const same = ['content-range', 'content-type', 'etag', 'location', 'preference-applied']

/** Sends it twice: the second time nothing is done. */
async function twice(request: TestRequest): Promise<void> {
  const first = await send(request)
  expect(first.status, first.text).toBeLessThan(300)
  expect(first.headers.has('idempotency-replayed')).toBe(false)
  const second = await send(request)
  expect(second.headers.get('idempotency-replayed'), second.text).toBe('true')
  expect([second.status, second.text]).toEqual([first.status, first.text])
  for (const name of same) expect([name, second.headers.get(name)]).toEqual([name, first.headers.get(name)])
  expect([first.trips, second.trips, second.reportedTrips]).toEqual([1, 1, 1])
  expect(await records(second.requestId)).toEqual({ audit: [], events: [] })
}

describe('is answered as before', () => {
  const ways: readonly (readonly [name: string, request: Omit<TestRequest, 'as'>])[] = [
    ['POST', { url: orders, body: order('a') }],
    ['POST without an id', { url: orders, body: { note: 'the server makes its id' } }],
    ['POST with its row', { url: orders, headers: representation, body: { note: 'shown' } }],
    [
      'POST of many, counted',
      {
        url: `${orders}?select=id,note`,
        headers: { prefer: 'return=representation, count=exact' },
        body: [order('b'), order('c')],
      },
    ],
    [
      'upsert',
      {
        url: orders,
        headers: { prefer: 'resolution=merge-duplicates' },
        body: [order('a', { note: 'merged' })],
      },
    ],
    [
      'PATCH',
      {
        method: 'PATCH',
        url: `${orders}?id=eq.once-a&select=updated_at`,
        headers: representation,
        body: { note: 'changed' },
      },
    ],
    [
      'PATCH of an item: its ETag',
      { method: 'PATCH', url: `${orders}/once-a`, headers: representation, body: { note: 'again' } },
    ],
    ['PUT', { method: 'PUT', url: '/rest/v1/orders/once-d', headers: representation, body: { note: 'put' } }],
    [
      'DELETE',
      { method: 'DELETE', url: `${orders}?id=in.(once-b,once-c)&select=id`, headers: representation },
    ],
    ['DELETE of an item', { method: 'DELETE', url: `${orders}/once-d` }],
    [
      'a batch',
      {
        url: '/rest/v1/',
        body: [
          { method: 'POST', path: 'orders', headers: representation, body: order('e') },
          { method: 'PATCH', path: 'orders/once-e', body: { note: 'x' } },
        ],
      },
    ],
    [
      'a call',
      {
        url: '/rest/v1/rpc/checkout?select=id,order_items(product_id)',
        body: { lines: [{ product_id: product, quantity: 1 }] },
      },
    ],
    [
      'an integer key that the database has',
      {
        url: `${orders}?select=note`,
        headers: { ...representation, accept: 'text/csv' },
        body: [{ note: 'a,"b' }],
      },
    ],
  ]
  for (const [name, { headers, ...request }] of ways) {
    test(name, () =>
      twice({ as: 'ada', ...request, headers: keyed(`way-${name.replace(/\W/g, '-')}`, headers) }),
    )
  }
})

test('once, however often', async () => {
  const request = { as: 'ada', url: orders, headers: keyed('often'), body: order('often') }
  const statuses: number[] = []
  for (let n = 0; n < 4; n += 1) statuses.push((await send(request)).status)
  expect(statuses).toEqual([201, 201, 201, 201])
  expect(await counted("orders where id = 'once-often'")).toBe(1)
})

test('the answer is what was recorded, also when the row is gone', async () => {
  const request = {
    as: 'ada',
    url: `${orders}?select=id,note`,
    headers: keyed('gone', representation),
    body: order('gone'),
  }
  await asked(201, request)
  await asked(204, { as: 'ada', method: 'DELETE', url: `${orders}/once-gone` })
  const { json, headers } = await asked(201, request)
  expect([json, headers.get('location')]).toEqual([[order('gone')], '/rest/v1/orders/once-gone'])
  expect(await counted("orders where id = 'once-gone'")).toBe(0)
})

describe('another request under the same key', () => {
  const first = {
    as: 'ada',
    url: orders,
    headers: keyed('reused'),
    body: [order('reused'), order('reused-2', { note: null })],
  }
  const others: readonly (readonly [string, Omit<TestRequest, 'as'>])[] = [
    ['another body', { url: orders, body: [order('reused'), order('reused-2', { note: 'x' })] }],
    [
      'a default instead of null',
      {
        url: orders,
        headers: { prefer: 'missing=default' },
        body: [order('reused'), { id: 'once-reused-2' }],
      },
    ],
    ['another answer', { url: `${orders}?select=id`, headers: representation, body: first.body }],
    ['another resource', { url: '/rest/v1/products', body: first.body }],
    ['another method', { method: 'DELETE', url: `${orders}?id=eq.once-reused` }],
    ['a call', { url: '/rest/v1/rpc/cancel_order', body: { order_id: 'once-reused' } }],
  ]
  test.each(others)('%s', async (name, { headers, ...request }) => {
    await asked(201, first)
    const answer = await send({ as: 'ada', ...request, headers: { ...headers, ...first.headers } })
    // What may not be written at all is not looked up.
    const expected = name === 'another resource' ? 403 : 422
    expect([answer.status, answer.headers.has('idempotency-replayed')], answer.text).toEqual([
      expected,
      false,
    ])
    if (expected === 422) expect(JSON.parse(answer.text)).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
    expect(await counted("orders where id like 'once-reused%'")).toBe(2)
  })
})

test('a write that failed leaves no record: it is done when it can be', async () => {
  const parent = order('parent')
  const request = {
    as: 'grace',
    url: '/rest/v1/order_items',
    headers: keyed('failed'),
    body: { order_id: parent.id, product_id: product, quantity: 1, price_cents: 1 },
  }
  await asked(409, request)
  expect(await counted("selvage_idempotency where key = 'failed'")).toBe(0)
  await asked(201, { as: 'grace', url: orders, body: { ...parent, user_id: ada.id } })
  expect((await asked(201, request)).headers.has('idempotency-replayed')).toBe(false)
})
