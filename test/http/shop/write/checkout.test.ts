import { describe, expect, test } from 'vitest'
import { ada, bob, grace, seedId } from '../../../../src/backend/seed.ts'
import { type Asker, send } from '../../../harness/request.ts'
import { type Scenario, scenarios } from '../../../harness/scenario.ts'
import { asked, counted, query, records } from '../../records.ts'

/** The shop's own procedures: all of it or nothing, in one trip. */

const checkout = '/rest/v1/rpc/checkout'
const cancel = '/rest/v1/rpc/cancel_order'
const [apple, pear] = [seedId('product', 1), seedId('product', 2)]
const hidden = seedId('product', 36)
const detail = 'status,total_cents,note,user_id,order_items(product_id,quantity,price_cents)'
const line = (product_id: string, quantity: number) => ({ product_id, quantity })

const stock = async (product: string) =>
  Number((await query('select stock from products where id = ?', product))[0]?.[0])
const price = async (product: string) =>
  Number((await query('select price_cents from products where id = ?', product))[0]?.[0])

async function bought(as: Asker, ...lines: readonly object[]): Promise<string> {
  const { json } = await asked(200, { as, url: `${checkout}?select=id`, body: { lines } })
  return (json as { id: string }[])[0]?.id ?? ''
}

/** What checkouts of these products leave, but for their orders, which the audit has by request. */
const shelf = () =>
  query(
    'select id, stock, updated_at, (select count(*) from order_items where product_id = products.id) from products where id in (?, ?)',
    apple,
    pear,
  )

describe('a checkout', () => {
  test('makes an order with the prices of the table, takes the stock, and leaves its records: one trip', async () => {
    const before = [await stock(apple), await stock(pear)]
    const prices = [await price(apple), await price(pear)]
    const answer = await asked(200, {
      as: 'ada',
      url: `${checkout}?select=${detail}&order_items.order=product_id`,
      body: { lines: [line(apple, 2), line(pear, 1)], note: 'gift' },
    })
    const [a = 0, b = 0] = prices
    expect([answer.json, answer.trips, answer.reportedTrips]).toEqual([
      [
        {
          status: 'paid',
          total_cents: 2 * a + b,
          note: 'gift',
          user_id: ada.id,
          order_items: [
            { product_id: apple, quantity: 2, price_cents: a },
            { product_id: pear, quantity: 1, price_cents: b },
          ],
        },
      ],
      1,
      1,
    ])
    expect([await stock(apple), await stock(pear)]).toEqual([(before[0] ?? 0) - 2, (before[1] ?? 0) - 1])
    expect(await records(answer.requestId)).toEqual({
      audit: ['create orders', 'update products', 'update products'],
      events: ['orders.created', 'order.paid', 'products.updated', 'products.updated'],
    })
  })

  for (const [as, id] of [
    ['bob', bob.id],
    ['grace', grace.id],
  ] as const) {
    test(`of ${as}`, async () => {
      const object = { accept: 'application/vnd.pgrst.object+json' }
      const body = { lines: [line(apple, 1)] }
      const answer = await asked(200, { as, url: `${checkout}?select=user_id`, headers: object, body })
      expect([answer.json, answer.trips]).toEqual([{ user_id: id }, 1])
    })
  }

  const refused: readonly (Pick<Scenario, 'name' | 'status' | 'trips' | 'contains'> & {
    readonly as?: Asker
    readonly body: unknown
  })[] = [
    {
      name: 'more than there is',
      body: { lines: [line(apple, 1), line(pear, 999)] },
      status: 409,
      contains: ['P0001'],
      trips: 1,
    },
    {
      name: 'what is not sold',
      body: { lines: [line(apple, 1), line(hidden, 1)] },
      status: 409,
      contains: ['P0001'],
      trips: 1,
    },
    {
      name: 'what is not there',
      body: { lines: [line(apple, 1), line('none', 1)] },
      status: 409,
      contains: ['P0001'],
      trips: 1,
    },
    { name: 'nothing', body: { lines: [] }, status: 400, contains: ['"pointer":"/lines"'], trips: 0 },
    {
      name: 'less than nothing, and no number',
      body: { lines: [line(apple, -1), { product_id: pear, quantity: 'x' }] },
      status: 400,
      contains: ['"pointer":"/lines/0/quantity"', '"pointer":"/lines/1/quantity"'],
      trips: 0,
    },
    {
      name: 'a product twice',
      body: { lines: [line(apple, 1), line(apple, 1)] },
      status: 400,
      contains: ['Name each product once'],
      trips: 0,
    },
    {
      name: 'a price of one’s own',
      body: { lines: [line(apple, 1)], total_cents: 1 },
      status: 404,
      contains: ['PGRST202', 'It is checkout(lines, note)'],
      trips: 0,
    },
    {
      name: 'by nobody',
      as: 'anon',
      body: { lines: [line(apple, 1)] },
      status: 404,
      contains: ['PGRST202', 'You may call none: sign in.'],
      trips: 0,
    },
    {
      name: 'for nobody, by a service',
      as: 'service',
      body: { lines: [line(apple, 1)] },
      status: 400,
      contains: ['23502', 'user_id'],
      trips: 1,
    },
  ]
  for (const { as = 'ada', ...scenario } of refused) {
    test(`is refused as a whole: ${scenario.name}`, async () => {
      const before = await shelf()
      const key = `refused ${scenario.name}`.replace(/\W/g, '-')
      const headers = { 'idempotency-key': key }
      for (const more of [{}, { headers }]) {
        const answer = await send({ as, url: checkout, body: scenario.body, ...more })
        expect([answer.status, answer.trips], answer.text).toEqual([scenario.status, scenario.trips])
        for (const text of scenario.contains ?? []) expect(answer.text).toContain(text)
        expect(await records(answer.requestId)).toEqual({ audit: [], events: [] })
      }
      expect(await shelf()).toEqual(before)
      expect(await counted('selvage_idempotency where key = ?', key)).toBe(0)
    })
  }
})

describe('a cancellation', () => {
  test('brings the stock back, once', async () => {
    const order = await bought('ada', line(apple, 3), line(pear, 1))
    const before = [await stock(apple), await stock(pear)]
    const request = { as: 'ada', url: `${cancel}?select=status`, body: { order_id: order } }
    const answer = await asked(200, request)
    expect([answer.json, answer.trips]).toEqual([[{ status: 'cancelled' }], 1])
    expect([await stock(apple), await stock(pear)]).toEqual([(before[0] ?? 0) + 3, (before[1] ?? 0) + 1])
    expect(await records(answer.requestId)).toEqual({
      audit: ['update products', 'update products', 'update orders'],
      events: ['products.updated', 'products.updated', 'orders.updated', 'order.cancelled'],
    })
    const again = await asked(404, request)
    expect([again.json, again.trips]).toMatchObject([{ code: 'P0001' }, 1])
    expect(await stock(apple)).toBe((before[0] ?? 0) + 3)
  })

  test('of another’s order is as of none; staff and services may', async () => {
    const [first, second] = [await bought('ada', line(apple, 1)), await bought('ada', line(apple, 1))]
    const none = await asked(404, { as: 'bob', url: cancel, body: { order_id: 'none' } })
    const others = await asked(404, { as: 'bob', url: cancel, body: { order_id: first } })
    expect(others.json).toEqual(none.json)
    const url = `${cancel}?select=status,user_id`
    const cancelled = [{ status: 'cancelled', user_id: ada.id }]
    expect((await asked(200, { as: 'grace', url, body: { order_id: first } })).json).toEqual(cancelled)
    expect((await asked(200, { as: 'service', url, body: { order_id: second } })).json).toEqual(cancelled)
  })

  test('whose answer is not what was asked for is none', async () => {
    const order = await bought('ada', line(apple, 1))
    const object = { accept: 'application/vnd.pgrst.object+json' }
    const before = await shelf()
    const { requestId } = await asked(406, {
      as: 'ada',
      url: `${cancel}?status=eq.paid`,
      headers: object,
      body: { order_id: order },
    })
    expect([await shelf(), await records(requestId)]).toEqual([before, { audit: [], events: [] }])
    expect(await counted("orders where id = ? and status = 'paid'", order)).toBe(1)
  })
})

scenarios('methods', [
  {
    name: 'GET of what writes',
    as: 'ada',
    url: `${checkout}?lines=[]`,
    status: 405,
    contains: ['PGRST117'],
    headersContain: { allow: 'POST, OPTIONS' },
    trips: 0,
  },
  {
    name: 'a trial where there is none: it is not done',
    as: 'ada',
    url: checkout,
    headers: { prefer: 'tx=rollback' },
    body: { lines: [line(apple, 1)] },
    status: 400,
    contains: ['PGRST122', 'trials'],
    trips: 0,
  },
  {
    name: 'no such procedure',
    as: 'ada',
    url: '/rest/v1/rpc/constructor',
    body: {},
    status: 404,
    contains: ['PGRST202', 'Functions: checkout, cancel_order'],
    trips: 0,
  },
])
