import { ada, seedId } from '../../../../src/backend/seed.ts'
import { scenarios } from '../../../harness/scenario.ts'
import { representation } from '../../written.ts'
import { json, orders, refused } from './refused_body.ts'

/** Bodies that are no plain JSON, and those that are too large. */

const shown = `${orders}?select=note,status,total_cents,user_id`
const order = (note: string | null) => ({ note, status: 'draft', total_cents: 0, user_id: ada.id })

scenarios('other forms of a body', [
  {
    name: 'CSV',
    as: 'ada',
    url: shown,
    body: 'note\r\n"a,b"\r\nNULL\r\n"NULL"\r\n',
    headers: { ...representation, 'content-type': 'text/csv' },
    status: 201,
    json: [order('a,b'), order(null), order('NULL')],
    trips: 1,
  },
  {
    name: 'CSV with values of all types',
    as: 'grace',
    url: '/rest/v1/products?select=name,price_cents,attributes,published',
    body: `category_id,name,price_cents,cost_cents,attributes,published\n${seedId('category', 1)},csv,007,1,"{""a"":1}",t`,
    headers: { ...representation, 'content-type': 'text/csv; charset=utf-8' },
    status: 201,
    json: [{ name: 'csv', price_cents: 7, attributes: { a: 1 }, published: true }],
    trips: 1,
  },
  {
    name: 'a form',
    as: 'ada',
    url: shown,
    body: 'note=a+b%26c',
    headers: { ...representation, 'content-type': 'application/x-www-form-urlencoded' },
    status: 201,
    json: [order('a b&c')],
    headersContain: { location: '/rest/v1/orders/' },
    trips: 1,
  },
  {
    name: 'what is said to be one object',
    as: 'ada',
    url: shown,
    body: '{"note":"x"}',
    headers: { ...representation, 'content-type': 'application/vnd.pgrst.object+json' },
    status: 201,
    json: [order('x')],
    trips: 1,
  },
])

scenarios('media types', [
  ...[
    'text/plain',
    'application/octet-stream',
    'multipart/form-data; boundary=x',
    'application/json; charset=latin1',
    'text/xml',
  ].map((type) => refused(type, '{"note":"a"}', 415, 'UNSUPPORTED_MEDIA_TYPE', { 'content-type': type })),
  refused('CSV with a line too short', 'note,id\na', 400, 'PGRST102', { 'content-type': 'text/csv' }),
  refused('CSV that names a column twice', 'note,note\na,b', 400, 'PGRST102', { 'content-type': 'text/csv' }),
  refused('CSV without an end of a quote', 'note\n"a', 400, 'PGRST102', { 'content-type': 'text/csv' }),
  refused('a form without a value', 'note', 400, 'PGRST102', {
    'content-type': 'application/x-www-form-urlencoded',
  }),
  refused('a form that names a column twice', 'note=a&note=b', 400, 'PGRST102', {
    'content-type': 'application/x-www-form-urlencoded',
  }),
])

scenarios('too much', [
  refused('a body of more than a megabyte', `{"note":"${'x'.repeat(1_048_576)}"}`, 413, 'LIMIT_BODY'),
  refused('10,001 rows', `[${'{},'.repeat(10_000)}{}]`, 413, 'LIMIT_BODY_ROWS'),
  json(
    '2,001 names',
    JSON.stringify(Object.fromEntries(Array.from({ length: 2_001 }, (_, n) => [`n${n}`, 1]))),
  ),
])
