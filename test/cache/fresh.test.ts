import { describe, expect, test } from 'vitest'
import { knowledgePage } from '../../src/cache/knowledge/shared.ts'
import { edgeTier } from '../../src/cache/tier/edge.ts'
import { kvTier } from '../../src/cache/tier/kv.ts'
import { moment, orders, startCentre } from './data-centre.ts'
import { entryOf, versionsAt } from './fixture.ts'
import { brief, isolateOf } from './isolate.ts'
import { protectionFor } from './platform.ts'

const centre = startCentre()
const { isolate, at } = centre

describe('a write', () => {
  test('is seen by its isolate at once, and by the data centre when it was told', async () => {
    const [here, there] = [isolate(), isolate()]
    await here.keep(entryOf())
    expect(brief(await here.look(at(1)))).toBe('fresh from memory as of 10')
    expect(brief(await there.look(at(1)))).toBe('fresh from data-centre as of 10')
    const told = here.learn(centre.names.realm, orders(11, 4), moment(1))
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
    await here.learn(centre.names.realm, orders(11, 4), moment(1))
    expect(brief(await there.look(at(2)))).toBe('superseded')
  })

  test('of other tables leaves an entry, and carries it on', async () => {
    const here = isolate()
    await here.keep(entryOf())
    await here.learn(centre.names.realm, versionsAt(20, { orders: 3, users: 9 }), moment(1))
    expect(brief(await here.look(at(1)))).toBe('fresh from memory as of 20')
  })

  test('that overtook a fill: it is kept nowhere, and another is to try', async () => {
    const here = isolate()
    await here.learn(centre.names.realm, orders(11, 4), moment(0))
    expect(await here.keep(entryOf())).toBe('failed')
    expect([here.memory.get(centre.names.key), await centre.near.get(centre.names.key)]).toEqual([null, null])
  })

  test('that another isolate has filled in already: the older one takes no place', async () => {
    const [fast, slow] = [isolate(), isolate()]
    await fast.keep(entryOf({ tick: 12, versions: { orders: 4 } }))
    await slow.keep(entryOf({ storedAtMilliseconds: moment(1) }))
    expect(brief(await isolate().look(at(1)))).toBe('fresh from data-centre as of 12')
    // What it filled in itself is known to be stale since it looked.
    expect(brief(await slow.look(at(1)))).toBe('fresh from data-centre as of 12')
  })

  test('that took nothing from a table: an older answer takes no place in memory', async () => {
    const here = isolate()
    await here.keep(entryOf({ tick: 12 }))
    expect(await here.keep(entryOf({ storedAtMilliseconds: moment(1) }))).toBe('kept')
    expect(here.memory.get(centre.names.key)?.tick).toBe(12)
  })

  test('is told by the entry that was filled in after it, where nothing else tells it', async () => {
    const [here, there] = [isolate(), isolate()]
    await here.keep(entryOf())
    await there.keep(entryOf({ tick: 12, versions: { orders: 4 } }))
    await centre.near.put(knowledgePage(centre.names.realm), Buffer.from('lost'), 60)
    expect(brief(await here.look(at(1)))).toBe('fresh from data-centre as of 12')
  })

  test('that the data centre was never told of is seen after maxAge', async () => {
    const here = isolate()
    await here.keep(entryOf())
    await centre.near.put(knowledgePage(centre.names.realm), Buffer.from('lost'), 60)
    expect(brief(await isolate().look(at(59)))).toBe('fresh from data-centre as of 10')
    expect(brief(await isolate().look(at(60)))).toBe('stale-while-revalidate from data-centre as of 10')
  })

  test('elsewhere in the world is told by the entry that was filled in after it', async () => {
    const world = kvTier(centre.platform.store, protectionFor())
    const here = isolateOf({ dataCentre: centre.near, world }, centre.names)
    await here.keep(
      entryOf({ tick: 1, versions: { orders: 1 }, staleWhileRevalidateSeconds: 0, maxAgeSeconds: 5 }),
    )
    const there = isolateOf(
      { dataCentre: null, world: kvTier(centre.platform.store, protectionFor()) },
      centre.names,
    )
    for (let fills = 0; fills < 2; fills += 1)
      await there.keep(entryOf({ tick: 12, versions: { orders: 4 } }))
    expect(brief(await here.look(at(6)))).toBe('fresh from world as of 12')
    await here.keep(entryOf({ tick: 11, storedAtMilliseconds: moment(6) }))
    expect(brief(await here.look(at(6)))).toBe('fresh from memory as of 12')
  })
})

describe('a bookmark', () => {
  test('that the entry is behind: what the data centre knows may carry it on', async () => {
    const [here, there] = [isolate(), isolate()]
    await here.keep(entryOf())
    await here.look(at(0.5))
    await there.learn(centre.names.realm, versionsAt(15, { orders: 3, users: 2 }), moment(0.6))
    expect(here.recall(at(0.7, 15))).toBeNull()
    expect(brief(await here.look(at(0.7, 15)))).toBe('fresh from memory as of 15')
    expect(brief(await isolate().look(at(0.7, 15)))).toBe('fresh from data-centre as of 15')
    expect(brief(await here.look(at(0.7, 16)))).toBe('behind')
  })

  test('that the entry of another isolate is behind, by one that has just asked', async () => {
    const [here, there] = [isolate(), isolate()]
    await here.look(at(0.5))
    await there.keep(entryOf())
    await there.learn(centre.names.realm, versionsAt(15, { orders: 3, users: 2 }), moment(0.6))
    expect(brief(await here.look(at(0.7, 15)))).toBe('fresh from data-centre as of 15')
  })

  test('of a write to the table: no tier serves what is older, whatever it does not know', async () => {
    const world = kvTier(centre.platform.store, protectionFor())
    await isolateOf({ dataCentre: centre.near, world }, centre.names).keep(entryOf())
    expect(brief(await isolateOf({ dataCentre: centre.near, world }, centre.names).look(at(1, 11)))).toBe(
      'behind',
    )
    expect(brief(await isolateOf({ dataCentre: centre.near, world }, centre.names).look(at(100, 11)))).toBe(
      'behind',
    )
  })

  test('of a database that was restored', async () => {
    const here = isolate()
    await here.keep(entryOf())
    const query = { ...at(1, 1), epoch: 'restored' }
    expect(here.recall(query)).toBeNull()
    expect(brief(await here.look(query))).toBe('epoch')
    await here.keep(entryOf({ epoch: 'restored', tick: 1, storedAtMilliseconds: moment(1) }))
    expect(brief(await here.look(query))).toBe('fresh from memory as of 1')
    // Whoever has none is not given what was before, by nobody.
    expect(brief(await isolate().look(at(2)))).toBe('fresh from data-centre as of 1')
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
    centre.names,
  )
  expect(brief(await here.look(at(0)))).toBe('absent')
  expect(await here.keep(entryOf())).toBe('kept')
  expect(brief(await here.look(at(1)))).toBe('fresh from memory as of 10')
  expect(here.recall(at(1.5))).not.toBeNull()
  await here.learn(centre.names.realm, orders(11, 4), moment(2))
  expect(here.recall(at(2))).toBeNull()
})
