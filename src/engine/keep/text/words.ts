/** The words and signs of SQL, without its comments; what is quoted is one word. */
export function wordsOf(sql: string): readonly string[] {
  return [...sql.matchAll(token)].map(([word]) => word).filter((word) => !comment.test(word))
}

const token =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[\p{L}\p{N}_$]+|\S/gu
const comment = /^(?:--|\/\*)/

/** What a word says without its quotes. */
export function bare(word: string): string {
  const [quote = ''] = word
  if (quote === '[') return word.slice(1, -1)
  return '\'"`'.includes(quote) ? word.slice(1, -1).replaceAll(quote + quote, quote) : word
}
