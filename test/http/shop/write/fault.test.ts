import { afterEach, describe, expect, test, vi } from 'vitest'
import { seedId } from '../../../../src/backend/seed.ts'
import { send, type TestRequest } from '../../../harness/request.ts'
import type { Fault } from '../../../harness/wire-fault.ts'
import { asked, query } from '../../records.ts'

/** What goes wrong between the Worker and the database: all or nothing, and under a key once. */

interface Work {
  /** What there must be before. */
  before(id: string): Promise<unknown>
  request(id: string): TestRequest
  /** A row of what it does: all of that, or none. */
  readonly effect: string
  readonly none: readonly (string | null)[]
  readonly all: readonly (string | null)[]
}

const orders = '/rest/v1/orders'
const left = (table: string, what: string) =>
  `(select count(*) from ${table} where key = json_object('id', ?1) and ${what})`
const ledger = (operation: string, event: string) =>
  `${left('selvage_audit', `operation = '${operation}'`)}, ${left('selvage_outbox', `event = '${event}'`)}`
const made = (id: string) => asked(201, { as: 'ada', url: orders, body: { id } })
const counted = '(select count(*) from orders where id = ?1)'

const works: Readonly<Record<string, Work>> = {
  POST: {
    before: async () => null,
    request: (id) => ({ as: 'ada', url: orders, headers: { prefer: 'return=representation' }, body: { id } }),
    effect: `${counted}, ${ledger('create', 'orders.created')}`,
    none: ['0', '0', '0'],
    all: ['1', '1', '1'],
  },
  PATCH: {
    before: made,
    request: (id) => ({ as: 'ada', method: 'PATCH', url: `${orders}/${id}`, body: { note: 'changed' } }),
    effect: `(select note from orders where id = ?1), ${ledger('update', 'orders.updated')}`,
    none: [null, '0', '0'],
    all: ['changed', '1', '1'],
  },
  DELETE: {
    before: made,
    request: (id) => ({ as: 'ada', method: 'DELETE', url: `${orders}?id=eq.${id}&select=id` }),
    effect: `${counted}, ${ledger('delete', 'orders.deleted')}`,
    none: ['1', '0', '0'],
    all: ['0', '1', '1'],
  },
  checkout: {
    before(id) {
      const body = {
        id,
        name: id,
        category_id: seedId('category', 1),
        price_cents: 5,
        cost_cents: 1,
        stock: 9,
      }
      return asked(201, { as: 'grace', url: '/rest/v1/products', body: { ...body, published: true } })
    },
    request: (id) => ({
      as: 'ada',
      url: '/rest/v1/rpc/checkout',
      body: { lines: [{ product_id: id, quantity: 2 }], note: id },
    }),
    effect: `(select count(*) from orders where note = ?1), (select sum(total_cents) from orders where note = ?1), (select count(*) from order_items where product_id = ?1), (select stock from products where id = ?1), ${ledger('update', 'products.updated')}`,
    none: ['0', null, '0', '9', '0', '0'],
    all: ['1', '10', '1', '7', '1', '1'],
  },
}

let last = 0
async function begun(work: Work): Promise<{ id: string; request: TestRequest }> {
  last += 1
  const id = `fault-${last}`
  await work.before(id)
  return { id, request: work.request(id) }
}

const effectOf = async ({ effect }: Work, id: string) => (await query(`select ${effect}`, id))[0]
const keyed = (request: TestRequest, id: string): TestRequest => ({
  ...request,
  headers: { ...request.headers, 'idempotency-key': id },
})

afterEach(() => vi.restoreAllMocks())

describe.each(Object.entries(works))('%s', (_, work) => {
  const faults: readonly (readonly [
    name: string,
    fault: Fault,
    status: number,
    trips: number,
    isDone: boolean,
  ])[] = [
    ['whose reply is lost', { dropReply: true }, 503, 1, true],
    ['whose reply is cut at once', { cutAfterBytes: 1 }, 503, 1, true],
    ['whose reply is cut in its midst', { cutAfterBytes: 60 }, 503, 1, true],
    ['whose request is lost', { drop: true }, 503, 1, false],
    ['that is refused on the way', { status: 502 }, 503, 1, false],
    ['that finds the database busy, twice', { busy: 2 }, 200, 3, true],
  ]
  test.each(faults)('%s', async (_name, fault, status, trips, isDone) => {
    const { id, request } = await begun(work)
    const first = await send({ ...keyed(request, id), fault })
    expect([first.status < 300 ? 200 : first.status, first.trips], first.text).toEqual([status, trips])
    expect(await effectOf(work, id)).toEqual(isDone ? work.all : work.none)

    // The same request with the same key: the effect once, and the answer that was lost.
    const again = await send(keyed(request, id))
    expect(again.status, again.text).toBeLessThan(300)
    expect(again.headers.has('idempotency-replayed')).toBe(isDone)
    if (first.status < 300) expect([again.status, again.text]).toEqual([first.status, first.text])
    expect(await effectOf(work, id)).toEqual(work.all)
  })

  test('whose reply is lost, without a key: it has happened, and is not said to have failed', async () => {
    const { id, request } = await begun(work)
    const { status, trips, headers } = await send({ ...request, fault: { dropReply: true } })
    expect([status, trips, headers.get('retry-after')]).toEqual([503, 1, '5'])
    expect(await effectOf(work, id)).toEqual(work.all)
  })
})

test('busy for ever: nothing is done, and the client may come again in a second', async () => {
  await Promise.all(
    Object.values(works).map(async (work) => {
      const { id, request } = await begun(work)
      const answer = await send({ ...keyed(request, id), fault: { busy: 1_000 } })
      expect([answer.status, answer.trips, answer.headers.get('retry-after')], answer.text).toEqual([
        503,
        5,
        '1',
      ])
      expect(await effectOf(work, id)).toEqual(work.none)
      expect(await query('select 1 from selvage_idempotency where key = ?', id)).toEqual([])
      expect((await send(keyed(request, id))).status).toBeLessThan(300)
    }),
  )
})

test('later than the deadline: nobody knows, until the same key tells', async () => {
  const begin = await Promise.all(
    Object.values(works).map(async (work) => ({ work, ...(await begun(work)) })),
  )
  const { timeout } = AbortSignal
  const early = vi
    .spyOn(AbortSignal, 'timeout')
    .mockImplementation((milliseconds) => timeout.call(AbortSignal, milliseconds / 50))
  await Promise.all(
    begin.map(async ({ id, request }) => {
      const answer = await send({ ...keyed(request, id), fault: { delayMilliseconds: 700 } })
      expect([answer.status, answer.trips], answer.text).toEqual([504, 1])
    }),
  )
  early.mockRestore()
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  for (const { work, id, request } of begin) {
    const done = await effectOf(work, id)
    expect([work.all, work.none]).toContainEqual(done)
    const again = await send(keyed(request, id))
    expect(again.status, again.text).toBeLessThan(300)
    expect(await effectOf(work, id)).toEqual(work.all)
  }
})
