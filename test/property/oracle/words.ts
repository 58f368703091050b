/** Words as FTS5's unicode61 makes them: letters and digits, without case and diacritics. */
export function wordsOf(text: string): readonly string[] {
  return (text.match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu) ?? []).map((word) =>
    word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase(),
  )
}

/**
 * The full-text operators over words: `fts` here with `&`, `|` and `!`, one level of each; `wfts` with quotes, `or`
 * and minus.
 */
export function matchesWords(
  text: string,
  operator: 'fts' | 'plfts' | 'phfts' | 'wfts',
  query: string,
): boolean {
  const words = wordsOf(text)
  switch (operator) {
    case 'plfts':
      return wordsOf(query).length > 0 && wordsOf(query).every((word) => words.includes(word))
    case 'phfts':
      return hasPhrase(words, wordsOf(query))
    case 'fts':
      return query.split('|').some((terms) =>
        terms.split('&').every((term) => {
          const word = term.trim()
          return word.startsWith('!')
            ? !hasPhrase(words, wordsOf(word.slice(1)))
            : hasPhrase(words, wordsOf(word))
        }),
      )
    case 'wfts':
      return query.split(/\s+or\s+/i).some((terms) => {
        const parts = [...terms.matchAll(/(-?)(?:"([^"]*)"|(\S+))/g)]
        return parts.every(([, minus, phrase, word]) => {
          const found = hasPhrase(words, wordsOf(phrase ?? word ?? ''))
          return minus === '-' ? !found : found
        })
      })
  }
}

function hasPhrase(words: readonly string[], phrase: readonly string[]): boolean {
  if (phrase.length === 0) return false
  return words.some((_, start) => phrase.every((word, offset) => words[start + offset] === word))
}
