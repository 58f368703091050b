import { createHash, createHmac } from 'node:crypto'

/** HMAC-SHA-256 (RFC 2104) over a purpose and a text, base64url: a key of one purpose is none for another. */
export function signature(secret: string, purpose: string, text: string): string {
  return createHmac('sha256', secret).update(`${purpose}\0${text}`).digest('base64url')
}

/** The first 128 bits of SHA-256, base64url: to tell texts apart, also those that somebody made to collide. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22)
}
