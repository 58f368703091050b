/** Several databases asked at once by the Worker as it is deployed: under plain workerd. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fill } from './rows.ts'
import { type Ask, people, shardOf, startWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld(true)
  await fill(world, 10)
}, 60_000)
afterAll(() => world.stop())

const [staff = '', user = ''] = people
const ask = (path: string, asked: Ask = {}) => world.ask('sharded', path, asked)

test('a list over all shards is that of one database, in order, page and count', async () => {
  const asked = { as: 'service', headers: { prefer: 'count=exact' } }
  for (const path of [
    'orders?order=note.desc,total,weight,id,user_id&limit=25&offset=10',
    'orders?select=id,order_items(line)&order_items.order=line&order=amount,user_id,id',
  ]) {
    const [single, sharded] = await Promise.all([world.ask('single', path, asked), ask(path, asked)])
    expect([sharded.status, sharded.text]).toEqual([single.status, single.text])
    expect(sharded.headers.get('content-range')).toBe(single.headers.get('content-range'))
  }
})

test('a session that is over is told at once, whatever the shard does, and the next request is served', async () => {
  const before = performance.now()
  const late = { [shardOf('gone') + 1]: { delayMilliseconds: 1_500 } }
  const answer = await ask('orders', { as: 'gone', faults: late })
  expect(answer.status).toBe(401)
  expect(performance.now() - before).toBeLessThan(1_000)
  expect((await ask('orders', { as: user })).status).toBe(200)
})

test('the session and the shard are asked at the same time', async () => {
  const late = { 0: { delayMilliseconds: 300 }, [shardOf(user) + 1]: { delayMilliseconds: 300 } }
  const before = performance.now()
  expect((await ask('orders', { as: user, faults: late })).status).toBe(200)
  expect(performance.now() - before).toBeLessThan(550)
})

test.each([0, 1, 2, 3])('when database %i fails, the whole list does', async (place) => {
  for (const fault of [{ drop: true }, { cutAfterBytes: 40 }, { status: 500 }] as const) {
    const { status, text } = await ask('orders', { as: staff, faults: { [place]: fault } })
    expect([status, text]).toEqual([503, expect.stringContaining('UNAVAILABLE_DATABASE')])
  }
})

test('what a shard refused because it was busy is sent again, and said', async () => {
  const answer = await ask('orders?limit=1', { as: 'service', faults: { 2: { busy: 1 } } })
  expect([answer.status, answer.trips.shards]).toEqual([200, [1, 2, 1]])
  expect(answer.headers.get('server-timing')).toContain('shards;desc="3 of 3", trips;desc="4"')
})

test('a write whose reply was lost is done once under its key', async () => {
  const headers = { 'idempotency-key': 'lost', prefer: 'return=representation' }
  const asked: Ask = { method: 'POST', as: user, headers, body: '{"id":"lost"}' }
  const lost = await ask('orders', { ...asked, faults: { [shardOf(user) + 1]: { dropReply: true } } })
  expect(lost.status).toBe(503)
  const again = await ask('orders', asked)
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true'])
  expect(JSON.parse((await ask('orders?id=eq.lost&select=id', { as: user })).text)).toHaveLength(1)
})
