import { readBounded } from '../../../base/http/bounded.ts'

/** Why a provider could not be used: never what it said, which may hold a token or a person. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError'
}

const deadlineMilliseconds = 5_000
const mostBytes = 262_144

interface UpstreamRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | URLSearchParams | Uint8Array | ArrayBuffer | null | undefined
}

/**
 * One request to a provider: five seconds, 256 KiB, and no redirect is followed, for who redirects may name any host. The
 * body has arrived when it returns.
 * @throws UpstreamError
 */
export async function fetchUpstream(url: string, request: UpstreamRequest = {}): Promise<Response> {
  const { method = 'GET', headers = {}, body = null } = request
  const signal = AbortSignal.timeout(deadlineMilliseconds)
  try {
    const asked = { method, headers, redirect: 'manual' as const, signal }
    const response = await fetch(url, body === null ? asked : { ...asked, body: bytesOf(body) })
    const bytes = await readBounded(
      response.body,
      mostBytes,
      () => new UpstreamError('the provider answered too much'),
    )
    const isNull = response.status === 204 || response.status === 304
    const kept = ['content-type', 'www-authenticate'].flatMap((name) => {
      const value = response.headers.get(name)
      return value === null ? [] : [[name, value] as const]
    })
    // Not its length and encoding, which were those of the body on its way.
    const init = { status: response.status, headers: Object.fromEntries(kept) }
    return new Response(isNull ? null : bytes, init)
  } catch (error) {
    if (error instanceof UpstreamError) throw error
    throw new UpstreamError(
      signal.aborted ? 'the provider did not answer in time' : 'the provider was not reached',
    )
  }
}

/** The JSON of what is there. @throws UpstreamError of anything but a 200 with JSON */
export async function fetchJson(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  // GitHub refuses who does not say what it is.
  const response = await fetchUpstream(url, {
    headers: { accept: 'application/json', 'user-agent': 'selvage', ...headers },
  })
  if (response.status !== 200) throw new UpstreamError(`the provider answered ${response.status}`)
  try {
    return await response.json()
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new UpstreamError('the provider answered no JSON')
  }
}

function bytesOf(body: NonNullable<UpstreamRequest['body']>): string | Uint8Array<ArrayBuffer> {
  if (typeof body === 'string') return body
  if (body instanceof URLSearchParams) return body.toString()
  return new Uint8Array(body)
}
