import { describe, expect, test } from 'vitest'
import { ada, bob, seedId } from '../../../../src/backend/seed.ts'
import { send } from '../../../harness/request.ts'
import { type Scenario, scenarios } from '../../../harness/scenario.ts'
import { asked, counted, query, records } from '../../records.ts'
import { representation } from '../../written.ts'

/** POST /rest/v1/: several writes, all or nothing, in one transaction and one trip. */

const batch = '/rest/v1/'
const [apple, pear] = [seedId('product', 5), seedId('product', 6)]
const order = (id: string, more: object = {}) => ({
  method: 'POST',
  path: 'orders',
  body: { id: `batch-${id}`, user_id: ada.id, ...more },
})
const item = (body: object, product_id = apple) => ({
  method: 'POST',
  path: 'order_items?select=order_id,product_id,quantity',
  headers: representation,
  body: { product_id, quantity: 1, price_cents: 1, ...body },
})
const own = (id: string) => ({ method: 'POST', path: 'orders', body: { id: `batch-${id}` } })

test('operations are done in their order, over several resources, and each sees those before it', async () => {
  const body = [
    { ...order('a'), path: 'orders?select=id,status', headers: representation },
    item({ order_id: { $result: '/0/id' } }),
    {
      method: 'PATCH',
      path: '/orders/batch-a?select=status,order_items(quantity)',
      headers: representation,
      body: { status: 'paid' },
    },
    {
      method: 'PATCH',
      path: 'orders?id=eq.batch-a',
      headers: { Prefer: 'count=exact' },
      body: { note: 'noted' },
    },
    { method: 'PUT', path: 'orders/batch-b', body: { user_id: bob.id } },
    { method: 'DELETE', path: 'orders?id=eq.batch-b&select=id', headers: representation },
    { method: 'DELETE', path: 'order_items?order_id=eq.batch-a' },
  ]
  const answer = await asked(200, { as: 'linus', url: batch, body })
  expect([answer.trips, answer.reportedTrips]).toEqual([1, 1])
  const parts = answer.json as readonly { status: number; headers: Record<string, string>; body: unknown }[]
  expect(parts.map(({ status, body }) => [status, body])).toEqual([
    [201, [{ id: 'batch-a', status: 'draft' }]],
    [201, [{ order_id: 'batch-a', product_id: apple, quantity: 1 }]],
    [200, { status: 'paid', order_items: [{ quantity: 1 }] }],
    [204, null],
    [201, null],
    [200, [{ id: 'batch-b' }]],
    [204, null],
  ])
  const applied = { 'preference-applied': 'return=representation' }
  expect(parts.map(({ headers }) => headers)).toEqual([
    { ...applied, 'content-range': '*/*', location: '/rest/v1/orders/batch-a' },
    { ...applied, 'content-range': '*/*', location: expect.stringMatching(/order_items\/01/) },
    { ...applied, etag: expect.stringMatching(/^"\d+\./) },
    { 'content-range': '0-0/1', 'preference-applied': 'count=exact' },
    { location: '/rest/v1/orders/batch-b' },
    { ...applied, 'content-range': '0-0/*' },
    { 'content-range': '0-0/*' },
  ])
  const kinds = ['create', 'update', 'update', 'create', 'delete']
  expect((await records(answer.requestId)).audit).toEqual(kinds.map((kind) => `${kind} orders`))
})

describe('one that fails at any step leaves nothing, and is named', () => {
  const failing = {
    method: 'POST',
    path: 'order_items',
    body: { order_id: 'none', product_id: apple, quantity: 1, price_cents: 1 },
  }
  const good: readonly object[] = [
    order('x'),
    item({ order_id: 'batch-x' }),
    item({ order_id: 'batch-x' }, pear),
    { method: 'PATCH', path: 'orders/batch-x', body: { note: 'x' } },
  ]
  for (let at = 0; at <= good.length; at += 1) {
    for (const key of [null, `fails-${at}`]) {
      test(`at ${at}${key === null ? '' : ', with a key'}`, async () => {
        const body = good.toSpliced(at, 0, failing)
        const headers = key === null ? {} : { 'idempotency-key': key }
        const answer = await send({ as: 'grace', url: batch, headers, body })
        expect([answer.status, answer.trips], answer.text).toEqual([409, 1])
        expect(JSON.parse(answer.text)).toMatchObject({
          code: '23503',
          message: expect.stringContaining(`operation ${at}: `),
          errors: [{ pointer: `/${at}`, code: '23503' }],
        })
        expect(await records(answer.requestId)).toEqual({ audit: [], events: [] })
        expect(await counted("orders where id = 'batch-x'")).toBe(0)
        expect(await counted("selvage_idempotency where key like 'fails-%'")).toBe(0)
      })
    }
  }
})

const problem = (
  name: string,
  body: unknown,
  status: number,
  contains: readonly string[],
  trips = 0,
): Scenario => ({
  name,
  as: 'ada',
  url: batch,
  body,
  status,
  contains,
  trips,
})

scenarios('what is wrong is told by its operation', [
  problem('a value', [own('y'), { ...own('y'), body: { note: {} } }], 400, ['"pointer":"/1/note"']),
  problem(
    'a row of a list',
    [{ method: 'POST', path: 'orders', body: [{ note: 'a' }, { note: 7 }, { note: {} }] }],
    400,
    ['"pointer":"/0/2/note"'],
  ),
  problem('a name', [own('y'), { ...own('y'), body: { nope: 1 } }], 400, ['PGRST204', '"pointer":"/1"']),
  problem('a resource', [{ ...own('y'), path: 'nowhere' }], 404, ['PGRST205', '"pointer":"/0"']),
  problem('a permission', [own('y'), { method: 'POST', path: 'products', body: {} }], 403, [
    '42501',
    '"pointer":"/1"',
  ]),
  problem(
    'a policy',
    [own('y'), { method: 'PATCH', path: `orders/${seedId('order', 1)}`, body: { note: 'x' } }],
    404,
    ['"pointer":"/1"'],
    1,
  ),
  problem('the only one', [{ method: 'DELETE', path: 'orders/none' }], 404, ['"pointer":"/0"'], 1),
  problem('every row', [own('y'), { method: 'DELETE', path: 'orders' }], 400, ['21000', '"pointer":"/1"']),
  problem('what is no operation', [own('y'), 7], 400, ['PGRST102', '"pointer":"/1"']),
  problem('a method', [{ ...own('y'), method: 'GET' }], 400, ['method is one of POST, PATCH, PUT, DELETE']),
  problem('a member', [{ ...own('y'), url: 'x' }], 400, ['has no member']),
  problem('a header', [{ ...own('y'), headers: { authorization: 'Bearer x' } }], 400, [
    'An operation may say prefer',
  ]),
  problem('a call', [{ ...own('y'), path: 'rpc/checkout' }], 400, ['POST goes to a resource']),
  problem('an empty one', [], 400, ['A batch is a JSON array']),
  problem(
    'too many',
    Array.from({ length: 101 }, () => own('y')),
    413,
    ['LIMIT_OPERATIONS', '101 operations'],
  ),
  {
    ...problem('nobody', [{ method: 'POST', path: 'products', body: {} }], 401, ['42501', 'Sign in first']),
    as: 'anon',
  },
  {
    ...problem('another type', 'x', 415, ['UNSUPPORTED_MEDIA_TYPE']),
    headers: { 'content-type': 'text/csv' },
  },
  {
    ...problem('a trial where there is none', [own('y')], 400, ['PGRST122']),
    headers: { prefer: 'tx=rollback' },
  },
  problem('half a trial', [own('y'), { ...own('z'), headers: { prefer: 'tx=rollback' } }], 400, [
    'PGRST122',
    'for all operations',
  ]),
  {
    ...problem('another method', undefined, 405, ['PGRST117']),
    method: 'DELETE',
    headersContain: { allow: 'GET, HEAD, POST, OPTIONS' },
  },
])

const refers = (name: string, $result: unknown, status: number, contains: readonly string[]) =>
  problem(name, [order('z'), item({ order_id: { $result } })], status, contains)

scenarios('a reference', [
  ...['/1/id', '/2/id', '/0/1/id', '/0/nope', '/0/id/x/y', '0/id', 7].map(($result) => ({
    ...refers(`to nothing: ${$result}`, $result, 400, ['"pointer":"/1"']),
    as: 'grace',
  })),
  {
    name: 'to a value that was given, and to rows of a list',
    as: 'grace',
    url: batch,
    body: [
      {
        method: 'POST',
        path: 'orders',
        body: [
          { note: 'first', user_id: bob.id },
          { note: 'second', user_id: ada.id },
        ],
      },
      {
        method: 'POST',
        path: 'orders?select=note,user_id',
        headers: representation,
        body: { note: { $result: '/0/1/note' }, user_id: { $result: '/0/user_id' } },
      },
      {
        method: 'PATCH',
        path: 'orders?note=eq.second&select=note',
        headers: representation,
        body: { note: { $result: '/0/0/note' } },
      },
    ],
    status: 200,
    contains: [
      `"body":[{"note":"second","user_id":"${bob.id}"}]`,
      '"body":[{"note":"first"},{"note":"first"}]',
    ],
    trips: 1,
  },
])

test('at most a hundred, in one trip', async () => {
  const body = Array.from({ length: 100 }, (_, n) => own(`many-${n}`))
  const { json, trips } = await asked(200, { as: 'ada', url: batch, body })
  expect([(json as unknown[]).length, trips]).toEqual([100, 1])
  expect(await counted("orders where id like 'batch-many-%'")).toBe(100)
})

test('If-Match and max-affected within a batch', async () => {
  await asked(201, { as: 'ada', url: '/rest/v1/orders', body: [{ id: 'batch-m1' }, { id: 'batch-m2' }] })
  const etag = (await asked(200, { as: 'ada', url: '/rest/v1/orders/batch-m1' })).headers.get('etag')
  const change = (headers: object, path = 'orders/batch-m1') => ({
    method: 'PATCH',
    path,
    headers,
    body: { note: 'matched' },
  })
  const capped = change({ prefer: 'handling=strict, max-affected=1' }, 'orders?id=like.batch-m_')
  const over = await asked(400, { as: 'ada', url: batch, body: [change({ 'if-match': etag }), capped] })
  expect(over.json).toMatchObject({ code: 'PGRST124', errors: [{ pointer: '/1' }] })
  expect(await counted("orders where note = 'matched'")).toBe(0)
  await asked(200, { as: 'ada', url: batch, body: [change({ 'if-match': etag })] })
  const stale = await asked(412, { as: 'ada', url: batch, body: [own('m3'), change({ 'if-match': etag })] })
  expect(stale.json).toMatchObject({ code: 'PRECONDITION_FAILED', errors: [{ pointer: '/1' }] })
  expect(await query("select id from orders where id like 'batch-m_' order by id")).toEqual([
    ['batch-m1'],
    ['batch-m2'],
  ])
})
