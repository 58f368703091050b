import { beforeEach, describe, expect, test } from 'vitest'
import type { Query } from '../../src/cache/store.ts'
import { kvTier } from '../../src/cache/tier/kv.ts'
import type { Tier } from '../../src/cache/tier/tier.ts'
import { startCentre } from './data-centre.ts'
import { entryOf, stored, versionsAt } from './fixture.ts'
import { brief, queryAt } from './isolate.ts'
import { protectionFor } from './platform.ts'

const centre = startCentre()
const { isolate } = centre
let world: Tier
beforeEach(() => {
  world = kvTier(centre.platform.store, protectionFor())
})
const at = (seconds: number, more: Partial<Query> = {}) => queryAt(seconds, centre.names.realm, more)

describe('where an answer is found', () => {
  test('nowhere', async () => {
    expect(await isolate({ world }).look(at(1))).toEqual({ kind: 'miss', why: 'absent' })
  })

  test('in the memory of the isolate that filled it, without a wait', async () => {
    const here = isolate()
    expect(await here.keep(entryOf())).toBe('kept')
    await here.look(at(1))
    const hit = here.recall(at(1.5))
    expect(hit).toMatchObject({ kind: 'fresh', tier: 'memory', ageSeconds: 1, ttlSeconds: 59, asOfTick: 10 })
    expect(hit?.entry).toBe(here.memory.get(centre.names.key))
  })

  test('in the data centre, by another isolate; from then on in its memory', async () => {
    await isolate().keep(entryOf())
    const there = isolate()
    const finding = await there.look(at(1))
    expect(brief(finding)).toBe('fresh from data-centre as of 10')
    expect(finding).toMatchObject({ entry: entryOf() })
    expect(there.recall(at(1.5))).toMatchObject({ tier: 'memory' })
  })

  test('in the world, by another data centre; from then on in its own', async () => {
    const elsewhere = isolate({ dataCentre: null, world })
    // What is asked for once goes into no world.
    await elsewhere.keep(entryOf())
    expect(brief(await isolate({ world }).look(at(1)))).toBe('absent')
    await elsewhere.keep(entryOf())
    expect(brief(await isolate({ world }).look(at(1)))).toBe('fresh from world as of 10')
    expect(brief(await isolate().look(at(1)))).toBe('fresh from data-centre as of 10')
  })

  test('without any tier but memory', async () => {
    const here = isolate({ dataCentre: null })
    await here.keep(entryOf())
    expect(here.recall(at(59))).toMatchObject({ tier: 'memory' })
    expect(here.recall(at(60))).toBeNull()
    expect(brief(await here.look(at(60)))).toBe('stale-while-revalidate from memory as of 10')
  })

  test('only in memory, when it is for one caller', async () => {
    const here = isolate({ world })
    expect(await here.keep(entryOf(), 'private')).toBe('kept')
    expect([await centre.near.get(centre.names.key), await world.get(centre.names.key)]).toEqual([null, null])
    expect(brief(await here.look(at(1, { scope: 'private' })))).toBe('fresh from memory as of 10')
    expect(brief(await isolate({ world }).look(at(1)))).toBe('absent')
  })

  test('a private one is not looked for where others write', async () => {
    await isolate({ world }).keep(entryOf())
    expect(brief(await isolate({ world }).look(at(1, { scope: 'private' })))).toBe('absent')
  })

  test('one that is of no use at any time is not kept', async () => {
    const none = entryOf({ maxAgeSeconds: 0, staleWhileRevalidateSeconds: 0, staleIfErrorSeconds: 0 })
    const here = isolate({ world })
    expect(await here.keep(none)).toBe('unkept')
    expect([
      here.memory.get(centre.names.key),
      await centre.near.get(centre.names.key),
      await world.get(centre.names.key),
    ]).toEqual([null, null, null])
  })

  test('one that memory has no place for is in the data centre', async () => {
    const large = entryOf({ body: new Uint8Array(500_000) })
    expect(await isolate().keep(large)).toBe('unkept')
    expect(brief(await isolate().look(at(1)))).toBe('fresh from data-centre as of 10')
  })

  test('one that is good comes before one that is nearer', async () => {
    const here = isolate()
    await here.keep(entryOf())
    await isolate().keep(entryOf({ tick: 12, storedAtMilliseconds: stored + 61_000 }))
    expect(brief(await here.look(at(62)))).toBe('fresh from data-centre as of 12')
  })

  test('what is in a tier and is no entry is a miss', async () => {
    for (const bytes of ['', 'x', '1 x\n{}\n']) {
      await centre.near.put(centre.names.key, Buffer.from(bytes), 60)
      expect(brief(await isolate().look(at(1)))).toBe('absent')
    }
  })

  test('an entry of one realm says nothing of the tables of another', async () => {
    const here = isolate()
    await here.keep(entryOf())
    await here.learn('another', versionsAt(20, { orders: 9 }), stored)
    expect(brief(await here.look(at(1)))).toBe('fresh from memory as of 10')
  })
})
