import { seedId } from '../../../src/backend/seed.ts'
import { type Scenario, scenarios } from '../../harness/scenario.ts'

const product = (n: number): string => seedId('product', n)
const manyTimes = (column: string): string =>
  Array.from({ length: 80 }, (_, n) => `a${n}:${column}`).join(',')
const list = (...ns: readonly number[]): string => ns.map(product).join(',')

scenarios('columns', [
  {
    name: 'chosen, with an alias and a cast',
    as: 'anon',
    url: `/rest/v1/tags?id=eq.${seedId('tag', 0)}&select=label:name,published::text`,
    status: 200,
    text: '[{"label":"new","published":"true"}]',
    headersContain: { 'content-type': 'application/json', 'content-range': '0-0/*' },
    trips: 1,
  },
  {
    name: 'instants are ISO 8601, booleans are booleans',
    as: 'anon',
    url: `/rest/v1/categories?id=eq.${seedId('category', 1)}&select=name,parent_id,published,created_at`,
    status: 200,
    json: [{ name: 'Books', parent_id: null, published: true, created_at: '2025-01-01T12:01:00.000Z' }],
    trips: 1,
  },
  {
    name: 'a path into JSON, as JSON and as text',
    as: 'anon',
    url: `/rest/v1/products?id=in.(${list(0, 1)})&order=id&select=attributes->sizes,first:attributes->sizes->>0,attributes->>fragile`,
    status: 200,
    contains: ['"sizes":["S","M","L"]', '"first":"S"', '"sizes":[]', '"first":null'],
    trips: 1,
  },
  {
    name: 'an unknown column',
    as: 'anon',
    url: '/rest/v1/tags?select=nope',
    status: 400,
    contains: ['"code":"42703"'],
    headersContain: { 'content-type': 'application/problem+json' },
    trips: 0,
  },
  {
    name: 'an unknown resource',
    as: 'anon',
    url: '/rest/v1/nope',
    status: 404,
    contains: ['"code":"PGRST205"'],
    trips: 0,
  },
])

scenarios('filters', [
  {
    name: 'in, with a comma and a quote inside values',
    as: 'anon',
    url: `/rest/v1/tags?name=in.("a,b",O'Neill,café)&order=name&select=name`,
    status: 200,
    json: [{ name: "O'Neill" }, { name: 'a,b' }, { name: 'café' }],
    trips: 1,
  },
  {
    name: 'not, and, or, nested',
    as: 'anon',
    url: '/rest/v1/categories?or=(name.eq.Home,and(name.like.B*,parent_id.is.null))&name=not.eq.Garden&order=name&select=name',
    status: 200,
    json: [{ name: 'Books' }, { name: 'Home' }],
    trips: 1,
  },
  {
    name: 'a path into JSON',
    as: 'anon',
    url: `/rest/v1/products?id=in.(${list(0, 1, 2, 3)})&attributes->>colour=eq.green&select=id`,
    status: 200,
    json: [{ id: product(1) }],
    trips: 1,
  },
  {
    name: 'full text',
    as: 'anon',
    url: `/rest/v1/products?id=in.(${list(0, 1, 2, 3)})&description=plfts.small series&order=id&select=id`,
    status: 200,
    json: [{ id: product(0) }, { id: product(3) }],
    trips: 1,
  },
  {
    name: 'an operator that there is not',
    as: 'anon',
    url: '/rest/v1/tags?name=nope.x',
    status: 400,
    contains: ['"code":"PGRST100"'],
    trips: 0,
  },
  {
    name: 'a value that is none of the column',
    as: 'anon',
    url: '/rest/v1/products?price_cents=gt.cheap',
    status: 400,
    contains: ['"code":"22P02"'],
    trips: 0,
  },
])

const stockOfThree = `/rest/v1/products?id=in.(${list(0, 7, 1)})&select=stock,count()`
const refusesOrder = (name: string, url: string, column: string): Scenario => ({
  name,
  as: 'anon',
  url,
  status: 400,
  contains: [
    '"code":"42803"',
    `"message":"column ${column} must be selected beside the aggregate to be used in order"`,
  ],
  trips: 0,
})

scenarios('aggregates', [
  {
    name: 'ordered by the column that they are grouped by',
    as: 'anon',
    url: `${stockOfThree}&order=stock`,
    status: 200,
    contains: ['[{"stock":0,"count":2},'],
    trips: 1,
  },
  refusesOrder('ordered by another column', `${stockOfThree}&order=name`, 'products.name'),
  refusesOrder(
    'ordered by a column that is grouped by in part',
    '/rest/v1/products?select=attributes->material,count()&order=attributes->material',
    'products.attributes',
  ),
  refusesOrder(
    'ordered by another column, in an embed',
    '/rest/v1/categories?select=name,products(stock,count())&products.order=price_cents.desc',
    'products.price_cents',
  ),
])

scenarios('embeds', [
  {
    name: 'to one, to itself',
    as: 'anon',
    url: `/rest/v1/categories?id=eq.${seedId('category', 4)}&select=name,parent(name,parent(name))`,
    status: 200,
    json: [{ name: 'Knives', parent: { name: 'Kitchen', parent: { name: 'Home' } } }],
    trips: 1,
  },
  {
    name: 'to many across a joining table, ordered',
    as: 'anon',
    url: `/rest/v1/products?id=eq.${product(1)}&select=tags(name)&tags.order=name.desc`,
    status: 200,
    json: [{ tags: [{ name: 'sale' }, { name: '100%' }] }],
    trips: 1,
  },
  {
    name: 'own orders with their items and products: one trip',
    as: 'ada',
    url: '/rest/v1/orders?order=created_at&limit=2&select=id,order_items(quantity,products(name))',
    status: 200,
    contains: [seedId('order', 0), seedId('order', 2), '"order_items":[{"quantity":', '"products":{"name":'],
    trips: 1,
  },
  {
    name: 'inner and a filter on it',
    as: 'anon',
    url: `/rest/v1/products?select=id,category!inner(name)&category.name=eq.Novels&order=id&limit=1`,
    status: 200,
    contains: ['"category":{"name":"Novels"}'],
    trips: 1,
  },
  {
    name: 'count in an embed',
    as: 'anon',
    url: `/rest/v1/categories?id=eq.${seedId('category', 0)}&select=name,categories(count())`,
    status: 200,
    contains: ['"name":"Home"', '"count":2'],
    trips: 1,
  },
  {
    name: 'more than the database writes into one answer',
    as: 'anon',
    url: `/rest/v1/products?select=tags(products(tags(products(${manyTimes('attributes')}))))`,
    status: 400,
    contains: ['"code":"LIMIT_ANSWER"', 'Ask for fewer rows with limit'],
    trips: 1,
  },
])
