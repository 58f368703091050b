import { Problem } from '../../base/problem.ts'
import { textValue } from '../../base/statement.ts'
import type { Decode } from './value.ts'

/**
 * States of the automaton that a pattern may become. SQLite's `regexp` takes time in proportion to the text and to
 * the square of the states, and `{m,n}` is written out: thirty characters could take all memory of the server.
 */
const mostStates = 200

/** A regular expression that is cheap to try. @throws Problem 2201B */
export const decodeRegex: Decode = (raw) => {
  assertSmall([raw])
  return textValue(raw)
}

/** The same of a JSON array of them, all together. */
export const decodeRegexList: Decode = (raw) => {
  const items = JSON.parse(raw) as readonly (string | null)[]
  assertSmall(items.filter((item) => item !== null))
  return textValue(raw)
}

function assertSmall(patterns: readonly string[]): void {
  if (patterns.reduce((sum, pattern) => sum + statesOf(pattern), 0) <= mostStates) return
  throw new Problem('2201B', {
    message: 'the regular expression is too large',
    hint: `Its characters, and what {m,n} repeats, may be ${mostStates} together.`,
  })
}

/**
 * Parts of a pattern as SQLite reads them: an escape, a class, `{m,n}`, a character. In a class `-` always takes the
 * next character along, even `]`; read otherwise, what comes after such a class would be counted as a part of it.
 */
const token =
  /\\[\s\S]|\[\^?(?:(?:\\[\s\S]|[^\\])(?:-(?:\\[\s\S]|[^\\])|(?!-)))+?\]|\{(\d*)(?:,(\d*))?\}|[\s\S]/gu

/** At least as many as there will be, in one pass: a group counts as what is in it, a repetition as all that it repeats. */
export function statesOf(pattern: string): number {
  const outer: number[] = []
  let states = 0
  let atom = 0
  const add = (size: number) => {
    atom = size
    states += size
  }
  for (const [text, least, most] of pattern.matchAll(token)) {
    if (text === '(') {
      outer.push(states)
      states = 0
      add(1)
    } else if (text === ')') {
      const inside = states + 1
      states = outer.pop() ?? 0
      add(inside)
    } else if (least !== undefined) {
      // Each copy may be followed by a fork.
      const repeated = (atom + 1) * (Math.max(Number(least), Number(most ?? least)) + 1)
      states += repeated - atom
      atom = repeated
    } else if (text === '|') {
      add(2)
    } else if ('*+?'.includes(text)) {
      atom += 2
      states += 2
    } else {
      add(text.startsWith('[') ? text.length : 1)
    }
  }
  return states + outer.reduce((sum, each) => sum + each, 0)
}
