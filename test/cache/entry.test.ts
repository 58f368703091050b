import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../../src/base/crypto.ts'
import { decodeEntry, encodeEntry, lifeSeconds } from '../../src/cache/entry.ts'
import { entryOf } from './fixture.ts'

const entries = fc
  .record({
    epoch: fc.string({ unit: 'binary' }),
    tick: fc.maxSafeNat(),
    frame: fc.maxSafeNat(),
    versions: fc.dictionary(fc.string({ unit: 'binary' }), fc.maxSafeNat()),
    storedAtMilliseconds: fc.maxSafeNat(),
    maxAgeSeconds: fc.nat(),
    staleWhileRevalidateSeconds: fc.nat(),
    staleIfErrorSeconds: fc.nat(),
    body: fc.uint8Array({ maxLength: 300 }),
  })
  .map(entryOf)

test('an entry comes back as it went in', () => {
  fc.assert(
    fc.property(entries, (entry) => {
      const read = decodeEntry(encodeEntry(entry))
      expect(JSON.stringify(read?.versions)).toBe(JSON.stringify(entry.versions))
      expect({ ...read, versions: {}, body: [...(read?.body ?? [])] }).toEqual({
        ...entry,
        versions: {},
        body: [...entry.body],
      })
    }),
  )
})

test('one that was cut off, or of which a byte was changed, is none', () => {
  fc.assert(
    fc.property(entries, fc.nat(), fc.integer({ min: 1, max: 255 }), (entry, place, change) => {
      const bytes = encodeEntry(entry)
      const at = place % bytes.length
      expect(decodeEntry(bytes.subarray(0, at))).toBeNull()
      expect(decodeEntry(bytes.map((byte, index) => (index === at ? byte ^ change : byte)))).toBeNull()
    }),
  )
})

test('any other bytes are none, and nothing is thrown', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => decodeEntry(bytes) === null))
})

describe('what is whole and still no entry', () => {
  /** As `encodeEntry` seals it, around a head that it does not write. */
  const sealed = (head: string, format = 4) => {
    const rest = `${head}\nbody`
    return Buffer.from(`${format} ${sha256(rest).slice(0, 22)}\n${rest}`)
  }
  const { body: _, ...good } = entryOf()

  test('such a seal is believed', () => {
    expect(decodeEntry(sealed(JSON.stringify(good)))?.tick).toBe(10)
  })

  test.each([
    ['of another format', JSON.stringify(good), 3],
    ['no JSON', '{', 4],
    ['nothing', '', 4],
    ['null', 'null', 4],
    ['a list', '[]', 4],
  ])('%s', (_, head, format) => {
    expect(decodeEntry(sealed(head, format))).toBeNull()
  })

  test.each([
    { epoch: 1 },
    { tick: -1 },
    { tick: 1.5 },
    { tick: null },
    { tick: 2 ** 60 },
    { frame: -1 },
    { frame: 1.5 },
    { frame: null },
    { frame: 2 ** 60 },
    { versions: null },
    { versions: [] },
    { versions: { orders: '3' } },
    { storedAtMilliseconds: null },
    { maxAgeSeconds: -1 },
    { maxAgeSeconds: '60' },
    { staleWhileRevalidateSeconds: null },
    { staleIfErrorSeconds: true },
  ])('%j', (wrong) => {
    expect(decodeEntry(sealed(JSON.stringify({ ...good, ...wrong })))).toBeNull()
  })
})

test('both times past maxAge begin there', () => {
  expect(lifeSeconds(entryOf())).toBe(660)
  expect(lifeSeconds(entryOf({ staleIfErrorSeconds: 0 }))).toBe(90)
})
