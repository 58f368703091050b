import { describe, expect, test } from 'vitest'
import { edgeTier } from '../../../src/cache/tier/edge.ts'
import { protectedTier } from '../../../src/cache/tier/protection.ts'
import { noise } from '../fixture.ts'
import { protectionFor } from '../platform.ts'

describe('a tier that is down', () => {
  const never = () => new Promise<never>(() => undefined)
  const fails = async (): Promise<never> => {
    throw new Error('down')
  }

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
