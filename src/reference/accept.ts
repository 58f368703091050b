import { readWeight } from '../base/http/weight.ts'

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
    const weight = weightOf(parameters)
    if (type === 'text/html' || type === 'text/*') html = Math.max(html, weight)
    if (type === 'application/json' || type === 'application/*') json = Math.max(json, weight)
  }
  return html > json
}

function weightOf(parameters: readonly string[]): number {
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
  return weight === undefined ? 1 : readWeight(weight)
}
