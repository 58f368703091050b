import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Value } from '../../src/base/statement.ts'
import { encodeParts, type KeyParts, keyOf } from '../../src/cache/key.ts'

const text = fc.string({ unit: 'binary', maxLength: 6 })
/** Such that lie near each other: what an encoding takes for one another is there. */
const near = fc.constantFrom(
  '',
  '1',
  '-0',
  '0',
  'null',
  '"',
  '\\',
  '","',
  '],["',
  '\ud800',
  '\ufffd',
  'é',
  'e\u0301',
)
const word = fc.oneof(near, text)
const value: fc.Arbitrary<Value> = fc.oneof(
  fc.constant<Value>({ type: 'null' }),
  fc.record({ type: fc.constant('integer' as const), value: fc.bigInt({ min: -3n, max: 3n }).map(String) }),
  fc.record({
    type: fc.constant('float' as const),
    value: fc.oneof(fc.constantFrom(0, -0, 1, Number.NaN, Number.POSITIVE_INFINITY), fc.double()),
  }),
  fc.record({ type: fc.constant('text' as const), value: word }),
  fc.record({ type: fc.constant('blob' as const), base64: fc.base64String({ maxLength: 8 }) }),
)
const parts: fc.Arbitrary<KeyParts> = fc.record({
  schema: word,
  realm: word,
  statement: word,
  args: fc.array(value, { maxLength: 4 }),
})

/** As the comparison of two `KeyParts`, written without the encoding; Object.is tells the zeros apart. */
function same(a: KeyParts, b: KeyParts): boolean {
  const scalar = (one: Value) => (one.type === 'null' ? null : one.type === 'blob' ? one.base64 : one.value)
  return (
    a.schema === b.schema &&
    a.realm === b.realm &&
    a.statement === b.statement &&
    a.args.length === b.args.length &&
    a.args.every((one, index) => {
      const other = b.args[index]
      return other !== undefined && one.type === other.type && Object.is(scalar(one), scalar(other))
    })
  )
}

test('two keys are equal if, and only if, all their parts are', () => {
  fc.assert(
    fc.property(parts, parts, (a, b) => (keyOf(a) === keyOf(b)) === same(a, b)),
    { numRuns: 2_000 },
  )
})

test('a change of one part changes the key', () => {
  fc.assert(
    fc.property(parts, word, value, fc.nat(), (a, other, argument, place) => {
      const at = place % (a.args.length + 1)
      const changed: readonly KeyParts[] = [
        { ...a, schema: other },
        { ...a, realm: other },
        { ...a, statement: other },
        { ...a, args: a.args.toSpliced(at, 1, argument) },
        { ...a, args: a.args.toSpliced(at, 0, argument) },
        { ...a, args: a.args.toReversed() },
        // The same letters, parted elsewhere.
        { ...a, schema: a.schema + a.realm.slice(0, 1), realm: a.realm.slice(1) },
      ]
      for (const b of changed) expect(keyOf(a) === keyOf(b)).toBe(same(a, b))
    }),
    { numRuns: 1_000 },
  )
})

test('values that print alike are told apart', () => {
  const values: readonly Value[] = [
    { type: 'float', value: 0 },
    { type: 'float', value: -0 },
    { type: 'integer', value: '0' },
    { type: 'text', value: '0' },
    { type: 'blob', base64: '0' },
    { type: 'null' },
    { type: 'text', value: 'null' },
    { type: 'text', value: '' },
    { type: 'text', value: '\ud800' },
    { type: 'text', value: '\udc00' },
    { type: 'text', value: '\ufffd' },
  ]
  const keys = values.map((one) => keyOf({ schema: '', realm: '', statement: '', args: [one] }))
  expect(new Set(keys).size).toBe(values.length)
})

test('the text that is hashed can be read in one way only', () => {
  fc.assert(
    fc.property(parts, (a) => {
      const text = encodeParts(a)
      // UTF-8 has no form for half of a pair: two such texts would be one.
      expect(text.isWellFormed()).toBe(true)
      const [format, schema, realm, statement, ...args]: unknown[] = JSON.parse(text)
      expect([format, schema, realm, statement]).toEqual([4, a.schema, a.realm, a.statement])
      expect(args).toHaveLength(a.args.length)
    }),
  )
})

test('nothing else has a part in it, and it is safe in a URL', () => {
  const bare: KeyParts = {
    schema: 's',
    realm: 't',
    statement: 'select ?',
    args: [{ type: 'text', value: 'é' }],
  }
  const more = {
    ...bare,
    args: [{ type: 'text' as const, value: 'é', bytes: Buffer.from('é') }],
    headers: { 'x-forwarded-host': 'evil' },
  }
  expect(keyOf(more)).toBe(keyOf(bare))
  expect(keyOf(bare)).toMatch(/^[\w-]{43}$/)
})
