import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeEntry, encodeEntry } from '../../src/cache/entry.ts'
import { edgeTier } from '../../src/cache/tier/edge.ts'
import { kvTier } from '../../src/cache/tier/kv.ts'
import { createMemory } from '../../src/cache/tier/memory.ts'
import type { Tier } from '../../src/cache/tier/tier.ts'
import { entryOf, noise } from './fixture.ts'
import { type Failure, type Platform, protectionFor, startPlatform } from './platform.ts'

/** Each put comes twice, for the first of a key is none. */
function insisting(tier: Tier): Tier {
  return {
    ...tier,
    async put(key, value, lifeSeconds) {
      await tier.put(key, value, lifeSeconds)
      await tier.put(key, value, lifeSeconds)
    },
  }
}

/** What every tier does, of whatever it is made; memory keeps entries, and here their bodies stand for bytes. */
interface Keeper {
  get(key: string): Promise<Uint8Array | null>
  put(key: string, value: Uint8Array, lifeSeconds: number): Promise<void>
}

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform()
})
afterAll(() => platform.stop())

const drivers: readonly (readonly [string, () => Keeper & { readonly failed: readonly Failure[] }])[] = [
  [
    'memory',
    () => {
      const memory = createMemory(64 * 1_048_576)
      return {
        failed: [],
        get: async (key) => memory.get(key)?.body ?? null,
        put: async (key, body) => {
          memory.put(key, entryOf({ body }))
        },
      }
    },
  ],
  [
    'the Cache API',
    () => {
      const protection = protectionFor()
      return { ...edgeTier(platform.cache, protection), failed: protection.failed }
    },
  ],
  [
    'Workers KV',
    () => {
      // A clock that leaps, for an isolate writes a key once in a minute.
      let now = 0
      const protection = protectionFor({
        clock: {
          nowMilliseconds: () => {
            now += 60_000
            return now
          },
        },
      })
      return { ...insisting(kvTier(platform.store, protection)), failed: protection.failed }
    },
  ],
]

const life = 120

describe.each(drivers)('%s', (_, make) => {
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

  test('an entry comes back as it went in; one that was changed or cut off is none', async () => {
    const tier = make()
    const bytes = encodeEntry(entryOf())
    await tier.put('whole', bytes, life)
    await tier.put('cut', bytes.subarray(0, -1), life)
    await tier.put(
      'flipped',
      bytes.map((byte, index) => (index === 60 ? byte ^ 1 : byte)),
      life,
    )
    const read = async (key: string) => decodeEntry((await tier.get(key)) ?? Buffer.from('absent'))
    expect(await read('whole')).toEqual(entryOf())
    expect(await read('cut')).toBeNull()
    expect(await read('flipped')).toBeNull()
  })
})

describe('the Cache API', () => {
  test('lets a value go after its life; below a second there is none', async () => {
    const tier = edgeTier(platform.cache, protectionFor())
    await tier.put('brief', noise(3), 1.9)
    await tier.put('none', noise(3), 0.9)
    expect([(await tier.get('brief'))?.length, await tier.get('none')]).toEqual([3, null])
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    expect(await tier.get('brief')).toBeNull()
  })

  test('two isolates see what one put', async () => {
    await edgeTier(platform.cache, protectionFor()).put('shared', noise(3), life)
    expect(await edgeTier(platform.cache, protectionFor()).get('shared')).toHaveLength(3)
  })
})

describe('Workers KV', () => {
  const expiries = async () =>
    new Map((await platform.store.list()).keys.map((key) => [key.name, key.expiration]))

  test('keeps for as long as it was told, and nothing that is of use for less than a minute', async () => {
    const protection = protectionFor()
    const tier = insisting(kvTier(platform.store, protection))
    await tier.put('hour', noise(3), 3_600.5)
    await tier.put('brief', noise(3), 59.9)
    const found = await expiries()
    expect((found.get('selvage/cache/hour') ?? 0) - Date.now() / 1000).toBeCloseTo(3_600, -1)
    expect(found.has('selvage/cache/brief')).toBe(false)
    expect(protection.failed).toEqual([])
  })

  test('what an isolate fills once costs no write: made-up filters are asked for once', async () => {
    const tier = kvTier(platform.store, protectionFor())
    for (let filter = 0; filter < 20; filter += 1) await tier.put(`made up ${filter}`, noise(3), life)
    expect([...(await expiries()).keys()].filter((name) => name.includes('made up'))).toEqual([])
    await tier.put('made up 7', noise(4), life)
    expect(await tier.get('made up 7')).toHaveLength(4)
    expect([...(await expiries()).keys()].filter((name) => name.includes('made up'))).toHaveLength(1)
  })

  test('an isolate writes a key at most once in a minute', async () => {
    let now = 1_000_000
    const tier = kvTier(platform.store, protectionFor({ clock: { nowMilliseconds: () => now } }))
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

  test('refuses a key that is too long, and goes on', async () => {
    const protection = protectionFor()
    const tier = insisting(kvTier(platform.store, protection))
    expect(await tier.get('x'.repeat(600))).toBeNull()
    await tier.put('x'.repeat(600), noise(3), life)
    expect(protection.failed).toHaveLength(2)
    expect(protection.failed[0]?.tier).toBe('world')
  })
})
