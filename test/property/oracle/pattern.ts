/**
 * LIKE as PostgreSQL documents it (§9.7.1), with PostgREST's `*` for `%`: characters are code points, a backslash
 * makes the next one literal. Straightforward and slow.
 */
export function matchesLike(value: string, pattern: string, ignoresCase: boolean): boolean {
  const fold = (text: string) => (ignoresCase ? text.replace(/[A-Z]/g, (c) => c.toLowerCase()) : text)
  return matchFrom(Array.from(fold(value)), 0, tokensOf(fold(pattern)), 0)
}

type Token = 'many' | 'one' | { readonly literal: string }

function tokensOf(pattern: string): readonly Token[] {
  const tokens: Token[] = []
  let isLiteral = false
  for (const character of pattern) {
    if (isLiteral) {
      tokens.push({ literal: character === '*' ? '%' : character })
      isLiteral = false
    } else if (character === '\\') isLiteral = true
    else if (character === '%' || character === '*') tokens.push('many')
    else tokens.push(character === '_' ? 'one' : { literal: character })
  }
  return tokens
}

function matchFrom(value: readonly string[], at: number, tokens: readonly Token[], next: number): boolean {
  const token = tokens[next]
  if (token === undefined) return at === value.length
  if (token === 'many') {
    for (let start = at; start <= value.length; start += 1)
      if (matchFrom(value, start, tokens, next + 1)) return true
    return false
  }
  if (at >= value.length || (token !== 'one' && token.literal !== value[at])) return false
  return matchFrom(value, at + 1, tokens, next + 1)
}
