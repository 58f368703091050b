import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseExactly } from '../../../src/base/http/exact-json.ts'
import type { Value } from '../../../src/base/statement.ts'
import { encodeCell } from '../../../src/query/input/cell.ts'
import { sampleField } from './columns.ts'

/** A body's JSON, read with all of its digits and encoded, is what Drizzle and SQLite would read. */

const rules = { relation: 'samples' }

function encode(name: string, json: string): Value {
  const encoded = encodeCell(sampleField(name), parseExactly(json), rules)
  if ('failure' in encoded) throw new TypeError(encoded.failure.message)
  return encoded.value
}

function fromDriver(name: string, value: Value): unknown {
  if (value.type === 'null') return null
  return sampleField(name).column.mapFromDriverValue(
    value.type === 'blob' ? Buffer.from(value.base64, 'base64') : value.value,
  )
}

const runs = { seed: 1, numRuns: 1_000 }

test('integers of 64 bits, as numbers and as texts', () => {
  const integers = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  fc.assert(
    fc.property(integers, (integer) => {
      for (const name of ['count', 'big', 'exact'])
        for (const json of [`${integer}`, `"${integer}"`])
          expect(encode(name, json)).toEqual({ type: 'integer', value: `${integer}` })
    }),
    runs,
  )
})

test('integers of any size in blobs', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 200n), max: 10n ** 200n }), (integer) => {
      expect(fromDriver('big_bytes', encode('big_bytes', `${integer}`))).toBe(integer)
    }),
    runs,
  )
})

test('reals bit for bit', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (real) => {
      const expected = real === 0 ? 0 : real
      for (const json of [JSON.stringify(real), `"${real}"`]) {
        const value = encode('ratio', json)
        expect(value.type === 'float' && Object.is(value.value, expected), json).toBe(true)
      }
    }),
    runs,
  )
})

test('numerics: the number that was sent, or none', () => {
  const decimal = fc.tuple(
    fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }),
    fc.integer({ min: 0, max: 10 }),
  )
  fc.assert(
    fc.property(decimal, ([unscaled, scale]) => {
      const sign = unscaled < 0n ? '-' : ''
      const all = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
      const cut = all.length - scale
      const json = scale === 0 ? `${sign}${all}` : `${sign}${all.slice(0, cut)}.${all.slice(cut)}`
      const encoded = encodeCell(sampleField('decimal'), parseExactly(json), rules)
      if ('failure' in encoded) {
        expect(encoded.failure.code).toBe('22003')
        // Fifteen digits always fit into a double.
        expect(all.replace(/^0+/, '').length).toBeGreaterThan(15)
        return
      }
      const { value } = encoded
      if (value.type === 'integer') expect(BigInt(value.value) * 10n ** BigInt(scale)).toBe(unscaled)
      else if (value.type === 'float') expect(scaled(value.value, scale)).toBe(unscaled)
      else throw new TypeError(value.type)
    }),
    runs,
  )
})

/** A double's shortest decimal times 10^scale, where that is whole. */
function scaled(value: number, scale: number): bigint | null {
  const [mantissa = '', power = '0'] = String(value).split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const zeros = Number(power) - fraction.length + scale
  return zeros < 0 ? null : BigInt(`${whole}${fraction}${'0'.repeat(zeros)}`)
}

test('JSON, with numbers of any size', () => {
  const number = fc
    .tuple(
      fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
      // Spelled as JavaScript would: exponents and zeros at the end are not kept.
      fc.constantFrom('', '.5', '.000000000000000000000000000000001'),
    )
    .map(([integer, rest]) => JSON.rawJSON(`${integer}${rest}`))
  const text = fc.string({ unit: 'grapheme' })
  const { document } = fc.letrec<{ document: unknown }>((tie) => ({
    document: fc.oneof(
      { maxDepth: 4 },
      number,
      text,
      fc.boolean(),
      fc.array(fc.oneof(tie('document'), fc.constant(null)), { maxLength: 4 }),
      fc.dictionary(text, tie('document'), { maxKeys: 4 }),
    ),
  }))
  fc.assert(
    fc.property(document, (value) => {
      const json = JSON.stringify(value)
      fc.pre(!json.includes('\\u0000'))
      expect(encode('any', json)).toEqual({ type: 'text', value: json })
      expect(encodeCell(sampleField('any'), json, { ...rules, texts: true })).toEqual({
        value: { type: 'text', value: json },
      })
      expect(fromDriver('json_bytes', encode('json_bytes', json))).toEqual(JSON.parse(json))
    }),
    runs,
  )
})

test('instants', () => {
  const date = fc.date({
    min: new Date('0000-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.499Z'),
    noInvalidDate: true,
  })
  fc.assert(
    fc.property(date, (instant) => {
      const json = JSON.stringify(instant)
      const milliseconds = instant.getTime()
      expect(encode('millis', json)).toEqual({ type: 'integer', value: `${milliseconds}` })
      const seconds =
        BigInt(Math.floor(milliseconds / 1_000)) + (instant.getUTCMilliseconds() >= 500 ? 1n : 0n)
      expect(encode('seconds', json)).toEqual({ type: 'integer', value: `${seconds}` })
    }),
    runs,
  )
})
