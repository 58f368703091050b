/**
 * A UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, then random; text, 36 characters, sorts by time.
 * Ids of one millisecond have no order among themselves.
 */
export function uuidv7(nowMilliseconds: number = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const view = new DataView(bytes.buffer)
  view.setUint16(0, Math.floor(nowMilliseconds / 2 ** 32))
  view.setUint32(2, nowMilliseconds >>> 0)
  view.setUint8(6, 0x70 | (view.getUint8(6) & 0x0f))
  view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f))
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
