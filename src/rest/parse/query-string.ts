/**
 * The raw query string, or a form, as decoded pairs, strictly: a text that cannot be decoded is refused, never repaired, so
 * that the gate, the cache and the database see the same text.
 * Source: https://url.spec.whatwg.org/#urlencoded-parsing, with errors in place of replacement characters.
 */
import { checkText } from '../../base/http/text.ts'
import type { Limits } from '../../base/limits.ts'
import { Problem, type ProblemCode } from '../../base/problem.ts'

export interface Pair {
  readonly key: string
  readonly value: string
}

/**
 * @param query without or with the leading `?`.
 * @throws Problem LIMIT_QUERY_LENGTH before any work; PGRST100 for malformed percent-encoding, invalid UTF-8 and a
 * parameter without `=`; 22021 for NUL.
 */
export function splitQuery(query: string, limits: Limits): Pair[] {
  if (query.length > limits.queryLength) {
    throw new Problem('LIMIT_QUERY_LENGTH', {
      message: `The query string has ${query.length} characters; at most ${limits.queryLength} are read`,
      hint: 'Ask in several requests, or select fewer columns.',
    })
  }
  return splitPairs(query, queryString, query.startsWith('?') ? 1 : 0)
}

/** What is split, and the code of its errors. */
export interface PairSource {
  readonly subject: string
  readonly invalid: ProblemCode
}

/** @throws Problem `source.invalid`, 22021: as `splitQuery` */
export function splitPairs(text: string, source: PairSource, from = 0): Pair[] {
  const pairs: Pair[] = []
  let start = from
  while (start < text.length) {
    const ampersand = text.indexOf('&', start)
    const end = ampersand < 0 ? text.length : ampersand
    if (end > start) pairs.push(readPair(text, start, end, source))
    start = end + 1
  }
  return pairs
}

const queryString: PairSource = { subject: 'query string', invalid: 'PGRST100' }

function readPair(query: string, start: number, end: number, source: PairSource): Pair {
  const equals = query.indexOf('=', start)
  // A filter that lost its `=` must not silently widen the answer.
  if (equals < 0 || equals >= end) {
    throw new Problem(source.invalid, {
      message: `The parameter at character ${start + 1} of the ${source.subject} has no "="`,
      hint: 'Write it as name=value, or leave it out.',
    })
  }
  return { key: decode(query, start, equals, source), value: decode(query, equals + 1, end, source) }
}

function decode(query: string, start: number, end: number, source: PairSource): string {
  const raw = query.slice(start, end)
  const text = raw.includes('%')
    ? decodePercent(raw, start, source)
    : raw.includes('+')
      ? raw.replaceAll('+', ' ')
      : raw
  return checkText(text, `The ${source.subject} from character ${start + 1} on`)
}

function decodePercent(raw: string, start: number, source: PairSource): string {
  try {
    return decodeURIComponent(raw.includes('+') ? raw.replaceAll('+', ' ') : raw)
  } catch (error) {
    if (!(error instanceof URIError)) throw error
    throw new Problem(source.invalid, {
      message: `The ${source.subject} cannot be decoded at character ${start + 1 + firstBad(raw)}`,
      details: 'Expected % and two hexadecimal digits, giving UTF-8',
      hint: 'Encode keys and values with encodeURIComponent; a literal % is %25.',
    })
  }
}

/** Where a run of escapes begins that cannot be decoded. */
function firstBad(raw: string): number {
  for (const run of raw.matchAll(/(?:%[0-9a-fA-F]{2})+|%/g)) {
    try {
      decodeURIComponent(run[0])
    } catch (error) {
      if (!(error instanceof URIError)) throw error
      return run.index
    }
  }
  return 0
}
