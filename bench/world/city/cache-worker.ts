/**
 * The Cache API of a data centre that is plain workerd, which has none of its own: it asks a service, by GET for a match
 * and by PUT, with the whole answer as an HTTP message, to keep one. All is in the memory of this Worker.
 */
interface Kept {
  readonly headers: Headers
  readonly body: Uint8Array
  readonly untilMilliseconds: number
}

const mostKept = 50_000
const kept = new Map<string, Kept>()

export default {
  async fetch(request: Request): Promise<Response> {
    if (request.method === 'PUT') {
      keep(request.url, messageIn(Buffer.from(await request.arrayBuffer())))
      return new Response(null, { status: 204 })
    }
    const found = kept.get(request.url)
    if (found === undefined || found.untilMilliseconds <= Date.now()) {
      return new Response(null, { status: 504, headers: { 'cf-cache-status': 'MISS' } })
    }
    const headers = new Headers(found.headers)
    headers.set('cf-cache-status', 'HIT')
    return new Response(found.body, { headers })
  },
}

function keep(url: string, { headers, body }: Pick<Kept, 'headers' | 'body'>): void {
  const seconds = Number(/max-age=(\d+)/.exec(headers.get('cache-control') ?? '')?.[1] ?? 0)
  kept.delete(url)
  if (seconds <= 0) return
  kept.set(url, { headers, body, untilMilliseconds: Date.now() + seconds * 1000 })
  const [oldest] = kept.keys()
  if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest)
}

/** RFC 9112 §2.1, with a length or in chunks. */
function messageIn(bytes: Buffer): Pick<Kept, 'headers' | 'body'> {
  const end = bytes.indexOf('\r\n\r\n')
  const [, ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const headers = new Headers()
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim())
  }
  const rest = bytes.subarray(end + 4)
  const isChunked = headers.get('transfer-encoding')?.toLowerCase() === 'chunked'
  for (const name of ['transfer-encoding', 'content-length']) headers.delete(name)
  return { headers, body: isChunked ? unchunked(rest) : Buffer.from(rest) }
}

function unchunked(bytes: Buffer): Buffer {
  const chunks: Buffer[] = []
  for (let at = 0; ; ) {
    const line = bytes.indexOf('\r\n', at)
    const size = Number.parseInt(bytes.subarray(at, line).toString('latin1'), 16)
    if (!(size > 0)) return Buffer.concat(chunks)
    chunks.push(bytes.subarray(line + 2, line + 2 + size))
    at = line + 4 + size
  }
}
