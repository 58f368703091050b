import { describe, expect, test } from 'vitest'
import { edgeTier } from '../../src/cache/tier/edge.ts'
import { kvTier } from '../../src/cache/tier/kv.ts'
import { protectedTier } from '../../src/cache/tier/protection.ts'
import { noise } from './fixture.ts'
import { protectionFor } from './platform.ts'

const life = 120

describe('a tier that is down', () => {
  const never = () => new Promise<never>(() => undefined)
  const fails = async (): Promise<never> => {
    throw new Error('down')
  }
  const throws = (): never => {
    throw new Error('down')
  }

  test.each([
    ['fails', fails],
    ['throws', throws],
    ['hangs', never],
  ])('that %s is as an empty one, in time', async (_, method) => {
    const protection = protectionFor({ getDeadlineMilliseconds: 10, putDeadlineMilliseconds: 20 })
    const tiers = [
      edgeTier({ match: method, put: method }, protection),
      kvTier({ get: method, put: method }, protection),
    ]
    // KV is not given what is filled once.
    for (const tier of tiers.slice(1)) await tier.put('key', noise(3), life)
    const start = performance.now()
    for (const tier of tiers) {
      expect(await tier.get('key')).toBeNull()
      await expect(tier.put('key', noise(3), life)).resolves.toBeUndefined()
    }
    expect(performance.now() - start).toBeLessThan(500)
    expect(protection.failed.map(({ tier }) => tier)).toEqual([
      'data-centre',
      'data-centre',
      'world',
      'world',
    ])
  })

  test('a body that never ends is a miss, too', async () => {
    const match = async () => new Response(new ReadableStream({ pull: never }))
    const tier = edgeTier({ match, put: fails }, protectionFor({ getDeadlineMilliseconds: 10 }))
    expect(await tier.get('key')).toBeNull()
  })

  test('is left alone after three failures, tried once in a pause, and trusted again', async () => {
    let now = 1_000_000
    let calls = 0
    let isDown = true
    const driver = {
      name: 'world' as const,
      get: async () => {
        calls += 1
        return isDown ? fails() : noise(3)
      },
      put: never,
    }
    const tier = protectedTier(driver, protectionFor({ clock: { nowMilliseconds: () => now } }))
    for (let index = 0; index < 10; index += 1) expect(await tier.get('key')).toBeNull()
    expect(calls).toBe(3)
    now += 5_000
    await Promise.all([tier.get('key'), tier.get('key'), tier.get('key')])
    expect(calls).toBe(4)
    // The clock was set back: the pause must not last for as long.
    now -= 3_600_000
    isDown = false
    expect(await tier.get('key')).toHaveLength(3)
    expect(await tier.get('key')).toHaveLength(3)
    expect(calls).toBe(6)
  })

  test('one failure among successes leaves it in use', async () => {
    let calls = 0
    const get = async () => {
      calls += 1
      return calls % 2 === 0 ? null : fails()
    }
    const tier = protectedTier({ name: 'world', get, put: never }, protectionFor())
    for (let index = 0; index < 10; index += 1) await tier.get('key')
    expect(calls).toBe(10)
  })
})
