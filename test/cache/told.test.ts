/** What the data centre is asked and told of what an isolate knows. */
import { expect, test } from 'vitest'
import { moment, orders, startCentre } from './data-centre.ts'
import { entryOf, frameAt, versionsAt } from './fixture.ts'

const centre = startCentre()
const { isolate, at } = centre

/** An isolate that keeps an answer, and asked the data centre so many seconds after that. */
async function keeping(seconds: number) {
  const here = isolate()
  await here.keep(entryOf())
  await here.look(at(seconds))
  return here
}

test('one that tells undoes nothing that others told', async () => {
  await isolate().learn(centre.names.realm, versionsAt(9, { orders: 4 }), moment(0))
  await isolate().learn(centre.names.realm, versionsAt(8, { users: 2 }), moment(0))
  const here = isolate()
  await here.look(at(1))
  expect(await here.keep(entryOf({ versions: { orders: 3 } }))).toBe('failed')
  expect(await here.keep(entryOf({ versions: { users: 1 } }))).toBe('failed')
})

test('a hit in memory waits for nobody, and asks once in half a second, after its answer', async () => {
  const here = await keeping(1)
  centre.near.gets = 0
  for (let tick = 0; tick < 100; tick += 1) expect(here.recall(at(1 + tick / 101))).not.toBeNull()
  expect(centre.near.gets).toBe(0)
  await here.rest()
  expect(centre.near.gets).toBe(1)
  // A request that began before the one that asked is no reason to ask again.
  expect(here.recall(at(0.5))).not.toBeNull()
})

test('while many ask none of them waits for the data centre, and what others wrote is heard of sooner', async () => {
  const [here, there] = [await keeping(1), isolate()]
  for (const seconds of [1.6, 2.4, 3.2]) {
    expect(here.recall(at(seconds))?.kind).toBe('fresh')
    await here.rest()
  }
  await there.learn(centre.names.realm, orders(11, 4), moment(3.3))
  expect(here.recall(at(3.8))?.kind).toBe('fresh')
  await here.rest()
  expect(here.recall(at(3.9))).toBeNull()
})

test('who asks now and then asks the data centre before it is answered', async () => {
  const here = await keeping(1)
  expect(here.recall(at(1.4))?.kind).toBe('fresh')
  await here.rest()
  expect(here.recall(at(2))).toBeNull()
})

test('who began before others, and waited, takes nothing back of what they asked', async () => {
  const here = await keeping(2)
  expect(here.recall(at(1.2))?.kind).toBe('fresh')
  await here.look(at(1.1, 11))
  await here.rest()
  expect(here.recall(at(2.4))?.kind).toBe('fresh')
})

test('that versions still hold is told ten times a second, the last word as well; a new one at once', async () => {
  const here = isolate()
  await here.learn(centre.names.realm, orders(1, 1), moment(0))
  centre.near.puts = 0
  const ticks = Array.from({ length: 100 }, (_, index) => 2 + index)
  await Promise.all(ticks.map((tick) => here.learn(centre.names.realm, orders(tick, 1), moment(0))))
  // Of a hundred, as many as tenths of a second it took.
  expect(centre.near.puts).toBeGreaterThan(0)
  expect(centre.near.puts).toBeLessThan(20)
  const there = isolate()
  await there.look(at(0))
  expect(there.knownAt(centre.names.realm, ['orders'])).toEqual({
    epoch: 'first',
    tick: 101,
    frame: frameAt(101),
  })
  const before = centre.near.puts
  await here.learn(centre.names.realm, orders(201, 2), moment(0))
  expect(centre.near.puts).toBe(before + 1)
})

test('many isolates that tell at once: what is lost is told again when its isolate next asks', async () => {
  const isolates = Array.from({ length: 8 }, (_, index) => ({ one: isolate(), table: `table ${index}` }))
  await Promise.all(
    isolates.map(({ one, table }) => one.learn(centre.names.realm, versionsAt(9, { [table]: 2 }), moment(0))),
  )
  for (const { one } of isolates) await one.look(at(1))
  const last = isolate()
  await last.look(at(1))
  for (const { table } of isolates)
    expect(await last.keep(entryOf({ versions: { [table]: 1 } }))).toBe('failed')
})

test('of several tables it is known where the latest of them stood', async () => {
  const here = isolate()
  await here.learn(centre.names.realm, versionsAt(9, { orders: 1 }), moment(0))
  await here.learn(centre.names.realm, versionsAt(12, { users: 1 }), moment(0))
  const latest = { epoch: 'first', tick: 12, frame: frameAt(12) }
  expect(here.knownAt(centre.names.realm, ['orders', 'users', 'others'])).toEqual(latest)
})
