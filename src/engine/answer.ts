/** What the database wrote. */
export interface WrittenAnswer {
  /** UTF-8: a JSON array, or CSV lines without the header. */
  readonly body: Uint8Array
  readonly rows: number
  /** All rows that match, when they were to be counted. */
  readonly total: number | null
  /**
   * Of a list, the sort key of its last row as a JSON array, when the order ends in a unique key; of an item, its
   * version, when it has one that the caller may see.
   */
  readonly mark: string | null
}

const newline = 10
const decoder = new TextDecoder()

/** The parts of the one text that a read statement gives (`sql/read.ts`). Null of a text that no such statement gives. */
export function takeApart(text: Uint8Array): WrittenAnswer | null {
  const first = text.indexOf(newline)
  const second = text.indexOf(newline, first + 1)
  const third = text.indexOf(newline, second + 1)
  if (first === -1 || second === -1 || third === -1) return null
  const [rows = '', mark = '', total = ''] = decoder.decode(text.subarray(0, third)).split('\n')
  return {
    body: text.subarray(third + 1),
    rows: Number(rows),
    total: total === '' ? null : Number(total),
    mark: mark === '' ? null : mark,
  }
}

const apart = new WeakMap<Uint8Array, WrittenAnswer>()

/** The same of a text that is kept, and comes again: the parts are then the same, too. */
export function takeApartOnce(text: Uint8Array): WrittenAnswer | null {
  const known = apart.get(text)
  if (known !== undefined) return known
  const answer = takeApart(text)
  if (answer !== null) apart.set(text, answer)
  return answer
}
