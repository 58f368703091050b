import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeEntry, encodeEntry, entryFormat } from '../../../src/cache/entry.ts'
import { edgeTier } from '../../../src/cache/tier/edge.ts'
import { kvTier } from '../../../src/cache/tier/kv.ts'
import { entryOf, noise } from '../fixture.ts'
import { protectionFor } from '../platform.ts'
import { driversOf, edgeOf, insisting, kvOf, type Platforms, startPlatforms } from './drivers.ts'

let platforms: Platforms
beforeAll(async () => {
  platforms = await startPlatforms()
})
afterAll(() => platforms.stop())

const drivers = driversOf(() => platforms)
/** Longer than the clock leaps in one test. */
const life = 86_400

describe.each(drivers)('$name', ({ make, life: brief, tooMuch, on }) => {
  test('has nothing of a key that nobody wrote', async () => {
    expect(await make().get('never')).toBeNull()
  })

  test.each([
    ['nothing', new Uint8Array()],
    ['bytes that are no UTF-8', Uint8Array.of(0xff, 0xfe, 0, 0xc3, 0x28, 10, 13, 0)],
    ['a part of a larger buffer', noise(5_000).subarray(100, 200)],
    ['a megabyte', noise(1_048_576)],
  ])('gives back %s as it was', async (name, value) => {
    const tier = make()
    await tier.put(name, value, life)
    expect(Buffer.compare((await tier.get(name)) ?? Buffer.from('absent'), value)).toBe(0)
    expect(tier.failed).toEqual([])
  })

  test('gives the later of two values', async () => {
    const tier = make()
    await tier.put('twice', noise(30), life)
    await tier.put('twice', noise(20), life)
    expect(await tier.get('twice')).toHaveLength(20)
  })

  test('tells all keys apart, also those that look like a path, a query or an escape', async () => {
    const tier = make()
    const keys = [
      '',
      '.',
      '..',
      '/',
      '//',
      '../x',
      'x',
      'X',
      'x/',
      'x?',
      'x#',
      'x?y',
      'x#y',
      '%78',
      'x%2F',
      'x ',
    ]
    const more = [
      '\\',
      'x:y',
      'é',
      'e\u0301',
      'k',
      '*',
      '\u0000',
      'https://cache.selvage.invalid/kx',
      'knowledge:x',
    ]
    const all = [...keys, ...more]
    for (const [index, key] of all.entries()) await tier.put(key, Uint8Array.of(index), life)
    expect(await Promise.all(all.map((key) => tier.get(key)))).toEqual(
      all.map((_, index) => Uint8Array.of(index)),
    )
    expect(tier.failed).toEqual([])
  })

  test('an entry comes back as it went in; one that was changed or cut off, or is of an old format, is none', async () => {
    const tier = make()
    const bytes = encodeEntry(entryOf())
    const old = Buffer.from(bytes)
    old.write(String(entryFormat - 1))
    const wrong = {
      cut: bytes.subarray(0, -1),
      halved: bytes.subarray(0, bytes.length / 2),
      emptied: new Uint8Array(),
      flipped: bytes.map((byte, index) => (index === 60 ? byte ^ 1 : byte)),
      old,
    }
    const read = async (key: string) => decodeEntry((await tier.get(key)) ?? Buffer.from('absent'))
    await tier.put('whole', bytes, life)
    expect(await read('whole')).toEqual(entryOf())
    for (const [key, value] of Object.entries(wrong)) {
      await tier.put(key, value, life)
      expect(await read(key), key).toBeNull()
    }
    expect(tier.failed).toEqual([])
  })

  if (tooMuch !== null) {
    test('has no room for what is too much, and goes on', async () => {
      const tier = make()
      const [key, value] = tooMuch
      await expect(tier.put(key, value, life)).resolves.toBeUndefined()
      expect(await tier.get(key)).toBeNull()
      await tier.put('after that', noise(3), life)
      expect(await tier.get('after that')).toHaveLength(3)
    })
  }

  if (brief !== null) {
    test('lets a value go after its life, and takes none with a shorter one', async () => {
      const tier = make()
      const { seconds, pass } = brief
      const kept = async () => {
        await tier.put('brief', noise(3), seconds + 0.9)
        return (await tier.get('brief'))?.length
      }
      // A busy machine may let a second pass between the two.
      await expect.poll(kept).toBe(3)
      await tier.put('none', noise(3), seconds - 0.1)
      expect(await tier.get('none')).toBeNull()
      await pass(seconds + 0.1)
      expect(await tier.get('brief')).toBeNull()
      expect(tier.failed).toEqual([])
    })
  }

  if (on !== null) {
    test.each<[string, () => Promise<never>]>([
      ['fails', () => Promise.reject(new Error('down'))],
      [
        'throws',
        () => {
          throw new Error('down')
        },
      ],
      ['hangs', () => new Promise(() => undefined)],
    ])('on a platform that %s is as an empty one, in time, and says so', async (_, method) => {
      const tier = on.make(method, { getDeadlineMilliseconds: 10, putDeadlineMilliseconds: 20 })
      const start = performance.now()
      expect(await tier.get('key')).toBeNull()
      await expect(tier.put('key', noise(3), life)).resolves.toBeUndefined()
      expect(performance.now() - start).toBeLessThan(500)
      expect(tier.failed).toEqual([1, 2].map(() => ({ tier: on.tier, error: expect.any(Error) })))
    })
  }
})

describe('the Cache API', () => {
  test('two isolates see what one put', async () => {
    await edgeTier(platforms.here.cache, protectionFor()).put('shared', noise(3), life)
    expect(await edgeTier(platforms.here.cache, protectionFor()).get('shared')).toHaveLength(3)
  })
})

describe('Workers KV', () => {
  const expiries = async () =>
    new Map((await platforms.here.store.list()).keys.map((key) => [key.name, key.expiration]))

  test('keeps for as long as it was told, and nothing that is of use for less than a minute', async () => {
    const protection = protectionFor()
    const tier = insisting(kvTier(platforms.here.store, protection))
    await tier.put('hour', noise(3), 3_600.5)
    await tier.put('brief', noise(3), 59.9)
    const found = await expiries()
    expect((found.get('selvage/cache/hour') ?? 0) - Date.now() / 1000).toBeCloseTo(3_600, -1)
    expect(found.has('selvage/cache/brief')).toBe(false)
    expect(protection.failed).toEqual([])
  })

  test('what an isolate fills once costs no write: made-up filters are asked for once', async () => {
    const tier = kvTier(platforms.here.store, protectionFor())
    for (let filter = 0; filter < 20; filter += 1) await tier.put(`made up ${filter}`, noise(3), life)
    expect([...(await expiries()).keys()].filter((name) => name.includes('made up'))).toEqual([])
    await tier.put('made up 7', noise(4), life)
    expect(await tier.get('made up 7')).toHaveLength(4)
    expect([...(await expiries()).keys()].filter((name) => name.includes('made up'))).toHaveLength(1)
  })

  test('an isolate writes a key at most once in a minute', async () => {
    let now = 1_000_000
    const tier = kvTier(platforms.here.store, protectionFor({ clock: { nowMilliseconds: () => now } }))
    const put = async (length: number) => {
      await tier.put('often', noise(length), life)
      return (await tier.get('often'))?.length
    }
    expect(await put(1)).toBeUndefined()
    expect(await put(1)).toBe(1)
    now += 59_999
    expect(await put(2)).toBe(1)
    now += 1
    expect(await put(3)).toBe(3)
    // The clock was set back: that must not stop writes for as long.
    now -= 3_600_000
    expect(await put(4)).toBe(4)
  })

  test('says that it refused a key that is too long', async () => {
    const protection = protectionFor()
    const tier = insisting(kvTier(platforms.here.store, protection))
    expect(await tier.get('x'.repeat(600))).toBeNull()
    await tier.put('x'.repeat(600), noise(3), life)
    expect(protection.failed).toHaveLength(2)
    expect(protection.failed[0]?.tier).toBe('world')
  })
})

describe('a place of the simulated world', () => {
  test('whose KV is down, or damages what it has, has nothing', async () => {
    const { world } = platforms
    const tier = kvOf(world.store, { getDeadlineMilliseconds: 100 })
    await tier.put('there', encodeEntry(entryOf()), life)
    world.kv.behave('down')
    expect(await tier.get('there')).toBeNull()
    world.kv.behave('corrupt')
    expect(decodeEntry((await tier.get('there')) ?? Buffer.from('absent'))).toBeNull()
    world.kv.behave('well')
    expect(decodeEntry((await tier.get('there')) ?? Buffer.from('absent'))).toEqual(entryOf())
    expect(tier.failed).toHaveLength(1)
  })

  test('whose data centre was restarted has nothing of before', async () => {
    const tier = edgeOf(platforms.world.cache)
    await tier.put('before', noise(3), life)
    expect(await tier.get('before')).toHaveLength(3)
    await platforms.world.dataCentre.restart()
    expect(await tier.get('before')).toBeNull()
    await tier.put('after', noise(3), life)
    expect(await tier.get('after')).toHaveLength(3)
  })
})
