import { boundedMap } from '../../../base/bounded-map.ts'
import { type ParsedRead, parseRead, type ReadInput } from './read.ts'

/** `parseRead` that remembers: what was parsed before comes again as the same object. Mistakes are not remembered. */
export function readParser(): (input: ReadInput) => ParsedRead {
  const known = boundedMap(charactersKept, (_: ParsedRead, text) => text.length + parsedCharacters)
  return (input) => {
    const text = textOf(input)
    const before = known.get(text)
    if (before !== undefined) return before
    const parsed = parseRead(input)
    known.set(text, parsed)
    return parsed
  }
}

/** Of all texts together, and what was made of them. */
const charactersKept = 4_000_000
/** What a parsed request takes, as so many characters. */
const parsedCharacters = 2_000

/**
 * All that `parseRead` looks at; limits are the server's, and always the same. Of the parts only the first can have a
 * line break in it, so that no two requests share a text.
 */
function textOf({ resource, key, query, headers }: ReadInput): string {
  const parts = ['accept', 'prefer', 'range', 'range-unit'].map((name) => headers.get(name) ?? '')
  return [resource, key === null ? '' : JSON.stringify(key), query, ...parts].join('\n')
}
