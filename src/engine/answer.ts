/** What the database wrote. */
export interface WrittenAnswer {
  /** UTF-8: a JSON array, or CSV lines without the header. */
  readonly body: Uint8Array
  readonly rows: number
  /** All rows that match, when they were to be counted. */
  readonly total: number | null
  /** JSON array of the sort key of the last row; null when the order does not end in a unique key. */
  readonly lastKey: string | null
}

const newline = 10
const decoder = new TextDecoder()

/** The parts of the one text that a read statement gives (`sql/read.ts`). Null of a text that no such statement gives. */
export function takeApart(text: Uint8Array): WrittenAnswer | null {
  const first = text.indexOf(newline)
  const second = text.indexOf(newline, first + 1)
  const third = text.indexOf(newline, second + 1)
  if (first === -1 || second === -1 || third === -1) return null
  const [rows = '', lastKey = '', total = ''] = decoder.decode(text.subarray(0, third)).split('\n')
  return {
    body: text.subarray(third + 1),
    rows: Number(rows),
    total: total === '' ? null : Number(total),
    lastKey: lastKey === '' ? null : lastKey,
  }
}
