import { ada, seedId } from '../../../../src/backend/seed.ts'
import { type Scenario, scenarios } from '../../../harness/scenario.ts'

/** What is refused, how it is called, and which of it costs a trip. */

const draft = '/rest/v1/orders?note=eq.none'
const product = { category_id: seedId('category', 1), name: 'x', price_cents: 5, cost_cents: 2 }

scenarios('constraints', [
  {
    name: '23505 by the key',
    as: 'grace',
    url: '/rest/v1/products',
    body: { ...product, id: seedId('product', 0) },
    status: 409,
    contains: ['"code":"23505"', '"details":"Key (id) already exists."'],
    lacks: [seedId('product', 0)],
    trips: 1,
  },
  {
    name: '23505 by two columns',
    as: 'service',
    url: '/rest/v1/reviews',
    body: ['a', 'b'].map((author_name) => ({
      user_id: ada.id,
      product_id: seedId('product', 38),
      author_name,
      rating: 1,
    })),
    status: 409,
    contains: ['"code":"23505"', 'Key (user_id, product_id) already exists.'],
    trips: 1,
  },
  {
    name: '23503: what a row refers to is not there',
    as: 'grace',
    url: '/rest/v1/products',
    body: { ...product, category_id: 'nowhere' },
    status: 409,
    contains: ['"code":"23503"', 'Key (category_id) is not present in table \\"categories\\".'],
    lacks: ['nowhere'],
    trips: 1,
  },
  {
    name: '23503: others refer to the row',
    as: 'linus',
    method: 'DELETE',
    url: `/rest/v1/products?id=eq.${seedId('product', 0)}`,
    status: 409,
    contains: ['"code":"23503"', 'products'],
    trips: 1,
  },
  {
    name: '23502, found before the trip, for each column',
    as: 'grace',
    url: '/rest/v1/products',
    body: { name: 'x' },
    status: 400,
    contains: [
      '"code":"23502"',
      '"pointer":"/category_id"',
      '"pointer":"/price_cents"',
      '"pointer":"/cost_cents"',
      '3 values',
    ],
    lacks: ['"pointer":"/id"', '"pointer":"/stock"', '"pointer":"/created_at"'],
    trips: 0,
  },
  {
    name: '23502 of a null',
    as: 'grace',
    method: 'PATCH',
    url: `/rest/v1/products?id=eq.${seedId('product', 0)}`,
    body: { name: null },
    status: 400,
    contains: [
      '"code":"23502"',
      'null value in column \\"name\\" of relation \\"products\\"',
      '"pointer":"/name"',
    ],
    trips: 0,
  },
  {
    name: '23514',
    as: 'grace',
    url: '/rest/v1/products',
    body: [{ ...product, price_cents: -1 }],
    status: 400,
    contains: ['"code":"23514"', 'products_price_cents_check', 'It is about: price_cents.'],
    trips: 1,
  },
  {
    name: '22P02',
    as: 'grace',
    url: '/rest/v1/products',
    body: { ...product, price_cents: 'five' },
    status: 400,
    contains: ['"code":"22P02"', '"pointer":"/price_cents"'],
    trips: 0,
  },
  {
    name: '22P02 of a filter',
    as: 'grace',
    method: 'PATCH',
    url: '/rest/v1/products?price_cents=eq.five',
    body: { stock: 1 },
    status: 400,
    contains: ['"code":"22P02"'],
    trips: 0,
  },
])

const everyVerb = [
  { method: 'POST', url: '/rest/v1/RESOURCE', body: {} },
  { method: 'PATCH', url: '/rest/v1/RESOURCE?id=eq.x', body: {} },
  { method: 'PUT', url: '/rest/v1/RESOURCE/x', body: {} },
  { method: 'DELETE', url: '/rest/v1/RESOURCE?id=eq.x' },
  { method: 'DELETE', url: '/rest/v1/RESOURCE/x' },
]

scenarios('42501', [
  ...everyVerb.flatMap((request): readonly Scenario[] => [
    {
      ...request,
      name: `nobody is asked to sign in: ${request.method} ${request.url}`,
      as: 'anon',
      url: request.url.replace('RESOURCE', 'products'),
      status: 401,
      contains: ['"code":"42501"', 'Sign in first.'],
      trips: 0,
    },
    {
      ...request,
      name: `somebody is told that it is not for them: ${request.method} ${request.url}`,
      as: 'ada',
      url: request.url.replace('RESOURCE', 'categories'),
      status: 403,
      contains: ['"code":"42501"', 'permission denied for table categories'],
      trips: 0,
    },
    {
      ...request,
      name: `what is hidden is not there: ${request.method} ${request.url}`,
      as: 'anon',
      url: request.url.replace('RESOURCE', 'orders'),
      status: 404,
      contains: ['PGRST205'],
      trips: 0,
    },
    {
      ...request,
      name: `no key, no answer: ${request.method} ${request.url}`,
      as: 'nobody',
      url: request.url.replace('RESOURCE', 'products'),
      status: 401,
      trips: 0,
    },
  ]),
  {
    name: 'a row that would be another’s to make',
    as: 'ada',
    method: 'PATCH',
    url: `/rest/v1/orders?id=eq.${seedId('order', 0)}`,
    body: { status: 'paid' },
    status: 400,
    contains: ['428C9', 'status'],
    trips: 0,
  },
])

scenarios('fields that are the server’s', [
  ...['user_id', 'status', 'total_cents', 'created_at', 'updated_at'].flatMap((field) =>
    [{ [field]: 'x' }, { [field]: null }, [{ [field]: 'x' }]].map(
      (body): Scenario => ({
        name: `POST ${JSON.stringify(body)}`,
        as: 'ada',
        url: '/rest/v1/orders',
        body,
        status: 400,
        contains: ['"code":"428C9"', `column \\"${field}\\"`],
        trips: 0,
      }),
    ),
  ),
  {
    name: 'nobody but a service key writes a total',
    as: 'linus',
    method: 'PATCH',
    url: draft,
    body: { total_cents: 1 },
    status: 400,
    contains: ['428C9'],
    trips: 0,
  },
  {
    name: 'a key does not change',
    as: 'service',
    method: 'PATCH',
    url: draft,
    body: { id: 'x' },
    status: 400,
    contains: ['428C9', 'primary key'],
    trips: 0,
  },
  {
    name: 'a role is no column',
    as: 'ada',
    method: 'PATCH',
    url: `/rest/v1/orders?id=eq.x`,
    body: { role: 'admin' },
    status: 400,
    contains: ['PGRST204', "'role'"],
    trips: 0,
  },
])

scenarios('a filter that was forgotten', [
  ...['PATCH', 'DELETE'].flatMap((method): readonly Scenario[] =>
    [
      '',
      '?select=id',
      '?order=id',
      '?select=id,customer!inner(id)',
      '?customer.id=eq.x&select=customer(id)',
    ].map((query) => ({
      name: `${method} /orders${query}`,
      as: 'service',
      method,
      url: `/rest/v1/orders${query}`,
      ...(method === 'PATCH' && { body: { note: 'x' } }),
      status: 400,
      contains: ['"code":"21000"', 'requires a WHERE clause'],
      trips: 0,
    })),
  ),
])
