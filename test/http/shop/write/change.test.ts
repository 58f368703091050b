import { beforeAll, expect, test } from 'vitest'
import { seedId } from '../../../../src/backend/seed.ts'
import { send } from '../../../harness/request.ts'
import { type Scenario, scenarios } from '../../../harness/scenario.ts'
import { representation, stored } from '../../written.ts'

/** PATCH and DELETE of rows that filters choose. */

const products = '/rest/v1/products'
/** Nine products of this file, `ch-1` to `ch-9`. */
const rows = Array.from({ length: 9 }, (_, n) => ({
  id: `ch-${n + 1}`,
  category_id: seedId('category', 2),
  name: `changeling ${n + 1}`,
  price_cents: 100 * (n + 1),
  cost_cents: n,
  published: true,
}))

beforeAll(async () => {
  const { status, text } = await send({ as: 'grace', url: products, body: rows })
  expect(status, text).toBe(201)
})

scenarios('what is answered', [
  {
    name: 'nothing, by itself',
    as: 'grace',
    method: 'PATCH',
    url: `${products}?id=eq.ch-1`,
    body: { stock: 1 },
    status: 204,
    text: '',
    headersContain: { 'content-range': '0-0/*', 'cache-control': 'no-store' },
    trips: 1,
  },
  {
    name: 'a count',
    as: 'grace',
    method: 'PATCH',
    url: `${products}?id=in.(ch-1,ch-2)`,
    body: { stock: 2 },
    headers: { prefer: 'count=exact' },
    status: 204,
    headersContain: { 'content-range': '0-1/2', 'preference-applied': 'count=exact' },
    trips: 1,
  },
  {
    name: 'embeds, of the row as it has become',
    as: 'grace',
    method: 'PATCH',
    url: `${products}?id=eq.ch-1&select=name,category(id)`,
    body: { category_id: seedId('category', 3) },
    headers: representation,
    status: 200,
    json: [{ name: 'changeling 1', category: { id: seedId('category', 3) } }],
    trips: 1,
  },
  {
    name: 'CSV',
    as: 'grace',
    method: 'PATCH',
    url: `${products}?id=in.(ch-1,ch-2)&select=id,stock&order=id`,
    body: { stock: 3 },
    headers: { ...representation, accept: 'text/csv' },
    status: 200,
    text: 'id,stock\nch-1,3\nch-2,3',
    headersContain: { 'content-type': 'text/csv' },
    trips: 1,
  },
  {
    name: 'aggregates of what was written',
    as: 'grace',
    method: 'PATCH',
    url: `${products}?id=in.(ch-1,ch-2)&select=count(),price_cents.sum()`,
    body: { stock: 4 },
    headers: representation,
    status: 200,
    json: [{ count: 2, sum: 300 }],
    trips: 1,
  },
  {
    name: 'one object',
    as: 'grace',
    method: 'PATCH',
    url: `${products}?id=eq.ch-1&select=stock`,
    body: { stock: 5 },
    headers: { ...representation, accept: 'application/vnd.pgrst.object+json' },
    status: 200,
    json: { stock: 5 },
    trips: 1,
  },
  ...['PATCH', 'DELETE'].flatMap((method) =>
    ['return=representation', 'return=minimal'].flatMap((prefer) =>
      ['id=in.(ch-1,ch-2)', 'id=eq.none'].map(
        (filter): Scenario => ({
          name: `one object where there is not one: ${method} ?${filter}, ${prefer}`,
          as: 'linus',
          method,
          url: `${products}?${filter}`,
          ...(method === 'PATCH' && { body: { stock: 666 } }),
          headers: { prefer, accept: 'application/vnd.pgrst.object+json' },
          status: 406,
          contains: ['PGRST116'],
          trips: 1,
          check: async () => {
            expect(await stored('products?stock=eq.666')).toEqual([])
            expect(await stored('products?id=in.(ch-1,ch-2)&select=id')).toHaveLength(2)
          },
        }),
      ),
    ),
  ),
])

scenarios('max-affected', [
  {
    name: 'as many as that are changed',
    as: 'grace',
    method: 'PATCH',
    url: `${products}?id=in.(ch-1,ch-2)`,
    body: { stock: 6 },
    headers: { prefer: 'handling=strict, max-affected=2' },
    status: 204,
    headersContain: { 'preference-applied': 'handling=strict, max-affected=2' },
    trips: 1,
  },
  ...['PATCH', 'DELETE'].map(
    (method): Scenario => ({
      name: `more are not: ${method}`,
      as: 'linus',
      method,
      url: `${products}?id=in.(ch-1,ch-2)`,
      ...(method === 'PATCH' && { body: { stock: 666 } }),
      headers: { prefer: 'handling=strict, max-affected=1' },
      status: 400,
      contains: ['PGRST124'],
      trips: 1,
      check: async () => expect(await stored('products?id=in.(ch-1,ch-2)&stock=neq.666')).toHaveLength(2),
    }),
  ),
  {
    name: 'counts with handling=strict alone',
    as: 'grace',
    method: 'PATCH',
    url: `${products}?id=in.(ch-1,ch-2)`,
    body: { stock: 7 },
    headers: { prefer: 'max-affected=1' },
    status: 204,
    headersLack: ['preference-applied'],
    trips: 1,
  },
  {
    name: 'strict knows no other preference',
    as: 'grace',
    method: 'PATCH',
    url: `${products}?id=eq.ch-1`,
    body: { stock: 666 },
    headers: { prefer: 'handling=strict, nonsense=1' },
    status: 400,
    contains: ['PGRST122', 'Invalid preferences: nonsense=1'],
    trips: 0,
  },
])

scenarios('a body', [
  {
    name: 'that says nothing changes nothing else',
    as: 'grace',
    method: 'PATCH',
    url: `${products}?id=eq.ch-3&select=name`,
    body: {},
    headers: representation,
    status: 200,
    json: [{ name: 'changeling 3' }],
    trips: 1,
  },
  {
    name: 'may be a list of one',
    as: 'grace',
    method: 'PATCH',
    url: `${products}?id=eq.ch-3&select=stock,name`,
    body: [{ stock: 8 }],
    headers: representation,
    status: 200,
    json: [{ stock: 8, name: 'changeling 3' }],
    trips: 1,
  },
  {
    name: 'may be CSV of one',
    as: 'grace',
    method: 'PATCH',
    url: `${products}?id=eq.ch-3&select=stock`,
    body: 'stock\n9',
    headers: { ...representation, 'content-type': 'text/csv' },
    status: 200,
    json: [{ stock: 9 }],
    trips: 1,
  },
  {
    name: 'may be a form',
    as: 'grace',
    method: 'PATCH',
    url: `${products}?id=eq.ch-3&select=stock`,
    body: 'stock=10',
    headers: { ...representation, 'content-type': 'application/x-www-form-urlencoded' },
    status: 200,
    json: [{ stock: 10 }],
    trips: 1,
  },
  ...[[], [{ stock: 1 }, { stock: 2 }]].map(
    (body): Scenario => ({
      name: `is no list of ${body.length}`,
      as: 'grace',
      method: 'PATCH',
      url: `${products}?id=eq.ch-3`,
      body,
      status: 400,
      contains: ['PGRST102', 'PATCH takes one row'],
      trips: 0,
    }),
  ),
])

test('DELETE answers rows as they were, with embeds, and leaves the others', async () => {
  const url = `${products}?id=in.(ch-7,ch-8)&select=id,category(id)&order=id.desc`
  const answer = await send({ as: 'linus', method: 'DELETE', url, headers: representation })
  const category = { id: seedId('category', 2) }
  expect([answer.status, JSON.parse(answer.text), answer.trips]).toEqual([
    200,
    [
      { id: 'ch-8', category },
      { id: 'ch-7', category },
    ],
    1,
  ])
  expect(await stored('products?id=in.(ch-6,ch-7,ch-8,ch-9)&select=id&order=id')).toEqual([
    { id: 'ch-6' },
    { id: 'ch-9' },
  ])
  expect(await stored('products?name=fts.changeling&select=id')).toHaveLength(7)
  const again = await send({ as: 'linus', method: 'DELETE', url })
  expect([again.status, again.headers.get('content-range')]).toEqual([204, '*/*'])
})
