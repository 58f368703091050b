import { Problem, type ProblemCode } from '../problem.ts'

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
  return parseJson(await readBytes(request, rules.maxBytes), rules.invalid)
}

/**
 * The body, counted as it arrives: `Content-Length` may be absent or false.
 * @throws Problem LIMIT_BODY
 */
async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes)
  if (request.body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body) {
    length += chunk.byteLength
    // Leaving the loop cancels the stream.
    if (length > maxBytes) throw tooLarge(maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}

/** @throws Problem with the code `invalid` */
function parseJson(bytes: Uint8Array, invalid: ProblemCode): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    if (depthOf(text) <= maxDepth) return JSON.parse(text)
  } catch (error) {
    // TypeError: not UTF-8. SyntaxError: not JSON. Their words would repeat what was sent.
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error
    throw new Problem(invalid, { message: 'The request body is not valid JSON in UTF-8.' })
  }
  throw new Problem(invalid, { message: `The request body is nested deeper than ${maxDepth} levels.` })
}

function requireJson(contentType: string | null): void {
  if (
    contentType !== null &&
    /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(contentType.trim())
  )
    return
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
