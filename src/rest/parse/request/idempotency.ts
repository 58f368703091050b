import { Problem } from '../../../base/problem.ts'

/** Visible ASCII, as a UUID is; in the draft a text in quotes, which many clients leave out. */
const key = /^(?:"([\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x5b\x5d-\x7e]{1,255}))$/

/**
 * The `Idempotency-Key` of a write; null without one.
 * Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/, section 2.1
 * @throws Problem IDEMPOTENCY_KEY_INVALID
 */
export function readIdempotencyKey(header: string | null): string | null {
  if (header === null) return null
  const [, quoted, bare] = key.exec(header.trim()) ?? []
  const name = quoted ?? bare
  if (name !== undefined) return name
  throw new Problem('IDEMPOTENCY_KEY_INVALID', {
    message: 'An Idempotency-Key is 1 to 255 visible characters of ASCII',
    hint: 'Send a new UUID for each request, and the same one when you send it again.',
  })
}
