/**
 * Operands as they are written: the rest of a parameter, a value inside a tree, a list `(a,"b,c")`, an array
 * `{a,"b,c",NULL}`. Every text is copied out once; a quote that turns out to be part of a bare text is read twice.
 */
import { Problem } from '../../../base/problem.ts'
import { char, type Scan, skipSpace, take, unexpected } from './scanner.ts'

/** All that is left: in a parameter of its own a value needs no quoting. */
export function readRest(scan: Scan): string {
  const rest = scan.text.slice(scan.at)
  scan.at = scan.text.length
  return rest
}

/** A value that a comma or a parenthesis ends, unless it is quoted or an array in braces. */
export function readTreeValue(scan: Scan): string {
  return readQuoted(scan) ?? readBraces(scan) ?? readBare(scan)
}

/** `(a,"b,c")` as a JSON array of texts. `()` is the empty list; `("")` holds the empty text. */
export function readList(scan: Scan): string {
  if (!take(scan, char.open)) unexpected(scan, '( to begin the list', 'Write column=in.(a,b,"c,d").')
  if (take(scan, char.close)) return '[]'
  const items: string[] = []
  do items.push(readQuoted(scan) ?? readBare(scan))
  while (take(scan, char.comma))
  if (!take(scan, char.close)) unexpected(scan, 'a comma, or ) to end the list')
  return JSON.stringify(items)
}

/**
 * A one-dimensional array as PostgreSQL writes it, as a JSON array of texts and nulls.
 * Source: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 * @throws Problem 22P02
 */
export function readArray(text: string, scan: Scan): string {
  const array: Scan = { text, subject: scan.subject, budget: scan.budget, at: 0 }
  const items: (string | null)[] = []
  skipBlank(array)
  if (!take(array, brace.open)) malformed(array)
  skipBlank(array)
  if (!take(array, brace.close)) {
    do {
      skipBlank(array)
      items.push(readElement(array))
      skipBlank(array)
    } while (take(array, char.comma))
    if (!take(array, brace.close)) malformed(array)
  }
  skipBlank(array)
  if (array.at < text.length) malformed(array)
  return JSON.stringify(items)
}

const brace = { open: 0x7b, close: 0x7d } as const
const backslash = 0x5c

/** `"…"` with `\` before any character, when a comma, a parenthesis or the end follows; else null, nothing passed. */
function readQuoted(scan: Scan): string | null {
  const start = scan.at
  const text = readString(scan)
  if (text === null) return null
  const next = scan.text.charCodeAt(scan.at)
  if (Number.isNaN(next) || next === char.comma || next === char.close) return text
  scan.at = start
  return null
}

function readString(scan: Scan): string | null {
  const { text } = scan
  const start = scan.at
  if (text.charCodeAt(start) !== char.quote) return null
  let at = start + 1
  let piece = at
  let out = ''
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === char.quote) {
      scan.at = at + 1
      return out + text.slice(piece, at)
    }
    if (code === backslash) {
      out += text.slice(piece, at)
      piece = at + 1
      at += 1
    }
    at += 1
  }
  return null
}

/** `{…}` without braces inside, so that its commas do not end the value. */
function readBraces(scan: Scan): string | null {
  const { text } = scan
  if (text.charCodeAt(scan.at) !== brace.open) return null
  for (let at = scan.at + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === brace.open) return null
    if (code === brace.close) {
      const array = text.slice(scan.at, at + 1)
      scan.at = at + 1
      return array
    }
  }
  return null
}

function readBare(scan: Scan): string {
  const { text } = scan
  const start = scan.at
  let at = start
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === char.comma || code === char.close) break
  }
  scan.at = at
  return text.slice(start, at)
}

function readElement(array: Scan): string | null {
  const quoted = readString(array)
  if (quoted !== null) return quoted
  const { text } = array
  const start = array.at
  let out = ''
  for (; array.at < text.length; array.at += 1) {
    const code = text.charCodeAt(array.at)
    if (code === char.comma || code === brace.close) break
    if (code === char.quote || code === brace.open) malformed(array)
    if (code === backslash) array.at += 1
    out += text.charAt(array.at)
  }
  const element = out.trimEnd()
  if (element === '') malformed(array)
  const isNull = element.toUpperCase() === 'NULL' && text.slice(start, array.at).trimEnd() === element
  return isNull ? null : element
}

function skipBlank(array: Scan): void {
  skipSpace(array)
  while (/[\n\r\v\f]/.test(array.text.charAt(array.at))) {
    array.at += 1
    skipSpace(array)
  }
}

function malformed(array: Scan): never {
  throw new Problem('22P02', {
    message: `Malformed array at character ${array.at + 1} of the list of ${array.subject}`,
    details: 'Expected {a,b,"c,d"}: one level, commas between, empty texts and reserved characters quoted',
    hint: 'In a quoted element write \\" for a quote and \\\\ for a backslash.',
  })
}
