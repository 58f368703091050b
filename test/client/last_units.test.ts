import { afterAll, beforeAll, expect, test } from 'vitest'
import { ada, bob, grace, linus, seedId } from '../../src/backend/seed.ts'
import { textOf, textValue } from '../../src/base/statement.ts'
import { startTiming } from '../../src/base/timing.ts'
import { connect } from '../../src/database/client.ts'
import { type ClientServer, startServer } from './server.ts'

/** Many at once, over HTTP, of the Worker as it is deployed; replies of the database are lost on the way. */

let server: ClientServer
let tokens: readonly string[] = []
const signIn = async ({ email, password }: { readonly email: string; readonly password: string }) => {
  const answer = await ask('POST', '/auth/v1/token?grant_type=password', { body: { email, password } })
  return (answer.json as { access_token: string }).access_token
}

beforeAll(async () => {
  server = await startServer()
  // One after the other: to check a password takes long on purpose.
  for (const user of [ada, bob, grace, linus]) tokens = [...tokens, await signIn(user)]
})
afterAll(() => server.stop())

interface Ask {
  readonly token?: string
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly isReplyLost?: boolean
}

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly json: unknown
}

async function ask(
  method: string,
  path: string,
  { token, key, headers, body, isReplyLost }: Ask = {},
): Promise<Answer> {
  const requestId = crypto.randomUUID()
  if (isReplyLost) {
    const init = { method: 'POST', body: JSON.stringify({ dropReply: true }) }
    await (await fetch(`${server.wireUrl}/__fault/${requestId}`, init)).arrayBuffer()
  }
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      apikey: token === 'service' ? server.secretKey : server.publishableKey,
      'content-type': 'application/json',
      'x-request-id': requestId,
      ...(token === undefined || token === 'service' ? {} : { authorization: `Bearer ${token}` }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, json: text === '' ? null : JSON.parse(text) }
}

async function query(sql: string, ...args: readonly string[]) {
  const database = connect({ url: server.wireUrl, token: null })
  const { rows } = await database.run({ sql, args: args.map(textValue) }, startTiming())
  return rows.map((row) => row.map((value) => textOf(value)))
}

/** mulberry32: the same losses in each run. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A client as it should be: after a failure, or while the first try is still under way, it sends the same again. */
async function persistent(path: string, options: Ask, random: () => number): Promise<Answer> {
  let answer = await ask('POST', path, { ...options, isReplyLost: random() < 1 / 3 })
  for (let retry = 0; retry < 5 && isPassing(answer); retry += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50 + 200 * random()))
    answer = await ask('POST', path, { ...options, isReplyLost: retry < 4 && random() < 1 / 3 })
  }
  return answer
}

const isPassing = ({ status, json }: Answer) =>
  status >= 500 || (status === 409 && (json as { code: string }).code === 'IDEMPOTENCY_IN_PROGRESS')

const product = 'race-product'
const stock = 10
const clients = 100

test('a hundred checkouts of the last ten, a third of the replies lost: ten orders, nothing left, nothing twice', async () => {
  const row = {
    id: product,
    category_id: seedId('category', 1),
    name: 'Last ones',
    price_cents: 7,
    cost_cents: 1,
  }
  const body = { ...row, stock, published: true }
  expect((await ask('POST', '/rest/v1/products', { token: 'service', body })).status).toBe(201)
  const random = randomFrom(1)
  const answers = await Promise.all(
    Array.from({ length: clients }, (_, n) =>
      persistent(
        '/rest/v1/rpc/checkout?select=id,total_cents',
        {
          token: tokens[n % tokens.length] ?? '',
          key: `race-${n}`,
          body: { lines: [{ product_id: product, quantity: 1 }], note: `race-${n}` },
        },
        random,
      ),
    ),
  )
  const bought = answers.filter(({ status }) => status === 200)
  const refused = answers.filter(
    ({ status, json }) => status === 409 && (json as { code: string }).code === 'P0001',
  )
  expect([bought.length, refused.length]).toEqual([stock, clients - stock])
  const orders = await query("select id, total_cents from orders where note like 'race-%' order by id")
  const told = bought.flatMap(({ json }) =>
    (json as { id: string; total_cents: number }[]).map(({ id }) => id),
  )
  expect(orders).toEqual(told.sort().map((id) => [id, '7']))
  expect(
    await query(
      'select count(*), count(distinct order_id), sum(quantity) from order_items where product_id = ?',
      product,
    ),
  ).toEqual([['10', '10', '10']])
  expect(await query('select stock from products where id = ?', product)).toEqual([['0']])
  // Each unit was taken once, one after the other.
  expect(
    await query(
      "select after ->> 'stock' from selvage_audit where resource = 'products' and operation = 'update' and key ->> 'id' = ? order by id",
      product,
    ),
  ).toEqual(Array.from({ length: stock }, (_, n) => [String(stock - 1 - n)]))
  const events = await query(
    "select event, count(*), count(distinct key) from selvage_outbox where key ->> 'id' in (select id from orders where note like 'race-%' union select ?) group by event order by event",
    product,
  )
  expect(events).toEqual([
    ['order.paid', '10', '10'],
    ['orders.created', '10', '10'],
    ['products.created', '1', '1'],
    ['products.updated', '10', '1'],
  ])
  expect(await query("select count(*) from selvage_idempotency where key like 'race-%'")).toEqual([['10']])
})

test('fifty changes of one version: exactly one wins, each time', async () => {
  const path = `/rest/v1/products/${seedId('product', 9)}`
  const staff = tokens.slice(2)
  for (const round of [1, 2, 3]) {
    const etag = (await ask('GET', path, { token: staff[0] ?? '' })).headers.get('etag') ?? ''
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        ask('PATCH', path, {
          token: staff[n % staff.length] ?? '',
          headers: { 'if-match': etag },
          body: { name: `round ${round}, client ${n}` },
        }),
      ),
    )
    const winners = answers.flatMap(({ status }, n) => (status === 204 ? [n] : []))
    expect([winners.length, answers.filter(({ status }) => status === 412).length]).toEqual([1, 49])
    const { json } = await ask('GET', `${path}?select=name`, { token: staff[0] ?? '' })
    expect(json).toEqual({ name: `round ${round}, client ${winners[0]}` })
  }
  const where = "resource = 'products' and operation = 'update' and key ->> 'id' = ?"
  expect(await query(`select count(*) from selvage_audit where ${where}`, seedId('product', 9))).toEqual([
    ['3'],
  ])
})
