/**
 * Whether a client would rather have HTML than JSON (RFC 9110 §12.5.1): it must name HTML, as browsers do, and not
 * JSON with the same weight or a higher one.
 */
export function prefersHtml(accept: string | null): boolean {
  if (accept === null) return false
  let html = 0
  let json = 0
  for (const item of accept.split(',')) {
    const [type = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase())
    const quality = qualityOf(parameters)
    if (type === 'text/html' || type === 'text/*') html = Math.max(html, quality)
    if (type === 'application/json' || type === 'application/*') json = Math.max(json, quality)
  }
  return html > json
}

/** A weight that is none counts as 0: what cannot be read is not wanted. */
function qualityOf(parameters: readonly string[]): number {
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
  if (weight === undefined) return 1
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(weight) ? Number(weight) : 0
}
