import { ada, seedId } from '../../../../src/backend/seed.ts'
import { scenarios } from '../../../harness/scenario.ts'
import { representation } from '../../written.ts'

/** POST: bodies of all forms, and what is answered. */

const orders = '/rest/v1/orders'
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
