/** Writes of a sharded resource: each goes to one shard, with all that it leaves beside its rows, or is refused. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { textOf } from '../../src/base/statement.ts'
import { type Ask, people, shardOf, startWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
}, 60_000)
afterAll(() => world.stop())

const [staff = '', user = '', other = ''] = people
const ask = (path: string, asked: Ask) => world.ask('sharded', path, asked)
const post = (body: unknown, as: string, headers: Ask['headers'] = {}) =>
  ask('orders', { method: 'POST', as, body: JSON.stringify(body), headers })

/** How many rows of a table there are in the main database and in each shard. */
async function counts(table: string, where = 'true'): Promise<readonly number[]> {
  const results = await Promise.all(
    [0, 1, 2, 3].map((place) => world.query(place, `select count(*) from "${table}" where ${where}`)),
  )
  return results.map(({ rows }) => Number(textOf(rows[0]?.[0])))
}

const inShardOf = (key: string, rows: number) =>
  [0, 0, 0, 0].map((_, place) => (place === shardOf(key) + 1 ? rows : 0))

test('a row lies in the shard of its owner, and so do its audit and its event', async () => {
  const made = await post({ id: 'one', note: 'x' }, user, { prefer: 'return=representation' })
  expect(made.status).toBe(201)
  expect(JSON.parse(made.text)).toMatchObject([{ id: 'one', user_id: user, note: 'x' }])
  expect(made.headers.get('location')).toBe(`/rest/v1/orders/${user},one`)
  // Two trips: the session first, and then the transaction.
  expect(made.trips).toEqual({ main: 1, shards: inShardOf(user, 1).slice(1) })
  expect(made.headers.get('server-timing')).toContain('shards;desc="1 of 3", trips;desc="2"')
  expect(await counts('orders', "id = 'one'")).toEqual(inShardOf(user, 1))
  expect(await counts('selvage_audit', `request_id = '${made.requestId}'`)).toEqual(inShardOf(user, 1))
  expect(await counts('selvage_outbox', `request_id = '${made.requestId}'`)).toEqual(inShardOf(user, 1))
})

test('an Idempotency-Key is kept in the shard: the second time nothing is done', async () => {
  const headers = { 'idempotency-key': 'once', prefer: 'return=representation' }
  const first = await post({ id: 'two' }, user, headers)
  const second = await post({ id: 'two' }, user, headers)
  expect([first.status, second.status, second.text]).toEqual([201, 201, first.text])
  expect(second.headers.get('idempotency-replayed')).toBe('true')
  expect(await counts('selvage_idempotency')).toEqual(inShardOf(user, 1))
})

test('a change and a deletion are for the shard of the policy, of a filter, of the key', async () => {
  const changes = { method: 'PATCH', body: '{"note":"changed"}' }
  const changed = await ask('orders?id=eq.one', { ...changes, as: user })
  expect([changed.status, changed.trips.shards]).toEqual([204, inShardOf(user, 1).slice(1)])
  const filtered = await ask(`orders?user_id=eq.${user}&id=eq.one`, { ...changes, as: staff })
  expect([filtered.status, filtered.trips]).toEqual([204, { main: 1, shards: inShardOf(user, 1).slice(1) }])
  const item = await ask(`orders/${user},one`, { ...changes, as: 'service' })
  expect([item.status, item.trips]).toEqual([204, { main: 0, shards: inShardOf(user, 1).slice(1) }])
  const gone = await ask(`orders/${user},two`, { method: 'DELETE', as: user })
  expect([gone.status, await counts('orders', "id = 'two'")]).toEqual([204, [0, 0, 0, 0]])
})

test('an upsert and PUT find the row that is there', async () => {
  const merge = { prefer: 'resolution=merge-duplicates' }
  expect((await post({ user_id: user, id: 'one', note: 'merged' }, 'service', merge)).status).toBe(201)
  const body = JSON.stringify({ user_id: other, id: 'put', note: 'put' })
  for (const status of [201, 204]) {
    const put = await ask(`orders/${other},put`, { method: 'PUT', as: 'service', body })
    expect([put.status, put.trips.shards]).toEqual([status, inShardOf(other, 1).slice(1)])
  }
  expect(await counts('orders', "note in ('merged', 'put')")).toEqual(
    inShardOf(user, 1).map((rows, place) => rows + (inShardOf(other, 1)[place] ?? 0)),
  )
})

test('rows of one shard may be many, and what refers to them lies beside them', async () => {
  const neighbour = people.find((each) => each !== user && shardOf(each) === shardOf(user)) ?? ''
  const rows = [user, neighbour].map((user_id) => ({ user_id, id: 'many' }))
  expect((await post(rows, 'service')).status).toBe(201)
  const item = (user_id: string) => JSON.stringify({ user_id, order_id: 'many', line: 1 })
  const made = await ask('order_items', { method: 'POST', as: 'service', body: item(user) })
  expect(made.status).toBe(201)
  const orphan = await ask('order_items', { method: 'POST', as: 'service', body: item(other) })
  expect([orphan.status, orphan.text]).toEqual([409, expect.stringContaining('23503')])
  const read = await ask('orders?id=eq.many&select=user_id,order_items(line)&order=user_id', {
    as: 'service',
  })
  expect(JSON.parse(read.text)).toHaveLength(2)
  expect(read.text).toContain('[{"line":1}]')
})

describe('refused by name, and nothing is done', () => {
  const batch = (...operations: readonly unknown[]) => ({ path: '', body: operations })
  const order = (user_id: string) => ({ method: 'POST', path: 'orders', body: { user_id, id: 'refused' } })
  const title = { method: 'POST', path: 'posts', body: { id: 1, title: 'refused' } }

  test.each<[what: string, as: string, method: string, path: string, body: unknown, code: string]>([
    ['rows of two shards', staff, 'POST', 'orders', [order(user).body, order(other).body], 'SHARD_CROSSED'],
    ['a batch over two shards', staff, 'POST', '', batch(order(user), order(other)).body, 'SHARD_CROSSED'],
    [
      'a batch over a shard and the main database',
      staff,
      'POST',
      '',
      batch(title, order(user)).body,
      'SHARD_CROSSED',
    ],
    [
      'a change of a list over two shards',
      staff,
      'PATCH',
      `orders?user_id=in.(${user},${other})`,
      { note: 'refused' },
      'SHARD_CROSSED',
    ],
    [
      'a change that does not say where',
      staff,
      'PATCH',
      'orders?id=eq.one',
      { note: 'refused' },
      'SHARD_UNKNOWN',
    ],
    [
      'a deletion that does not say where',
      'service',
      'DELETE',
      'orders?id=eq.one',
      undefined,
      'SHARD_UNKNOWN',
    ],
    ['a change of the shard key', 'service', 'PATCH', `orders/${user},one`, { user_id: other }, '428C9'],
    [
      'another owner by the path than by the body',
      'service',
      'PUT',
      `orders/${user},one`,
      order(other).body,
      'PGRST115',
    ],
    ['a row of somebody else', user, 'POST', 'orders', order(other).body, '428C9'],
    ['a row of nobody', 'service', 'POST', 'orders', { id: 'refused' }, '23502'],
    ['a procedure that writes a sharded table', user, 'POST', 'rpc/touch', {}, 'SHARD_CROSSED'],
    ['a procedure that reads one', user, 'POST', 'rpc/count', {}, 'SHARD_CROSSED'],
    ['a session that is over', 'gone', 'POST', 'orders', { id: 'refused' }, 'PGRST303'],
    [
      'a session that is over, in a batch',
      'gone',
      'POST',
      '',
      batch({ method: 'POST', path: 'orders', body: { id: 'refused' } }).body,
      'PGRST303',
    ],
  ])('%s', async (_, as, method, path, body, code) => {
    const answer = await ask(path, {
      method,
      as,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    expect(answer.text).toContain(`"code":"${code}"`)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(await counts('orders', "id = 'refused' or note = 'refused'")).toEqual([0, 0, 0, 0])
    expect(await counts('posts')).toEqual([0, 0, 0, 0])
    expect(await counts('orders', "id = 'one'")).toEqual(inShardOf(user, 1))
  })
})

test('a batch says which of its operations does not say where', async () => {
  const change = { method: 'PATCH', path: 'orders?id=eq.one', body: { note: 'refused' } }
  const body = JSON.stringify([
    { method: 'POST', path: 'orders', body: { user_id: user, id: 'refused' } },
    change,
  ])
  const { status, text } = await ask('', { method: 'POST', as: staff, body })
  expect([status, text]).toEqual([400, expect.stringContaining('operation 1: ')])
})

test('a batch over one shard is one transaction', async () => {
  const operations = [
    { method: 'POST', path: 'orders', body: { id: 'batch' } },
    { method: 'POST', path: 'order_items', body: { order_id: 'batch', line: 1 } },
    { method: 'PATCH', path: 'orders?id=eq.batch', body: { note: 'done' } },
  ]
  const answer = await ask('', { method: 'POST', as: user, body: JSON.stringify(operations) })
  expect([answer.status, answer.trips]).toEqual([200, { main: 1, shards: inShardOf(user, 1).slice(1) }])
  expect(await counts('orders', "id = 'batch' and note = 'done'")).toEqual(inShardOf(user, 1))
})

test('what is tried with tx=rollback is undone', async () => {
  const answer = await post({ id: 'tried' }, user, { prefer: 'tx=rollback' })
  expect([answer.status, await counts('orders', "id = 'tried'")]).toEqual([201, [0, 0, 0, 0]])
})
