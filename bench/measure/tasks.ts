import type { Samples } from '../data/samples.ts'

export const contenders = ['floor', 'baseline', 'selvage'] as const
export type Contender = (typeof contenders)[number]

/** One thing that a client wants, and how each Worker is asked for it. All must give the same answer. */
export interface Task<Name extends string = Contender> {
  readonly name: string
  /** Whole HTTP requests as text; the n-th of each Worker asks for the same. */
  readonly requests: Readonly<Record<Name, readonly string[]>>
}

const listed = 'id,name,description,price_cents,stock,published,created_at'
const orders = 'id,status,total_cents,created_at,order_items(id,quantity,price_cents,products(id,name))'

export function makeTasks(samples: Samples, publishableKey: string): readonly Task[] {
  return [
    task('item by id', samples, publishableKey, samples.productIds, askItem),
    listTask('list of 20, filtered and sorted', samples, publishableKey, samples.categoryIds),
    ordersTask('20 own orders with items and products', samples, publishableKey, false),
    ordersTask('the same with exact count', samples, publishableKey, true),
  ]
}

export function listTask(
  name: string,
  samples: Pick<Samples, 'customers'>,
  publishableKey: string,
  categoryIds: readonly string[],
): Task {
  return task(name, samples, publishableKey, categoryIds, askList)
}

export function askItem(productId: string): Ask {
  return { byHand: `/products/${productId}`, selvage: `/rest/v1/products/${productId}` }
}

export function askList(categoryId: string): Ask {
  return {
    byHand: `/products?category_id=${categoryId}`,
    selvage: `/rest/v1/products?category_id=eq.${categoryId}&select=${listed}&order=price_cents&limit=20`,
  }
}

function ordersTask(name: string, samples: Samples, publishableKey: string, counted: boolean): Task {
  const ids = samples.customers.map((customer) => customer.id)
  // The floor reads no token, so it is told whose orders.
  return task(name, samples, publishableKey, ids, (user) => ({
    byHand: `/orders?user=${user}${counted ? '&count=exact' : ''}`,
    selvage: `/rest/v1/orders?select=${orders}&order=created_at.desc&limit=20`,
    ...(counted && { prefer: 'count=exact' }),
  }))
}

/** The path and query of a request to those by hand and to Selvage. */
export interface Ask {
  readonly byHand: string
  readonly selvage: string
  readonly prefer?: string
}

function task(
  name: string,
  { customers }: Pick<Samples, 'customers'>,
  publishableKey: string,
  subjects: readonly string[],
  ask: (subject: string) => Ask,
): Task {
  const asked = subjects.map((subject, index) => {
    const token = customers[index % customers.length]?.token
    const headers = { authorization: `Bearer ${token}` }
    const { byHand, selvage, prefer } = ask(subject)
    return {
      byHand: request(byHand, headers),
      selvage: request(selvage, { ...headers, apikey: publishableKey, ...(prefer && { prefer }) }),
    }
  })
  const byHand = asked.map((each) => each.byHand)
  return { name, requests: { floor: byHand, baseline: byHand, selvage: asked.map((each) => each.selvage) } }
}

/** A whole GET as text. */
export function request(path: string, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ host: '127.0.0.1', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`
}
