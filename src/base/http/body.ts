import { Problem, type ProblemCode } from '../problem.ts'
import { readBounded } from './bounded.ts'

export interface BodyRules {
  readonly maxBytes: number
  /** What a body that is not JSON is called: each dialect has its own code. */
  readonly invalid: ProblemCode
}

/** Deeper JSON is refused: what reads it later may recurse, and a stack overflow is a 500. */
const maxDepth = 100

/**
 * The JSON of a request (RFC 8259): UTF-8 without a byte order mark. Of a member that occurs twice the last
 * one counts, and `__proto__` is a name like any other.
 * @throws Problem UNSUPPORTED_MEDIA_TYPE, LIMIT_BODY or `rules.invalid`
 */
export async function readJson(request: Request, rules: BodyRules): Promise<unknown> {
  requireJson(request.headers.get('content-type'))
  return parseJson(await readText(request, rules), rules.invalid)
}

/** The media type in lower case; null when there is none, or a parameter other than `charset=utf-8`. */
export function utf8Type(contentType: string | null): string | null {
  const match = /^([^\s;,]+)\s*(?:;\s*charset\s*=\s*(?:utf-8|"utf-8")\s*)?$/i.exec(contentType?.trim() ?? '')
  return match?.[1]?.toLowerCase() ?? null
}

/**
 * The body as it stands, which is UTF-8; a byte order mark is the first character.
 * @throws Problem LIMIT_BODY or `rules.invalid`
 */
export async function readText(request: Request, rules: BodyRules): Promise<string> {
  const bytes = await readBytes(request, rules.maxBytes)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new Problem(rules.invalid, { message: 'The request body is not valid UTF-8.' })
  }
}

/**
 * @param parse what makes the value of the text; it throws a SyntaxError when there is none.
 * @throws Problem with the code `invalid`, and what `parse` throws besides
 */
export function parseJson(
  text: string,
  invalid: ProblemCode,
  parse: (text: string) => unknown = JSON.parse,
): unknown {
  if (depthOf(text) > maxDepth) {
    throw new Problem(invalid, { message: `The request body is nested deeper than ${maxDepth} levels.` })
  }
  try {
    return parse(text)
  } catch (error) {
    // Its words would repeat what was sent.
    if (!(error instanceof SyntaxError)) throw error
    throw new Problem(invalid, { message: 'The request body is not valid JSON.' })
  }
}

async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes)
  return readBounded(request.body, maxBytes, () => tooLarge(maxBytes))
}

function requireJson(contentType: string | null): void {
  if (utf8Type(contentType) === 'application/json') return
  throw new Problem('UNSUPPORTED_MEDIA_TYPE', {
    message: 'The request body must be JSON: send `Content-Type: application/json`.',
    headers: { accept: 'application/json' },
  })
}

function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charCodeAt(index)
    if (character === 0x22) index = endOfString(text, index)
    else if (character === 0x5b || character === 0x7b) deepest = Math.max(deepest, ++depth)
    else if (character === 0x5d || character === 0x7d) depth -= 1
  }
  return deepest
}

function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index += 1) {
    const character = text.charCodeAt(index)
    if (character === 0x22) return index
    if (character === 0x5c) index += 1
  }
  return text.length
}

function tooLarge(maxBytes: number): Problem {
  return new Problem('LIMIT_BODY', { message: `The request body is larger than ${maxBytes} bytes.` })
}
