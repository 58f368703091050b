import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bytesField,
  bytesOfField,
  doubleField,
  doubleOf,
  type Field,
  type FieldValue,
  MalformedMessage,
  message,
  messageField,
  readFields,
  sint64Field,
  sint64Of,
  textField,
  varintField,
} from '../../src/database/hrana/protobuf.ts'

function fieldsOf(bytes: Uint8Array): readonly (readonly [field: number, value: FieldValue])[] {
  const fields: (readonly [number, FieldValue])[] = []
  readFields(bytes, (field, value) => fields.push([field, value]))
  return fields
}

const onlyValue = (field: Field): FieldValue => fieldsOf(message(field))[0]?.[1] ?? 'nothing'.length

describe('encodings of the guide to the wire format', () => {
  test.each([
    ['a varint', varintField(1, 150), '089601'],
    ['a text', textField(2, 'testing'), '120774657374696e67'],
    ['a message', messageField(3, varintField(1, 150)), '1a03089601'],
    ['zigzag of -1', sint64Field(2, '-1'), '1001'],
    ['zigzag of 2,147,483,647', sint64Field(2, '2147483647'), '10feffffff0f'],
    ['zigzag of -2,147,483,648', sint64Field(2, '-2147483648'), '10ffffffff0f'],
    ['bytes', bytesField(2, Uint8Array.from([0, 255])), '120200ff'],
    ['a double', doubleField(3, 1), '19000000000000f03f'],
  ])('%s', (_, field, hexadecimal) => {
    expect(Buffer.from(message(field)).toString('hex')).toBe(hexadecimal)
  })
})

test('each integer of 64 bits comes back to the last digit', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      expect(sint64Of(onlyValue(sint64Field(2, String(value))))).toBe(String(value))
    }),
    {
      examples: [0n, -1n, 1n, 2n ** 48n, -(2n ** 48n), 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)].map(
        (n) => [n],
      ),
    },
  )
})

test('each double comes back', () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      expect(doubleOf(onlyValue(doubleField(3, value)))).toBe(value)
    }),
  )
})

test('each text comes back as UTF-8, however deep it lies and whatever stands before it', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom('', 'a'.repeat(40), 'a'.repeat(41), `${'a'.repeat(39)}\u00e9`, '\ud800', 'a\udc00b'),
  )
  fc.assert(
    fc.property(text, text, (before, after) => {
      const deep = messageField(1, textField(2, before), messageField(3, textField(4, after)))
      const [, [, last] = []] = fieldsOf(bytesOfField(onlyValue(deep)))
      const held = [onlyValue(textField(2, before)), fieldsOf(bytesOfField(last ?? 0))[0]?.[1]]
      expect(held).toEqual([before, after].map((each) => new TextEncoder().encode(each)))
    }),
  )
})

test('fields come in their order, with what they hold', () => {
  const long = 'é'.repeat(200)
  const fields = fieldsOf(message(varintField(1, 2 ** 40), textField(2, long), messageField(5)))
  expect(fields.map(([field]) => field)).toEqual([1, 2, 5])
  expect(fields[0]?.[1]).toBe(2 ** 40)
  expect(fields[1]?.[1]).toEqual(new Uint8Array(Buffer.from(long)))
})

test.each([
  ['a varint without an end', [0x08, 0xff]],
  ['a varint of eleven bytes', [0x08, ...Array.from({ length: 10 }, () => 0xff), 0x01]],
  ['a length beyond the end', [0x12, 0x05, 0x61]],
  ['a length of 2^63', [0x12, ...Array.from({ length: 9 }, () => 0xff), 0x01]],
  ['half a double', [0x19, 0, 0, 0]],
  ['a group', [0x0b]],
])('%s is malformed', (_, bytes) => {
  expect(() => fieldsOf(Uint8Array.from(bytes))).toThrow(MalformedMessage)
})

test('any bytes at all are fields or malformed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        fieldsOf(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedMessage)
      }
    }),
    { numRuns: 2_000 },
  )
})
