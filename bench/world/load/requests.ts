import type { Person } from '../node/people.ts'
import { type Note, noteOf } from '../node/people.ts'
import type { Ask } from './wire.ts'

/** Requests of the shop's clients, without the headers that say who asks. */
export const page = (category: string): Ask =>
  get(
    `/rest/v1/products?select=id,name,price_cents,stock,description,category:categories(name)` +
      `&category_id=eq.${category}&order=price_cents,id&limit=20`,
  )

export const item = (product: string): Ask =>
  get(`/rest/v1/products/${product}?select=id,name,price_cents,stock,description`)

/** What is published, and what the caller alone may see. */
export const reviewsOf = (product: string): Ask =>
  get(
    `/rest/v1/reviews?select=author_name,rating,body&product_id=eq.${product}&order=created_at.desc,id&limit=20`,
  )

/** How many orders `ownOrders` answers at most. */
export const ownLimit = 20

/** The same address for all: what it answers is the caller's. The last written come first. */
export const ownOrders: Ask = get(
  '/rest/v1/orders?select=id,note,status,updated_at,order_items(quantity,product:products(name))' +
    `&order=updated_at.desc,id.desc&limit=${ownLimit}`,
)

export const order = (id: string): Ask => get(`/rest/v1/orders/${id}`)

export function createOrder(note: Note): Ask {
  return post('/rest/v1/orders?select=id,note', { note: noteOf(note) })
}

export function changeOrder(id: string, note: Note): Ask {
  return patch(`/rest/v1/orders?select=id,note&id=eq.${id}`, { note: noteOf(note) })
}

/** Buys one piece. */
export function checkout(product: string, note: Note): Ask {
  return post('/rest/v1/rpc/checkout', { lines: [{ product_id: product, quantity: 1 }], note: noteOf(note) })
}

export function changeProduct(id: string, description: string): Ask {
  return patch(`/rest/v1/products?select=id,description&id=eq.${id}`, { description })
}

export function introduceProduct(id: string, category: string, description: string): Ask {
  const prices = { price_cents: 100_000, cost_cents: 1 }
  return post('/rest/v1/products?select=id,description', {
    ...{ id, category_id: category, name: 'Something new', published: true, description, ...prices },
  })
}

export function signIn({ email, password }: Person): Ask {
  return post('/auth/v1/token?grant_type=password', { email, password })
}

function get(path: string): Ask {
  return { method: 'GET', path, headers: {}, body: null }
}

function post(path: string, body: unknown): Ask {
  return { method: 'POST', path, headers: { prefer: 'return=representation' }, body: JSON.stringify(body) }
}

function patch(path: string, body: unknown): Ask {
  return { method: 'PATCH', path, headers: { prefer: 'return=representation' }, body: JSON.stringify(body) }
}
