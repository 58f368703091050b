import type { Samples } from '../data/samples.ts'
import { aNewId } from '../load/order.ts'

/**
 * Who writes: the Worker by hand, Selvage without audit and outbox (`bare/worker.ts`), the same Worker with an
 * `Idempotency-Key` on each request, and the shop as it is.
 */
export const writers = ['baseline', 'selvage', '+ key', '+ audit, outbox'] as const
export type Writer = (typeof writers)[number]

export interface WriteTask {
  readonly name: string
  /** Rows of `orders`, and of `order_items` with each of them, that one request makes. */
  readonly ordersEach: number
  readonly itemsEach: number
  /** Whole HTTP requests as text; the n-th of each writer asks for the same. */
  readonly requests: Readonly<Record<Writer, readonly string[]>>
  /** A request that all must refuse with 409; null: the task has none. */
  readonly refused: Readonly<Record<Writer, string>> | null
}

export const quantities = [1, 2, 3] as const

/** A product of which no cart but the one that is refused has any. */
export function scarceOf({ productIds: [first] }: Pick<Samples, 'productIds'>): string {
  if (first === undefined) throw new RangeError('there are no products')
  return first
}

export function makeWriteTasks(samples: Samples, publishableKey: string): readonly WriteTask[] {
  const productIds = samples.productIds.slice(1)
  const cart = (subject: number) =>
    quantities.map((quantity, line) => ({
      product_id: productIds[(subject + line * 7) % productIds.length],
      quantity,
    }))
  const task = (name: string, ask: Ask, made: Pick<WriteTask, 'ordersEach' | 'itemsEach'>): WriteTask => ({
    name,
    ...made,
    requests: forEach((writer) =>
      samples.customers.map(({ token }, subject) =>
        request(ask, writer, {
          token,
          publishableKey,
          body: ask.body(noteOf(writer, name, subject), subject),
        }),
      ),
    ),
    refused: null,
  })
  const checkout: Ask = {
    byHand: '/checkout',
    selvage: '/rest/v1/rpc/checkout',
    prefer: null,
    body: (note, subject) => ({ note, lines: cart(subject) }),
  }
  const [first] = samples.customers
  return [
    task(
      'create one order',
      { byHand: '/orders', selvage: '/rest/v1/orders', prefer: null, body: (note) => ({ note }) },
      { ordersEach: 1, itemsEach: 0 },
    ),
    task(
      'create one order, answered with its row',
      {
        byHand: '/orders?return=representation',
        selvage: '/rest/v1/orders',
        prefer: 'return=representation',
        body: (note) => ({ note }),
      },
      { ordersEach: 1, itemsEach: 0 },
    ),
    {
      ...task('checkout of three lines', checkout, { ordersEach: 1, itemsEach: quantities.length }),
      refused: forEach((writer) =>
        request(checkout, writer, {
          token: first?.token ?? '',
          publishableKey,
          // The others alone would be served.
          body: { note: 'refused', lines: [...cart(0), { product_id: scarceOf(samples), quantity: 3 }] },
        }),
      ),
    },
    task(
      'create 100 orders',
      {
        byHand: '/orders/bulk',
        selvage: '/rest/v1/orders',
        prefer: null,
        body: (note) => Array.from({ length: 100 }, () => ({ note })),
      },
      { ordersEach: 100, itemsEach: 0 },
    ),
  ]
}

/** Orders say in their note who wrote them, so that they can be counted. */
export function noteOf(writer: Writer, task: string, subject: number | string): string {
  return `${writer} / ${task} / ${subject}`
}

function forEach<Value>(of: (writer: Writer) => Value): Readonly<Record<Writer, Value>> {
  return {
    baseline: of('baseline'),
    selvage: of('selvage'),
    '+ key': of('+ key'),
    '+ audit, outbox': of('+ audit, outbox'),
  }
}

interface Ask {
  readonly byHand: string
  readonly selvage: string
  readonly prefer: string | null
  readonly body: (note: string, subject: number) => unknown
}

function request(
  ask: Ask,
  writer: Writer,
  sent: { readonly token: string; readonly publishableKey: string; readonly body: unknown },
): string {
  const body = JSON.stringify(sent.body)
  const headers: Readonly<Record<string, string>> = {
    host: '127.0.0.1',
    authorization: `Bearer ${sent.token}`,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...(writer !== 'baseline' && { apikey: sent.publishableKey }),
    ...(writer !== 'baseline' && ask.prefer !== null && { prefer: ask.prefer }),
    ...(writer === '+ key' && { 'idempotency-key': aNewId }),
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST ${writer === 'baseline' ? ask.byHand : ask.selvage} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}
