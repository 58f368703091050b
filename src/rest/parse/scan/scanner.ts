/**
 * One scanner for all the little grammars of a query string: a text and an index that only moves forward, so
 * that no input costs more than linear time. Names are checked here, before anything keeps them.
 */
import type { Limits } from '../../../base/limits.ts'
import { once } from '../../../base/memory/once.ts'
import { Problem } from '../../../base/problem.ts'
import type { JsonStep, PathIntent } from '../../../query/intent.ts'

export interface Scan {
  readonly text: string
  /** What is read, for messages: `select`, `the filter on "status"`. */
  readonly subject: string
  readonly budget: Budget
  at: number
}

/** What one request has used up of its limits, all its parameters together. */
export interface Budget {
  readonly limits: Limits
  parts: number
  embeds: number
}

export const char = {
  quote: 0x22,
  backslash: 0x5c,
  open: 0x28,
  close: 0x29,
  comma: 0x2c,
  dash: 0x2d,
  dot: 0x2e,
  colon: 0x3a,
  bang: 0x21,
  star: 0x2a,
  greater: 0x3e,
} as const

const longestName = 128
const longestIndex = 9

/** @throws Problem PGRST100, always: what was met, where, and what was expected. */
export function unexpected(scan: Scan, expected: string, hint: string | null = null): never {
  const point = scan.text.codePointAt(scan.at)
  const met = point === undefined ? 'the end' : JSON.stringify(String.fromCodePoint(point))
  throw new Problem('PGRST100', {
    message: `Could not read ${scan.subject}: unexpected ${met} at character ${scan.at + 1}`,
    details: `Expected ${expected}`,
    hint,
  })
}

/** Counts a selected column, a filter, an order term or a step of a JSON path. @throws Problem LIMIT_QUERY_SIZE */
export function spendPart(scan: Scan): void {
  scan.budget.parts += 1
  const most = scan.budget.limits.queryParts
  if (scan.budget.parts > most) {
    throw new Problem('LIMIT_QUERY_SIZE', {
      message: `The query has more than ${most} parts: stopped at character ${scan.at + 1} of ${scan.subject}`,
      hint: 'Select fewer columns, or put many values into one in.(…) list instead of many filters.',
    })
  }
}

export function skipSpace(scan: Scan): void {
  let code = scan.text.charCodeAt(scan.at)
  while (code === 0x20 || code === 0x09) code = scan.text.charCodeAt(++scan.at)
}

/** Whether the next character is this one, which is then passed. */
export function take(scan: Scan, code: number): boolean {
  if (scan.text.charCodeAt(scan.at) !== code) return false
  scan.at += 1
  return true
}

export function takeText(scan: Scan, text: string): boolean {
  if (!scan.text.startsWith(text, scan.at)) return false
  scan.at += text.length
  return true
}

/** A run of ASCII letters and `_`, such as an operator; empty when there is none. */
export function takeWord(scan: Scan): string {
  const start = scan.at
  for (;;) {
    const code = scan.text.charCodeAt(scan.at)
    const isLetter = (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f
    if (!isLetter) return scan.text.slice(start, scan.at)
    scan.at += 1
  }
}

export function expectEnd(scan: Scan, expected: string, hint: string | null = null): void {
  skipSpace(scan)
  if (scan.at < scan.text.length) unexpected(scan, expected, hint)
}

export function isQuoted(scan: Scan): boolean {
  return scan.text.charCodeAt(scan.at) === char.quote
}

/**
 * The name of a column, a relation or a hint. Bare: letters, digits, `_`, `$`, spaces inside, and `-` unless an
 * arrow begins. Quoted: anything, with `\` before a quote or a backslash; a name is only ever looked up in the model.
 */
export function readName(scan: Scan, expected: string): string {
  skipSpace(scan)
  const name = isQuoted(scan) ? readQuotedName(scan) : readBareName(scan)
  if (name === '') unexpected(scan, expected)
  if (name.length > longestName) {
    unexpected(scan, `a name of at most ${longestName} characters before this one`)
  }
  skipSpace(scan)
  return name
}

/** Refuses what may not become a key of the answer or a step into JSON: those reach a statement as text. */
export function checkLabel(scan: Scan, label: string): string {
  if (!labelPattern().test(label)) {
    unexpected(
      scan,
      'an alias or a JSON key of letters, digits, spaces, _, $ and - before this one',
      'Other characters cannot be part of an alias or of a JSON key here, quoted or not.',
    )
  }
  return label
}

/** `->key`, `->0`, `->-1`, `->>"key"` behind the name of a column. */
export function readPath(scan: Scan, column: string): PathIntent {
  if (!atArrow(scan)) return { column, steps: noSteps, asText: false }
  const steps: JsonStep[] = []
  let asText = false
  while (atArrow(scan)) {
    if (asText) unexpected(scan, 'no arrow after ->>', 'Use -> for all steps but the last: ->> gives text.')
    scan.at += 2
    asText = take(scan, char.greater)
    spendPart(scan)
    steps.push(readStep(scan))
  }
  return { column, steps, asText }
}

const noSteps: readonly JsonStep[] = []
// Classes of Unicode take long to read.
const labelPattern = once(() => /^[\p{L}\p{M}\p{Nd}_$ -]+$/u)
const wordPattern = once(() => /^[\p{L}\p{M}\p{Nd}]$/u)
const indexPattern = /^-?[0-9]+$/

function atArrow(scan: Scan): boolean {
  return scan.text.charCodeAt(scan.at) === char.dash && scan.text.charCodeAt(scan.at + 1) === char.greater
}

function readStep(scan: Scan): JsonStep {
  skipSpace(scan)
  if (isQuoted(scan)) return { key: checkLabel(scan, readName(scan, 'a JSON key')) }
  const start = scan.at
  const negative = take(scan, char.dash)
  if (isQuoted(scan)) unexpected(scan, 'digits after -')
  const digits = readName(scan, 'a JSON key or an index')
  const token = negative ? `-${digits}` : digits
  if (!indexPattern.test(token)) {
    if (!negative) return { key: token }
    scan.at = start
    return unexpected(scan, 'a JSON key, or digits after -')
  }
  if (digits.length > longestIndex) {
    scan.at = start
    unexpected(scan, `an index of at most ${longestIndex} digits`, 'Quote it when it is a key: ->"123".')
  }
  // -0 is 0 as a number and as JSON: both are the first element.
  return { index: negative && Number(digits) > 0 ? -Number(digits) : Number(digits) }
}

function readBareName(scan: Scan): string {
  const { text } = scan
  const start = scan.at
  // A name does not begin with a dash: `-1` and `->` are no names.
  if (text.charCodeAt(start) === char.dash) return ''
  let at = start
  let end = start
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code < 0x80) {
      const kind = bare[code]
      if (kind === 0 || (code === char.dash && text.charCodeAt(at + 1) === char.greater)) break
      at += 1
      if (kind === 1) end = at
    } else {
      const point = String.fromCodePoint(text.codePointAt(at) ?? 0)
      if (!wordPattern().test(point)) break
      at += point.length
      end = at
    }
  }
  scan.at = at
  return text.slice(start, end)
}

function readQuotedName(scan: Scan): string {
  const { text } = scan
  const start = scan.at
  let name = ''
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === char.quote) {
      scan.at = at + 1
      return name
    }
    if (code === char.backslash) at += 1
    name += text.charAt(at)
  }
  return unexpected(scan, 'a closing " for the quote that begins here')
}

/** 0: not in a bare name; 1: in it; 2: a space, in it but not at its end. */
const bare = new Uint8Array(128)
for (const letter of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$-') {
  bare[letter.charCodeAt(0)] = 1
}
bare[0x20] = 2
