/**
 * A text of others as part of a line: a line break in a subject begins another header (RFC 5322 §2.2), and what looks
 * like an address of a page would be made a link by the reader's program.
 * @param most characters (code points)
 */
export function oneLine(text: string, most: number): string {
  return withoutBreaks(text.replaceAll('://', ' '), most)
}

/** The same of a text of the author's, who may name a page. */
export function withoutBreaks(text: string, most: number): string {
  const plain = text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
  return Array.from(plain).slice(0, most).join('').trim()
}
