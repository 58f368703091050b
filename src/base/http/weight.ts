/**
 * A weight of content negotiation, 0 to 1 (RFC 9110 §12.4.2). One that is none counts as 0: what cannot be read is
 * not wanted.
 */
export function readWeight(text: string): number {
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : 0
}
