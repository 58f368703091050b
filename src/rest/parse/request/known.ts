import { boundedMap } from '../../../base/memory/bounded-map.ts'
import { type ParsedRead, parseRead, type ReadInput } from './read.ts'

/** `parseRead` that remembers: what was parsed before comes again as the same object. Mistakes are not remembered. */
export function readParser(): (input: ReadInput) => ParsedRead {
  const known = boundedMap(bytesKept, (_: ParsedRead, text) => parsedBytes + text.length * characterBytes)
  return (input) => {
    const text = textOf(input)
    const before = known.get(text)
    if (before !== undefined) return before
    const parsed = parseRead(input)
    known.set(text, parsed)
    return parsed
  }
}

/** Of all texts together, and what was made of them: an isolate has 128 MB for everything. */
const bytesKept = 12_000_000
/** What a parsed request takes at the least. */
const parsedBytes = 2_000
/** The most that is made of one character: of `a,b,c` in `select` an object each, and its part in the name of the shape. */
const characterBytes = 45

/**
 * All that `parseRead` looks at; limits are the server's, and always the same. Of the parts only the first can have a
 * line break in it, so that no two requests share a text.
 */
function textOf({ resource, key, query, headers }: ReadInput): string {
  const parts = ['accept', 'prefer', 'range', 'range-unit'].map((name) => headers.get(name) ?? '')
  return [resource, key === null ? '' : JSON.stringify(key), query, ...parts].join('\n')
}
