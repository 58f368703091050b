/**
 * The part of Protocol Buffers' wire format that Hrana uses (https://protobuf.dev/programming-guides/encoding/).
 * Writing: a message is fields one after another, whose bytes come to their place when its length is known, so that each is
 * written once however deep it lies. Reading: a visitor is told each field.
 */

/** A part of a message that is to be written. */
export interface Field {
  /** In bytes. */
  readonly length: number
  readonly put: (bytes: Uint8Array, at: number) => void
}

/** What a field holds: a varint as a number, or as a bigint where a number is not exact; everything else as bytes. */
export type FieldValue = number | bigint | Uint8Array

/** Bytes that are no message, or not one of what was expected. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage'
}

/** Fields one after another. */
export function message(...fields: readonly Field[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(lengthOf(fields))
  putAll(fields, bytes, 0)
  return bytes
}

export function messageField(field: number, ...fields: readonly Field[]): Field {
  return delimited(field, lengthOf(fields), (bytes, at) => putAll(fields, bytes, at))
}

export function textField(field: number, text: string): Field {
  if (isShortAscii(text)) {
    return delimited(field, text.length, (bytes, at) => {
      for (let index = 0; index < text.length; index += 1) bytes[at + index] = text.charCodeAt(index)
    })
  }
  return delimited(field, Buffer.byteLength(text), (bytes, at) => {
    encoder.encodeInto(text, at === 0 ? bytes : bytes.subarray(at))
  })
}

export function bytesField(field: number, value: Uint8Array): Field {
  return delimited(field, value.length, (bytes, at) => bytes.set(value, at))
}

export function varintField(field: number, value: number): Field {
  return {
    length: 1 + varintLength(value),
    put(bytes, at) {
      bytes[at] = field << 3
      putVarint(bytes, at + 1, value)
    },
  }
}

/** A signed integer of 64 bits, from decimal digits: zigzag, so that small negative ones are short. */
export function sint64Field(field: number, decimal: string): Field {
  const value = Number(decimal)
  if (Math.abs(value) < 2 ** 52) return varintField(field, value < 0 ? -2 * value - 1 : 2 * value)
  const exact = BigInt(decimal)
  const digits = varint64(BigInt.asUintN(64, (exact << 1n) ^ (exact >> 63n)))
  return {
    length: 1 + digits.length,
    put(bytes, at) {
      bytes[at] = field << 3
      bytes.set(digits, at + 1)
    },
  }
}

export function doubleField(field: number, value: number): Field {
  return {
    length: 9,
    put(bytes, at) {
      bytes[at] = (field << 3) | 1
      new DataView(bytes.buffer, bytes.byteOffset + at + 1, 8).setFloat64(0, value, true)
    },
  }
}

/** A field that says how long it is. All fields here have one of the fifteen numbers that one byte tells. */
function delimited(field: number, length: number, putContent: Field['put']): Field {
  const head = 1 + varintLength(length)
  return {
    length: head + length,
    put(bytes, at) {
      bytes[at] = (field << 3) | 2
      putVarint(bytes, at + 1, length)
      putContent(bytes, at + head)
    },
  }
}

function lengthOf(fields: readonly Field[]): number {
  let length = 0
  for (const each of fields) length += each.length
  return length
}

function putAll(fields: readonly Field[], bytes: Uint8Array, start: number): void {
  let at = start
  for (const each of fields) {
    each.put(bytes, at)
    at += each.length
  }
}

const encoder = new TextEncoder()

/** To ask the platform takes longer than to look at so many characters. */
function isShortAscii(text: string): boolean {
  if (text.length > 40) return false
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 0x7f) return false
  return true
}

/** The decimal digits of a zigzag varint. */
export function sint64Of(value: FieldValue): string {
  if (typeof value === 'number') return String(value % 2 === 0 ? value / 2 : -(value + 1) / 2)
  if (typeof value === 'bigint') return ((value >> 1n) ^ -(value & 1n)).toString()
  throw new MalformedMessage('an integer is a varint')
}

export function doubleOf(value: FieldValue): number {
  if (!(value instanceof Uint8Array) || value.length !== 8)
    throw new MalformedMessage('a double is eight bytes')
  return new DataView(value.buffer, value.byteOffset, 8).getFloat64(0, true)
}

export function bytesOfField(value: FieldValue): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new MalformedMessage('a message is bytes')
  return value
}

/** @throws MalformedMessage */
export function readFields(bytes: Uint8Array, visit: (field: number, value: FieldValue) => void): void {
  const cursor = { at: 0 }
  while (cursor.at < bytes.length) {
    const tag = Number(readVarint(bytes, cursor))
    visit(tag >>> 3, readValue(bytes, cursor, tag & 7))
  }
}

function readValue(bytes: Uint8Array, cursor: { at: number }, wireType: number): FieldValue {
  switch (wireType) {
    case 0:
      return readVarint(bytes, cursor)
    case 1:
      return take(bytes, cursor, 8)
    case 2:
      return take(bytes, cursor, Number(readVarint(bytes, cursor)))
    case 5:
      return take(bytes, cursor, 4)
    default:
      throw new MalformedMessage(`wire type ${wireType} is not used`)
  }
}

function take(bytes: Uint8Array, cursor: { at: number }, length: number): Uint8Array {
  const end = cursor.at + length
  if (end > bytes.length) throw new MalformedMessage('a message ends too early')
  const taken = bytes.subarray(cursor.at, end)
  cursor.at = end
  return taken
}

/** Up to seven bytes hold 49 bits, which a number holds too. */
function readVarint(bytes: Uint8Array, cursor: { at: number }): number | bigint {
  let value = 0
  for (let index = 0; index < 7; index += 1) {
    const byte = next(bytes, cursor)
    value += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return value
  }
  let large = BigInt(value)
  for (let index = 7n; index < 10n; index += 1n) {
    const byte = next(bytes, cursor)
    large |= BigInt(byte & 0x7f) << (7n * index)
    if (byte < 0x80) return BigInt.asUintN(64, large)
  }
  throw new MalformedMessage('a varint has at most ten bytes')
}

function next(bytes: Uint8Array, cursor: { at: number }): number {
  const byte = bytes[cursor.at++]
  if (byte === undefined) throw new MalformedMessage('a message ends too early')
  return byte
}

function varintLength(value: number): number {
  let length = 1
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) length += 1
  return length
}

function putVarint(bytes: Uint8Array, start: number, value: number): void {
  let at = start
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) {
    bytes[at] = (rest % 0x80) | 0x80
    at += 1
  }
  bytes[at] = rest
}

function varint64(value: bigint): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return bytes
}
