import { Problem } from '../../base/problem.ts'
import { nullValue, textValue } from '../../base/statement.ts'
import type { Decode } from './value.ts'

/** PostgREST writes `*` for `%`, because `%` must be escaped in a URL. */
function likePattern(raw: string): string {
  return raw.replaceAll('*', '%')
}

/** For `LIKE … ESCAPE '\'`, which ignores the case of ASCII letters. */
export const decodeIlike: Decode = (raw) => {
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(raw)) throw endsInEscape()
  return textValue(likePattern(raw))
}

/**
 * PostgreSQL's LIKE is case-sensitive, SQLite's is not: GLOB is, with other metacharacters, so `%` and `_` become
 * `*` and `?`, and GLOB's own become literal.
 */
export const decodeLike: Decode = (raw) => textValue(globOf(likePattern(raw)))

/** The decoder of each element of a JSON array of texts. */
export function eachText(decode: Decode): Decode {
  return (raw) =>
    textValue(
      JSON.stringify(
        (JSON.parse(raw) as readonly (string | null)[]).map((item) => {
          const value = item === null ? nullValue : decode(item)
          return value.type === 'text' ? value.value : null
        }),
      ),
    )
}

function globOf(like: string): string {
  let glob = ''
  for (let index = 0; index < like.length; index += 1) {
    const character = like.charAt(index)
    if (character === '\\') {
      index += 1
      if (index === like.length) throw endsInEscape()
      glob += literalInGlob(like.charAt(index))
    } else {
      glob += character === '%' ? '*' : character === '_' ? '?' : literalInGlob(character)
    }
  }
  return glob
}

function endsInEscape(): Problem {
  return new Problem('22023', { message: 'a LIKE pattern must not end with the escape character' })
}

function literalInGlob(character: string): string {
  return character === '*' || character === '?' || character === '[' ? `[${character}]` : character
}
