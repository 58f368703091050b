import { beforeAll, expect, test } from 'vitest'
import { ada, seedId } from '../../../../src/backend/seed.ts'
import { send } from '../../../harness/request.ts'
import { scenarios } from '../../../harness/scenario.ts'
import { made, representation, stored } from '../../written.ts'

/** POST that meets rows which are there already. */

const products = '/rest/v1/products'
const product = (id: string, more: object = {}) => ({
  id,
  category_id: seedId('category', 1),
  name: id,
  price_cents: 5,
  cost_cents: 2,
  ...more,
})
const merge = { prefer: 'return=representation, resolution=merge-duplicates' }
const ignore = { prefer: 'return=representation, resolution=ignore-duplicates' }

beforeAll(async () => {
  await made('grace', 'products', product('up-1', { stock: 7 }))
  await made('grace', 'products', product('up-2'))
})

scenarios('merge', [
  {
    name: 'changes what the body gives, and makes what is not there, in the order of the body',
    as: 'grace',
    url: `${products}?select=id,name,stock,price_cents`,
    body: [product('up-3', { name: 'new' }), product('up-1', { name: 'changed', price_cents: 6 })],
    headers: merge,
    status: 201,
    json: [
      { id: 'up-3', name: 'new', stock: 0, price_cents: 5 },
      { id: 'up-1', name: 'changed', stock: 7, price_cents: 6 },
    ],
    headersContain: { 'preference-applied': 'resolution=merge-duplicates, return=representation' },
    trips: 1,
  },
  {
    name: 'by the key that on_conflict names',
    as: 'grace',
    url: `${products}?select=id,name&on_conflict=id`,
    body: product('up-1', { name: 'again' }),
    headers: merge,
    status: 201,
    json: [{ id: 'up-1', name: 'again' }],
    headersLack: ['location'],
    trips: 1,
  },
  {
    name: 'with nothing but the key changes the version alone',
    as: 'grace',
    url: `${products}?select=id,stock&columns=id,category_id,name,price_cents,cost_cents`,
    body: [product('up-1', { name: 'again' })],
    headers: merge,
    status: 201,
    json: [{ id: 'up-1', stock: 7 }],
    trips: 1,
  },
  {
    name: 'asks the policy of changes of the rows that are there: another’s order stays',
    as: 'ada',
    url: '/rest/v1/orders',
    body: { id: seedId('order', 1), note: 'mine now' },
    headers: merge,
    status: 403,
    contains: ['42501'],
    trips: 1,
    check: async () =>
      expect(await stored(`orders?select=user_id,note&id=eq.${seedId('order', 1)}`)).not.toEqual([
        { user_id: ada.id, note: 'mine now' },
      ]),
  },
  {
    name: 'of several rows, one refused, writes none',
    as: 'ada',
    url: '/rest/v1/orders',
    body: [
      { id: 'up-order', note: 'fine' },
      { id: seedId('order', 1), note: 'mine now' },
    ],
    headers: merge,
    status: 403,
    contains: ['42501'],
    trips: 1,
    check: async () => expect(await stored('orders?id=eq.up-order')).toEqual([]),
  },
  {
    name: 'fails by another constraint than the one that is named',
    as: 'service',
    url: '/rest/v1/tags?on_conflict=id',
    body: { id: 'up-tag', name: 'new' },
    headers: merge,
    status: 409,
    contains: ['23505', 'Key (name) already exists.'],
    trips: 1,
  },
  {
    name: 'by another unique constraint keeps the key of the row',
    as: 'service',
    url: '/rest/v1/tags?on_conflict=name&select=id,name,published',
    body: [{ name: 'new', published: true }],
    headers: merge,
    status: 201,
    json: [{ id: seedId('tag', 0), name: 'new', published: true }],
    trips: 1,
  },
  {
    name: 'by a constraint of two columns',
    as: 'service',
    url: '/rest/v1/order_items?on_conflict=order_id,product_id&select=quantity',
    body: [
      { order_id: seedId('order', 1), product_id: seedId('product', 39), quantity: 4, price_cents: 1 },
      { order_id: seedId('order', 2), product_id: seedId('product', 39), quantity: 3, price_cents: 1 },
    ],
    headers: merge,
    status: 201,
    json: [{ quantity: 4 }, { quantity: 3 }],
    trips: 1,
  },
  {
    name: 'by what is not unique',
    as: 'grace',
    url: `${products}?on_conflict=name`,
    body: product('up-9'),
    headers: merge,
    status: 400,
    contains: ['42P10'],
    trips: 0,
  },
  {
    name: 'by what is not there',
    as: 'grace',
    url: `${products}?on_conflict=nowhere`,
    body: product('up-9'),
    headers: merge,
    status: 400,
    contains: ['PGRST204', 'nowhere'],
    trips: 0,
  },
  {
    name: 'needs what a new row needs',
    as: 'grace',
    url: products,
    body: { id: 'up-1', stock: 8 },
    headers: merge,
    status: 400,
    contains: ['23502', '"pointer":"/name"', '"pointer":"/category_id"', '"pointer":"/price_cents"'],
    trips: 0,
  },
])

scenarios('ignore', [
  {
    name: 'leaves what is there, and answers what it made',
    as: 'grace',
    url: `${products}?select=id,name`,
    body: [product('up-1', { name: 'ignored' }), product('up-4', { name: 'made' })],
    headers: { prefer: `${ignore.prefer}, count=exact` },
    status: 201,
    json: [{ id: 'up-4', name: 'made' }],
    headersContain: { 'content-range': '*/1' },
    trips: 1,
    check: async () =>
      expect(await stored('products?select=name&id=eq.up-1')).not.toEqual([{ name: 'ignored' }]),
  },
  {
    name: 'has no place for what it did not make',
    as: 'grace',
    url: products,
    body: product('up-1'),
    headers: { prefer: 'resolution=ignore-duplicates' },
    status: 201,
    text: '',
    headersLack: ['location'],
    trips: 1,
  },
  {
    name: 'has a place for what it made',
    as: 'grace',
    url: products,
    body: product('up-5'),
    headers: { prefer: 'resolution=ignore-duplicates' },
    status: 201,
    headersContain: { location: '/rest/v1/products/up-5' },
    trips: 1,
  },
  {
    name: 'shows nothing of a row that is hidden',
    as: 'ada',
    url: '/rest/v1/orders',
    body: [{ id: seedId('order', 1), note: 'x' }],
    headers: ignore,
    status: 201,
    json: [],
    trips: 1,
  },
])

test('without a resolution what is there already is an error, and names no value', async () => {
  const answer = await send({ as: 'grace', url: products, body: product('up-1') })
  expect([answer.status, answer.trips]).toEqual([409, 1])
  expect(JSON.parse(answer.text)).toMatchObject({
    code: '23505',
    message: 'duplicate key value violates a unique constraint of table "products"',
    details: 'Key (id) already exists.',
  })
  expect(answer.text).not.toContain('up-1')
})

test('PUT makes, then replaces: what it leaves out becomes its default', async () => {
  const put = (body: object) =>
    send({
      as: 'grace',
      method: 'PUT',
      url: `${products}/up-put?select=id,name,stock,published`,
      body,
      headers: representation,
    })
  const { id: _, ...rest } = product('up-put')
  const first = await put({ ...rest, stock: 9, published: true })
  expect([first.status, first.headers.get('location')]).toEqual([201, `${products}/up-put`])
  const second = await put({ ...rest, name: 'second' })
  expect([second.status, JSON.parse(second.text), second.trips]).toEqual([
    200,
    { id: 'up-put', name: 'second', stock: 0, published: false },
    1,
  ])
})
