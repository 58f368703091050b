/** Which databases a request goes to, what it says of it, and what is told when one of them, or the session, is gone. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fill } from './rows.ts'
import { type Answer, type Ask, people, shardOf, startWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
  await fill(world, 3)
}, 60_000)
afterAll(() => world.stop())

const [staff = '', user = '', other = ''] = people
const ask = (path: string, asked: Ask = {}) => world.ask('sharded', path, asked)
const serverTiming = ({ headers }: Answer) => headers.get('server-timing') ?? ''

/** Trips to each of the shards when only that of a key is asked. */
const only = (key: string, trips = 1) => [0, 1, 2].map((shard) => (shard === shardOf(key) ? trips : 0))
const all = [1, 1, 1]
const devices = ['1', '2', '3', '4', '5'].filter((device) => shardOf(device) !== shardOf('1')).slice(0, 1)
devices.push('1', '01')

test('the people and devices of these tests lie in several shards', () => {
  expect(new Set(people.map(shardOf)).size).toBe(3)
  expect(shardOf(user)).not.toBe(shardOf(other))
  expect(listShards(...devices).filter((trips) => trips > 0)).toHaveLength(2)
})

describe('a read goes to', () => {
  test.each<[what: string, path: string, as: string, main: number, shards: readonly number[]]>([
    ['one shard by its policy', 'orders', user, 1, only(user)],
    ['one by its policy, whatever else is asked', `orders?user_id=eq.${other}`, user, 1, only(user)],
    ['one by a filter', `orders?user_id=eq.${user}`, staff, 1, only(user)],
    ['one by a filter within and=()', `orders?and=(total.gt.0,user_id.eq.${user})`, staff, 1, only(user)],
    ['one by the key of an item', `orders/${user},order-1`, staff, 1, only(user)],
    ['one without a session', 'readings?device=eq.%20002', '', 0, only('2')],
    ['the shards of a list', `readings?device=in.(${devices})`, '', 0, listShards(...devices)],
    ['one for a list of nothing', 'readings?device=in.()', '', 0, [1, 0, 0]],
    ['all without a filter', 'orders', staff, 1, all],
    ['all of a service key', 'orders', 'service', 0, all],
    [
      'all by a filter that may hold elsewhere',
      `orders?or=(user_id.eq.${user},total.gt.0)`,
      'service',
      0,
      all,
    ],
    ['all by one that is turned round', `orders?user_id=not.eq.${user}`, 'service', 0, all],
    ['all by and=() that is turned round', `orders?not.and=(user_id.eq.${user},id.neq.x)`, 'service', 0, all],
    ['all by another operator', `orders?user_id=gte.${user}`, 'service', 0, all],
    ['the main database alone', 'posts', user, 1, [0, 0, 0]],
  ])('%s', async (_, path, as, main, shards) => {
    const answer = await ask(path, { as })
    expect({ status: answer.status, ...answer.trips }).toEqual({ status: 200, main, shards })
    const trips = shards.reduce((sum, each) => sum + each, main)
    const asked = shards.filter((each) => each > 0).length
    expect(serverTiming(answer)).toContain(`trips;desc="${trips}"`)
    if (asked > 0) expect(serverTiming(answer)).toContain(`shards;desc="${asked} of 3"`)
    else expect(serverTiming(answer)).not.toContain('shards')
  })
})

function listShards(...keys: readonly string[]): readonly number[] {
  const asked = new Set(keys.map((key) => shardOf(String(Number(key)))))
  return [0, 1, 2].map((shard) => (asked.has(shard) ? 1 : 0))
}

describe('what several shards cannot answer is refused by name, before any of them is asked', () => {
  test.each([
    ['orders?select=count()', 'service', 400, 'PGRST123', 'user_id=eq.'],
    ['orders?select=status,total.sum()', 'service', 400, 'PGRST123', 'user_id=eq.'],
    ['orders?select=count()', 'gone', 200, '', ''],
    ['orders?offset=4500&limit=501', 'service', 400, 'LIMIT_OFFSET', 'rel=\\"next\\"'],
    ['orders?select=*,posts(*)', 'service', 400, 'PGRST200', 'sharded'],
    ['posts?select=*,orders(*)', 'service', 400, 'PGRST200', ''],
  ])('%s as %s: %i %s', async (path, as, status, code, hint) => {
    const answer = await ask(path, { as })
    if (as === 'gone') return expect(answer.status).toBe(401)
    expect(answer.status).toBe(status)
    expect(answer.text).toContain(`"code":"${code}"`)
    expect(answer.text).toContain(hint)
    expect(answer.trips).toEqual({ main: 0, shards: [0, 0, 0] })
    return undefined
  })

  test('what one shard can answer is not', async () => {
    const { status, text } = await ask(`orders?select=count()&user_id=in.(${user})`, { as: 'service' })
    expect([status, text]).toEqual([200, '[{"count":3}]'])
    expect((await ask('orders?offset=4500&limit=500', { as: 'service' })).status).toBe(200)
    expect((await ask(`orders?offset=50000&user_id=eq.${user}`, { as: 'service' })).status).toBe(200)
  })
})

describe('a session that is over', () => {
  test.each(['orders', 'orders?note=match.[', 'readings', 'orders/user-1,order-1'])('%s', async (path) => {
    const answer = await ask(path, { as: 'gone' })
    expect(answer.status).toBe(401)
    expect(answer.text).toContain('PGRST303')
  })
})

// The last of this file: a shard does not come back.
describe('a shard that does not answer', () => {
  beforeAll(() => world.lose(shardOf(user)))

  test('takes with it what asks for its rows, and nothing else', async () => {
    const statuses = async (...asked: readonly (readonly [path: string, as: string])[]) =>
      Promise.all(asked.map(async ([path, as]) => (await ask(path, { as })).status))
    expect(
      await statuses(['orders', user], ['orders', staff], [`orders?user_id=eq.${user}`, 'service']),
    ).toEqual([503, 503, 503])
    expect(await statuses(['orders', other], [`orders?user_id=eq.${other}`, staff], ['posts', user])).toEqual(
      [200, 200, 200],
    )
  })

  test('is not heard of by a session that is over', async () => {
    const { status, text } = await ask(`orders?user_id=eq.${user}`, { as: 'gone' })
    expect([status, text]).toEqual([401, expect.not.stringContaining('UNAVAILABLE')])
  })

  test('is not heard of by whose policy is about another one', async () => {
    expect((await ask(`orders?user_id=eq.${user}`, { as: other })).text).toBe('[]')
  })

  test('a write is 503, and is nowhere', async () => {
    const { status } = await ask('orders', { method: 'POST', as: user, body: '{"id":"lost"}' })
    expect(status).toBe(503)
  })
})

// It does not come back either.
test('without the main database nobody with a session is answered, whatever the shards say', async () => {
  await world.lose(-1)
  const answers = await Promise.all([
    ask('orders', { as: other }),
    ask(`orders?user_id=eq.${other}`, { as: staff }),
  ])
  expect(answers.map(({ status }) => status)).toEqual([503, 503])
  expect((await ask(`orders?user_id=eq.${other}`, { as: 'service' })).status).toBe(200)
})
