/** JSON whose numbers and texts come out as they were written, or not at all. */
import { Problem } from '../problem.ts'
import { checkText } from './text.ts'

declare global {
  interface RawJSON {
    readonly rawJSON: string
  }
  /** https://tc39.es/proposal-json-parse-with-source */
  interface JSON {
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown
    /** An object that `JSON.stringify` writes as `text`: a JSON number, string, boolean or null. */
    rawJSON(text: string): RawJSON
    isRawJSON(value: unknown): value is RawJSON
  }
}

/**
 * A number that a double would change is the object of `JSON.rawJSON`: an integer from 2^53 on, or one with digits
 * that would be lost. All others, however written, are numbers. Deeper JSON than a body may be has to be refused before:
 * a reviver recurses.
 * @throws SyntaxError; Problem 22003 for a number beyond what a double can reach; 22021
 */
export function parseExactly(text: string): unknown {
  // With a reviver it takes several times as long.
  return delicate.test(text) ? JSON.parse(text, revive) : JSON.parse(text)
}

/**
 * Whether there may be a number of more than 15 digits (which any double gives back), one with an exponent, or an
 * escape for NUL or half of a pair. Where each alternative begins it looks at few characters, or at the digits of
 * one exponent, so the time is linear.
 */
const delicate = /[0-9.]{16}|[0-9][eE][+-]?[0-9]+[\s,\]}]|\\u(?:0000|[dD][89a-fA-F])/

function revive(key: string, value: unknown, context: { readonly source?: string }): unknown {
  checkText(key, 'The request body')
  if (typeof value === 'string') checkText(value, 'The request body')
  return typeof value === 'number' && context.source !== undefined ? exact(value, context.source) : value
}

function exact(value: number, source: string): unknown {
  if (!Number.isFinite(value) || (value === 0 && /^-?[0.]*[1-9]/.test(source))) {
    throw new Problem('22003', {
      message: 'A number of the request body is out of range',
      details: 'Expected zero, or a size between 5e-324 and 1.7976931348623157e308',
    })
  }
  if (value === 0) return 0
  const same = isInteger.test(source)
    ? Number.isSafeInteger(value)
    : decimalOf(source) === decimalOf(String(value))
  return same ? value : JSON.rawJSON(source)
}

const isInteger = /^-?[0-9]+$/

/** The one spelling of all that are the same number: `12e-1` for `1.2` and `1.20`, without the sign. */
function decimalOf(source: string): string {
  const [mantissa = '', exponent = '0'] = source.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  const digits = whole + fraction
  let start = 0
  let end = digits.length
  while (digits.charAt(start) === '0') start += 1
  while (end > start && digits.charAt(end - 1) === '0') end -= 1
  return `${digits.slice(start, end)}e${Number(exponent) - fraction.length + digits.length - end}`
}
