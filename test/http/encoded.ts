/** A path and a query as one writes them by hand: names and values become percent-encoded; `&` in a value is fine. */
export function encoded(reference: string): string {
  const question = reference.indexOf('?')
  const path = reference.slice(0, question + 1)
  const pairs = reference.slice(question + 1).split(/&(?=[\w.]+=)/)
  return path + pairs.map(encodedPair).join('&')
}

function encodedPair(pair: string): string {
  const equals = pair.indexOf('=')
  return `${encodeURIComponent(pair.slice(0, equals))}=${encodeURIComponent(pair.slice(equals + 1))}`
}
