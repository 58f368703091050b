import { afterAll, beforeAll, expect, it } from 'vitest'
import shop from '../../src/backend/index.ts'
import seed, { ada, seedId } from '../../src/backend/seed.ts'
import { anonymous, type Caller, service, type UserCaller } from '../../src/model/caller/caller.ts'
import { ask } from './ask.ts'
import { type Stage, startStage } from './stage.ts'

/** How SQLite finds the rows: by index, and without sorting where the index has the order. */

let stage: Stage
let user: UserCaller

beforeAll(async () => {
  stage = await startStage(shop, seed('small'))
  user = await stage.signIn(ada)
})
afterAll(() => stage.stop())

/** The steps of a plan that touch tables, in their order; `SCAN _t0` of rows that are there already is none. */
async function steps(path: string, caller: Caller): Promise<readonly string[]> {
  const { sent } = await stage.read(ask(path), caller)
  const { rows } = await stage.query(`explain query plan ${sent.sql}`, ...sent.args)
  return rows
    .map((row) => (row[3]?.type === 'text' ? row[3].value : ''))
    .filter((step) => /INDEX|PRIMARY KEY|B-TREE|^SCAN "|^SCAN [a-z]{2}/.test(step))
}

const session = [
  'SEARCH auth_sessions USING INDEX sqlite_autoindex_auth_sessions_1 (id=?)',
  'SEARCH auth_users USING INDEX sqlite_autoindex_auth_users_1 (id=?)',
]

const list = `products?select=id,name&category_id=eq.${seedId('category', 3)}&order=price_cents&limit=20`

it('products of a category by price need no sorting, for the public and for who sees all', async () => {
  expect(await steps(list, anonymous)).toEqual([
    'SEARCH _t0 USING INDEX products_category_id_published_price_cents_idx (category_id=? AND published=?)',
  ])
  expect(await steps(list, service)).toEqual([
    'SEARCH _t0 USING INDEX products_category_id_price_cents_idx (category_id=?)',
  ])
})

it('a session is two look-ups by key, before all others', async () => {
  expect(await steps(list, user)).toEqual([
    ...session,
    'SEARCH _t0 USING INDEX products_category_id_published_price_cents_idx (category_id=? AND published=?)',
  ])
})

it('an item is one look-up by key', async () => {
  expect(await steps(`products/${seedId('product', 3)}?select=id`, anonymous)).toEqual([
    'SEARCH _t0 USING INDEX sqlite_autoindex_products_1 (id=?)',
  ])
})

it('own orders, latest first, with items and products, come by index at every level', async () => {
  const path = 'orders?select=id,order_items(quantity,product(name))&order=created_at.desc&limit=20'
  expect(await steps(path, user)).toEqual([
    ...session,
    'SEARCH _t0 USING INDEX orders_user_id_created_at_idx (user_id=?)',
    'SEARCH _t1 USING INDEX order_items_order_id_product_id_unique (order_id=?)',
    'SEARCH orders USING INDEX sqlite_autoindex_orders_1 (id=?)',
    'SEARCH _t2 USING INDEX sqlite_autoindex_products_1 (id=?)',
  ])
})

it('the page behind a cursor is sought in the index', async () => {
  const request = ask(list)
  const first = await stage.read(
    ask(list.replace('limit=20', 'limit=2').replace('price_cents', 'price_cents,id')),
    anonymous,
  )
  const pages = ask(list.replace('price_cents&', 'price_cents,id&'))
  const intent = { ...pages.intent, afterCursor: true }
  const { sent } = await stage.read({ ...request, intent }, anonymous, first.mark)
  const { rows } = await stage.query(`explain query plan ${sent.sql}`, ...sent.args)
  expect(rows.map((row) => (row[3]?.type === 'text' ? row[3].value : ''))).toContain(
    'SEARCH _t0 USING INDEX products_category_id_published_price_cents_idx (category_id=? AND published=? AND price_cents>?)',
  )
})
