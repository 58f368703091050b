import { afterEach, describe, expect, inject, test } from 'vitest'
import { ada, grace, seedId } from '../../../../src/backend/seed.ts'
import { type Statement, textOf, textValue } from '../../../../src/base/statement.ts'
import { startTiming } from '../../../../src/base/timing.ts'
import { connect } from '../../../../src/database/client.ts'
import { send, type TestAnswer, type TestRequest } from '../../../harness/request.ts'

/** Who did what, as the operator finds it by the id of the request. */

const key = 'zz-audit'
const name = (suffix: string | number) => `${key}-${suffix}`
const category_id = seedId('category', 1)

async function query(sql: string, ...args: readonly string[]): Promise<readonly (readonly unknown[])[]> {
  const database = connect({ url: inject('bindings').DATABASE_URL ?? '', token: null })
  const statement: Statement = { sql, args: args.map(textValue) }
  return (await database.run(statement, startTiming())).rows.map((row) => row.map(textOf))
}

interface Left {
  readonly audit: readonly (readonly unknown[])[]
  readonly events: readonly (readonly unknown[])[]
}

/** What a request left: who, by which role, what, to which row, before and after; and its events. */
async function left({ requestId }: TestAnswer): Promise<Left> {
  const [audit, events] = await Promise.all([
    query(
      'select caller_id, role, operation, resource, key, before, after from selvage_audit where request_id = ? order by id',
      requestId,
    ),
    query('select event, key, payload from selvage_outbox where request_id = ? order by id', requestId),
  ])
  return { audit, events }
}

/** One trip, its audit and events included. */
async function done(status: number, request: TestRequest): Promise<TestAnswer & Left> {
  const answer = await send(request)
  expect([answer.status, answer.trips, answer.reportedTrips], answer.text).toEqual([status, 1, 1])
  return { ...answer, ...(await left(answer)) }
}

const parsed = (text: unknown): unknown => (typeof text === 'string' ? JSON.parse(text) : text)

afterEach(async () => {
  await query(`delete from orders where id like '${key}%'`)
  await query(`delete from products where id like '${key}%'`)
})

const order = (suffix: string | number, more: object = {}) =>
  done(201, {
    as: 'service',
    url: '/rest/v1/orders',
    body: { id: name(suffix), user_id: ada.id, ...more },
  })

describe('an order', () => {
  test('that a customer makes', async () => {
    const { audit, events } = await done(201, {
      as: 'ada',
      url: '/rest/v1/orders',
      body: { id: name(1), note: 'mine' },
    })
    expect(audit).toEqual([
      [ada.id, 'customer', 'create', 'orders', JSON.stringify({ id: name(1) }), null, expect.any(String)],
    ])
    const row = { id: name(1), user_id: ada.id, status: 'draft', total_cents: 0, note: 'mine' }
    expect(parsed(audit[0]?.[6])).toMatchObject(row)
    expect(events.map(([event]) => event)).toEqual(['orders.created'])
    expect(parsed(events[0]?.[2])).toMatchObject(row)
  })

  test('that staff pay: fields that changed, and its event', async () => {
    await order(2, { note: 'same', total_cents: 1999 })
    const { audit, events } = await done(204, {
      as: 'grace',
      method: 'PATCH',
      url: `/rest/v1/orders/${name(2)}`,
      body: { status: 'paid', note: 'same' },
    })
    const updated_at = expect.stringMatching(/^\d{4}-.*Z$/)
    expect(audit.map((row) => row.slice(0, 4))).toEqual([[grace.id, 'staff', 'update', 'orders']])
    expect(parsed(audit[0]?.[5])).toEqual({ status: 'draft', updated_at })
    expect(parsed(audit[0]?.[6])).toEqual({ status: 'paid', updated_at })
    expect(events.map(([event]) => event)).toEqual(['orders.updated', 'order.paid'])
    expect(parsed(events[1]?.[2])).toEqual({ id: name(2), user_id: ada.id, total_cents: 1999 })
  })

  test('that is paid is not paid again', async () => {
    await order(3, { status: 'paid' })
    const { events } = await done(204, {
      as: 'grace',
      method: 'PATCH',
      url: `/rest/v1/orders/${name(3)}`,
      body: { status: 'paid', note: 'again' },
    })
    expect(events.map(([event]) => event)).toEqual(['orders.updated'])
  })

  test('that goes, as it was', async () => {
    await order(4, { note: 'gone' })
    const { audit, events } = await done(204, {
      as: 'ada',
      method: 'DELETE',
      url: `/rest/v1/orders?id=eq.${name(4)}`,
    })
    expect(audit.map((row) => [row[2], row[6]])).toEqual([['delete', null]])
    expect(parsed(audit[0]?.[5])).toMatchObject({ id: name(4), note: 'gone' })
    expect(events.map(([event]) => event)).toEqual(['orders.deleted'])
  })
})

describe('products', () => {
  const product = (id: string, more: object = {}) => ({
    ...{ id, category_id, name: 'New', price_cents: 500, cost_cents: 123 },
    ...more,
  })

  test('upserted: some are made, others change; what costs are is for the operator, and in no event', async () => {
    await done(201, { as: 'grace', url: '/rest/v1/products', body: product(name('a')) })
    const { audit, events } = await done(201, {
      as: 'grace',
      url: '/rest/v1/products',
      headers: { prefer: 'resolution=merge-duplicates' },
      body: [product(name('a'), { cost_cents: 124 }), product(name('b'))],
    })
    expect(audit.map((row) => [row[2], parsed(row[4])])).toEqual([
      ['create', { id: name('b') }],
      ['update', { id: name('a') }],
    ])
    const updated_at = expect.any(String)
    expect(parsed(audit[0]?.[6])).toMatchObject({ cost_cents: 123, attributes: {}, published: false })
    expect(parsed(audit[1]?.[5])).toEqual({ cost_cents: 123, updated_at })
    expect(parsed(audit[1]?.[6])).toEqual({ cost_cents: 124, updated_at })
    expect(events.map(([event]) => event)).toEqual(['products.created', 'products.updated'])
    expect(JSON.stringify(events)).not.toContain('cost_cents')
  })

  test('a hundred at once', async () => {
    const body = Array.from({ length: 100 }, (_, n) => product(name(n)))
    const { audit, events } = await done(201, { as: 'grace', url: '/rest/v1/products', body })
    expect(audit.map((row) => parsed(row[4]))).toEqual(body.map(({ id }) => ({ id })))
    expect(events).toHaveLength(100)
  })
})

describe('what is refused leaves nothing', () => {
  const refused: readonly (readonly [what: string, status: number, request: TestRequest])[] = [
    [
      'a denial',
      403,
      { as: 'ada', url: '/rest/v1/products', body: { name: 'x', category_id, price_cents: 1 } },
    ],
    [
      "another's order",
      204,
      { as: 'bob', method: 'PATCH', url: `/rest/v1/orders?id=eq.${seedId('order', 2)}`, body: { note: 'x' } },
    ],
    [
      'a parent that is not there',
      409,
      { as: 'grace', url: '/rest/v1/orders', body: { id: name(9), user_id: 'nobody' } },
    ],
    [
      'a check of the second row',
      400,
      {
        as: 'grace',
        url: '/rest/v1/products',
        body: [
          { id: name(7), category_id, name: 'a', price_cents: 1, cost_cents: 1 },
          { id: name(8), category_id, name: 'b', price_cents: -1, cost_cents: 1 },
        ],
      },
    ],
    [
      'an old version',
      412,
      {
        as: 'grace',
        method: 'PATCH',
        url: `/rest/v1/products/${seedId('product', 1)}`,
        headers: { 'if-match': '"1.x"' },
        body: { name: 'x' },
      },
    ],
  ]
  for (const [what, status, request] of refused) {
    test(what, async () => {
      const answer = await send(request)
      expect(answer.status, answer.text).toBe(status)
      expect(await left(answer)).toEqual({ audit: [], events: [] })
    })
  }
})

test('audit and outbox are no resources, whoever asks', async () => {
  for (const table of ['selvage_audit', 'selvage_outbox', 'selvage_touched']) {
    const answer = await send({ as: 'service', url: `/rest/v1/${table}` })
    expect([answer.status, answer.trips]).toEqual([404, 0])
  }
})

test('a request that is sent again under its key leaves its records once', async () => {
  const again: TestRequest = {
    as: 'ada',
    url: '/rest/v1/orders',
    headers: { 'idempotency-key': name('once') },
    body: { id: name('once'), note: 'once' },
  }
  const first = await done(201, again)
  const second = await done(201, again)
  expect([first.audit.length, first.events.length]).toEqual([1, 1])
  expect([second.audit.length, second.events.length]).toEqual([0, 0])
})
