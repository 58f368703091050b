/** Base64 with or without padding, also with passlib's `.` for `+`; null of what is none, or empty. */
export function bytesOf(text: string): Uint8Array | null {
  const plain = text.replaceAll('.', '+')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(plain)) return null
  const bytes = Buffer.from(plain, 'base64')
  return bytes.length === 0 ? null : bytes
}
