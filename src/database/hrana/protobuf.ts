/**
 * The part of Protocol Buffers' wire format that Hrana uses (https://protobuf.dev/programming-guides/encoding/).
 * Writing: a field is a `Uint8Array`, a message the fields one after another. Reading: a visitor is told each field.
 */
const encoder = new TextEncoder()

/** What a field holds: a varint as a number, or as a bigint where a number is not exact; everything else as bytes. */
export type FieldValue = number | bigint | Uint8Array

/** Bytes that are no message, or not one of what was expected. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage'
}

/** Parts one after another. */
export function message(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array<ArrayBuffer> {
  let length = 0
  for (const part of parts) length += part.length
  const bytes = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

export function messageField(field: number, ...fields: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const each of fields) length += each.length
  return message(varint((field << 3) | 2), varint(length), ...fields)
}

export function textField(field: number, text: string): Uint8Array {
  return messageField(field, encoder.encode(text))
}

export function varintField(field: number, value: number): Uint8Array {
  return message(varint(field << 3), varint(value))
}

/** A signed integer of 64 bits, from decimal digits: zigzag, so that small negative ones are short. */
export function sint64Field(field: number, decimal: string): Uint8Array {
  const value = BigInt(decimal)
  return message(varint(field << 3), varint64(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))))
}

export function doubleField(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(9)
  bytes[0] = (field << 3) | 1
  new DataView(bytes.buffer).setFloat64(1, value, true)
  return bytes
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

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  bytes.push(rest)
  return bytes
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
