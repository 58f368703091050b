/** Longer than any name needs, and shorter than a label of DNS (63 octets) with what an operator puts before it. */
const maxCharacters = 40

/** A label of DNS in lower case, without two hyphens in a row: so never an internationalised one (`xn--`, RFC 5890 §2.3.1). */
const label = /^[a-z0-9](?:-?[a-z0-9])*$/

/** Whether a text can be the name of a tenant: nothing else is ever looked up, or put into a URL. */
export function isTenantName(text: string): boolean {
  return text.length <= maxCharacters && label.test(text)
}
