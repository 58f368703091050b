import { describe, expect, test } from 'vitest'
import { createMemory } from '../../../src/cache/tier/memory.ts'
import { entryOf, noise } from '../fixture.ts'

describe('memory', () => {
  test('is bounded in bytes; what was not used for longest goes', () => {
    const memory = createMemory(100_000)
    const body = new Uint8Array(9_000)
    for (let index = 0; index < 20; index += 1) {
      memory.put(`key ${index}`, entryOf({ body: new Uint8Array(body) }))
      memory.get('key 0')
    }
    const kept = Array.from({ length: 20 }, (_, index) => index).filter((index) => memory.get(`key ${index}`))
    expect(kept).toEqual([0, 11, 12, 13, 14, 15, 16, 17, 18, 19])
  })

  test('counts what an entry takes beside its body', () => {
    const memory = createMemory(100_000)
    for (let index = 0; index < 1_000; index += 1)
      memory.put(`key ${index}`, entryOf({ body: new Uint8Array() }))
    const kept = Array.from({ length: 1_000 }, (_, index) => memory.get(`key ${index}`)).filter(Boolean)
    expect(kept.length).toBeGreaterThan(100)
    expect(kept.length).toBeLessThan(170)
  })

  test('has no place for an entry that would drive out too much', () => {
    const memory = createMemory(100_000)
    memory.put('small', entryOf())
    expect(memory.put('large', entryOf({ body: new Uint8Array(12_000) }))).toBe(false)
    expect([memory.get('large'), memory.get('small')]).toEqual([null, entryOf()])
  })

  test('a body keeps nothing alive but itself', () => {
    const memory = createMemory(100_000)
    const buffer = noise(1_000_000)
    expect(memory.put('part', entryOf({ body: buffer.subarray(500, 600) }))).toBe(true)
    const kept = memory.get('part')?.body
    expect(kept).toEqual(buffer.slice(500, 600))
    expect(kept?.buffer.byteLength).toBe(100)
  })
})
