import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { edgeTier } from '../../src/cache/tier/edge.ts'
import { kvTier } from '../../src/cache/tier/kv.ts'
import { entryOf, stored } from './fixture.ts'
import { brief, isolateOf, queryAt, watched } from './isolate.ts'
import { type Platform, protectionFor, startPlatform } from './platform.ts'

let platform: Platform
let near: ReturnType<typeof watched>
/** A realm and a key for each test: they share a data centre. */
let names = { realm: '', key: '' }
let number = 0

beforeAll(async () => {
  platform = await startPlatform()
})
afterAll(() => platform.stop())
beforeEach(() => {
  near = watched(edgeTier(platform.cache, protectionFor()))
  number += 1
  names = { realm: `realm ${number}`, key: `key ${number}` }
})

/** One more isolate of the data centre. */
const isolate = () => isolateOf({ dataCentre: near, world: null }, names)
const at = (seconds: number, neededFrame = 0) => queryAt(seconds, names.realm, { neededFrame })
const orders = (frame: number, version: number) => ({ epoch: 'first', frame, versions: { orders: version } })
const moment = (seconds: number) => stored + seconds * 1000

describe('a write', () => {
  test('is seen by its isolate at once, and by the data centre when it was told', async () => {
    const [here, there] = [isolate(), isolate()]
    await here.keep(entryOf())
    expect(brief(await here.look(at(1)))).toBe('fresh from memory as of 10')
    expect(brief(await there.look(at(1)))).toBe('fresh from data-centre as of 10')
    const told = here.learn(names.realm, orders(11, 4), moment(1))
    expect(here.recall(at(1.1))).toBeNull()
    await told
    // For a second the other one trusts what it has.
    expect(there.recall(at(1.999))?.kind).toBe('fresh')
    expect(there.recall(at(2))).toBeNull()
    for (const one of [here, there, isolate()]) {
      expect(brief(await one.look(at(2)))).toMatch(/^stale-if-error from /)
    }
  })

  test('is seen where nothing was, too: the entry of an absent row goes when the row comes', async () => {
    const [here, there] = [isolate(), isolate()]
    await here.keep(
      entryOf({ body: new Uint8Array(), staleIfErrorSeconds: 0, staleWhileRevalidateSeconds: 0 }),
    )
    expect(brief(await there.look(at(1)))).toBe('fresh from data-centre as of 10')
    await here.learn(names.realm, orders(11, 4), moment(1))
    expect(brief(await there.look(at(2)))).toBe('superseded')
  })

  test('of other tables leaves an entry, and carries it on', async () => {
    const here = isolate()
    await here.keep(entryOf())
    await here.learn(names.realm, { epoch: 'first', frame: 20, versions: { orders: 3, users: 9 } }, moment(1))
    expect(brief(await here.look(at(1)))).toBe('fresh from memory as of 20')
  })

  test('that overtook a fill: it is kept nowhere, and another is to try', async () => {
    const here = isolate()
    await here.learn(names.realm, orders(11, 4), moment(0))
    expect(await here.keep(entryOf())).toBe('failed')
    expect([here.memory.get(names.key), await near.get(names.key)]).toEqual([null, null])
  })

  test('that another isolate has filled in already: the older one takes no place', async () => {
    const [fast, slow] = [isolate(), isolate()]
    await fast.keep(entryOf({ frame: 12, versions: { orders: 4 } }))
    await slow.keep(entryOf({ storedAtMilliseconds: moment(1) }))
    expect(brief(await isolate().look(at(1)))).toBe('fresh from data-centre as of 12')
    // What it filled in itself is known to be stale since it looked.
    expect(brief(await slow.look(at(1)))).toBe('fresh from data-centre as of 12')
  })

  test('that took nothing from a table: an older answer takes no place in memory', async () => {
    const here = isolate()
    await here.keep(entryOf({ frame: 12 }))
    expect(await here.keep(entryOf({ storedAtMilliseconds: moment(1) }))).toBe('kept')
    expect(here.memory.get(names.key)?.frame).toBe(12)
  })

  test('is told by the entry that was filled in after it, where nothing else tells it', async () => {
    const [here, there] = [isolate(), isolate()]
    await here.keep(entryOf())
    await there.keep(entryOf({ frame: 12, versions: { orders: 4 } }))
    await near.put(`knowledge:${names.realm}`, Buffer.from('lost'), 60)
    expect(brief(await here.look(at(1)))).toBe('fresh from data-centre as of 12')
  })

  test('that the data centre was never told of is seen after maxAge', async () => {
    const here = isolate()
    await here.keep(entryOf())
    await near.put(`knowledge:${names.realm}`, Buffer.from('lost'), 60)
    expect(brief(await isolate().look(at(59)))).toBe('fresh from data-centre as of 10')
    expect(brief(await isolate().look(at(60)))).toBe('stale-while-revalidate from data-centre as of 10')
  })

  test('elsewhere in the world is told by the entry that was filled in after it', async () => {
    const world = kvTier(platform.store, protectionFor())
    const here = isolateOf({ dataCentre: near, world }, names)
    await here.keep(
      entryOf({ frame: 1, versions: { orders: 1 }, staleWhileRevalidateSeconds: 0, maxAgeSeconds: 5 }),
    )
    const there = isolateOf({ dataCentre: null, world: kvTier(platform.store, protectionFor()) }, names)
    for (let fills = 0; fills < 2; fills += 1)
      await there.keep(entryOf({ frame: 12, versions: { orders: 4 } }))
    expect(brief(await here.look(at(6)))).toBe('fresh from world as of 12')
    await here.keep(entryOf({ frame: 11, storedAtMilliseconds: moment(6) }))
    expect(brief(await here.look(at(6)))).toBe('fresh from memory as of 12')
  })
})

describe('a bookmark', () => {
  test('that the entry is behind: what the data centre knows may carry it on', async () => {
    const [here, there] = [isolate(), isolate()]
    await here.keep(entryOf())
    await here.look(at(0.5))
    await there.learn(
      names.realm,
      { epoch: 'first', frame: 15, versions: { orders: 3, users: 2 } },
      moment(0.6),
    )
    expect(here.recall(at(0.7, 15))).toBeNull()
    expect(brief(await here.look(at(0.7, 15)))).toBe('fresh from memory as of 15')
    expect(brief(await isolate().look(at(0.7, 15)))).toBe('fresh from data-centre as of 15')
    expect(brief(await here.look(at(0.7, 16)))).toBe('behind')
  })

  test('that the entry of another isolate is behind, by one that has just asked', async () => {
    const [here, there] = [isolate(), isolate()]
    await here.look(at(0.5))
    await there.keep(entryOf())
    await there.learn(
      names.realm,
      { epoch: 'first', frame: 15, versions: { orders: 3, users: 2 } },
      moment(0.6),
    )
    expect(brief(await here.look(at(0.7, 15)))).toBe('fresh from data-centre as of 15')
  })

  test('of a write to the table: no tier serves what is older, whatever it does not know', async () => {
    const world = kvTier(platform.store, protectionFor())
    await isolateOf({ dataCentre: near, world }, names).keep(entryOf())
    expect(brief(await isolateOf({ dataCentre: near, world }, names).look(at(1, 11)))).toBe('behind')
    expect(brief(await isolateOf({ dataCentre: near, world }, names).look(at(100, 11)))).toBe('behind')
  })

  test('of a database that was restored', async () => {
    const here = isolate()
    await here.keep(entryOf())
    const query = { ...at(1, 1), epoch: 'restored' }
    expect(here.recall(query)).toBeNull()
    expect(brief(await here.look(query))).toBe('epoch')
    await here.keep(entryOf({ epoch: 'restored', frame: 1, storedAtMilliseconds: moment(1) }))
    expect(brief(await here.look(query))).toBe('fresh from memory as of 1')
    // Whoever has none is not given what was before, by nobody.
    expect(brief(await isolate().look(at(2)))).toBe('fresh from data-centre as of 1')
  })
})

describe('what the data centre is asked and told', () => {
  test('one that tells undoes nothing that others told', async () => {
    await isolate().learn(names.realm, { epoch: 'first', frame: 9, versions: { orders: 4 } }, moment(0))
    await isolate().learn(names.realm, { epoch: 'first', frame: 8, versions: { users: 2 } }, moment(0))
    const here = isolate()
    await here.look(at(1))
    expect(await here.keep(entryOf({ versions: { orders: 3 } }))).toBe('failed')
    expect(await here.keep(entryOf({ versions: { users: 1 } }))).toBe('failed')
  })

  test('a hit in memory waits for nobody, and asks once in half a second, after its answer', async () => {
    const here = isolate()
    await here.keep(entryOf())
    await here.look(at(1))
    near.gets = 0
    for (let tick = 0; tick < 100; tick += 1) expect(here.recall(at(1 + tick / 101))).not.toBeNull()
    expect(near.gets).toBe(0)
    await here.rest()
    expect(near.gets).toBe(1)
    // A request that began before the one that asked is no reason to ask again.
    expect(here.recall(at(0.5))).not.toBeNull()
  })

  test('while many ask none of them waits for the data centre, and what others wrote is heard of sooner', async () => {
    const [here, there] = [isolate(), isolate()]
    await here.keep(entryOf())
    await here.look(at(1))
    for (const seconds of [1.6, 2.4, 3.2]) {
      expect(here.recall(at(seconds))?.kind).toBe('fresh')
      await here.rest()
    }
    await there.learn(names.realm, orders(11, 4), moment(3.3))
    expect(here.recall(at(3.8))?.kind).toBe('fresh')
    await here.rest()
    expect(here.recall(at(3.9))).toBeNull()
  })

  test('who asks now and then asks the data centre before it is answered', async () => {
    const here = isolate()
    await here.keep(entryOf())
    await here.look(at(1))
    expect(here.recall(at(1.4))?.kind).toBe('fresh')
    await here.rest()
    expect(here.recall(at(2))).toBeNull()
  })

  test('that versions still hold is told ten times a second, the last word as well; a new one at once', async () => {
    const here = isolate()
    await here.learn(names.realm, orders(1, 1), moment(0))
    near.puts = 0
    const frames = Array.from({ length: 100 }, (_, index) => 2 + index)
    await Promise.all(frames.map((frame) => here.learn(names.realm, orders(frame, 1), moment(0))))
    // Of a hundred, as many as tenths of a second it took.
    expect(near.puts).toBeGreaterThan(0)
    expect(near.puts).toBeLessThan(20)
    const there = isolate()
    await there.look(at(0))
    expect(there.knownAt(names.realm, ['orders'])).toEqual({ epoch: 'first', frame: 101 })
    const before = near.puts
    await here.learn(names.realm, orders(201, 2), moment(0))
    expect(near.puts).toBe(before + 1)
  })

  test('many isolates that tell at once: what is lost is told again when its isolate next asks', async () => {
    const isolates = Array.from({ length: 8 }, (_, index) => ({ one: isolate(), table: `table ${index}` }))
    await Promise.all(
      isolates.map(({ one, table }) =>
        one.learn(names.realm, { epoch: 'first', frame: 9, versions: { [table]: 2 } }, moment(0)),
      ),
    )
    for (const { one } of isolates) await one.look(at(1))
    const last = isolate()
    await last.look(at(1))
    for (const { table } of isolates)
      expect(await last.keep(entryOf({ versions: { [table]: 1 } }))).toBe('failed')
  })
})

test('with all tiers down an isolate works from its memory', async () => {
  const fail = () => Promise.reject(new Error('down'))
  const protection = protectionFor()
  const here = isolateOf(
    {
      dataCentre: edgeTier({ match: fail, put: fail }, protection),
      world: kvTier({ get: fail, put: fail }, protection),
    },
    names,
  )
  expect(brief(await here.look(at(0)))).toBe('absent')
  expect(await here.keep(entryOf())).toBe('kept')
  expect(brief(await here.look(at(1)))).toBe('fresh from memory as of 10')
  expect(here.recall(at(1.5))).not.toBeNull()
  await here.learn(names.realm, orders(11, 4), moment(2))
  expect(here.recall(at(2))).toBeNull()
})
