import { Problem } from '../base/problem.ts'
import type { Place } from '../base/settings.ts'
import { pipelineHeaders, pipelinePath } from './hrana/request.ts'

/** A libSQL server: the primary, or a replica of it. */
export interface Node {
  readonly name: string
  readonly url: string
  /** Bearer token, when it wants one. */
  readonly token: string | null
  readonly place: Place | null
  readonly isPrimary: boolean
}

export interface ExchangeOptions {
  readonly deadline: AbortSignal
  /** Handed on as `x-request-id`, so that a request can be followed to the database. */
  readonly requestId: string | null
}

/**
 * One HTTP request: one trip.
 * @returns null when the stream is gone on which it was to run: nothing was done
 * @throws Problem UNAVAILABLE_DATABASE, or DATABASE_TIMEOUT when the deadline came first
 */
export async function exchange(
  { url, token }: Node,
  body: Uint8Array<ArrayBuffer>,
  { deadline, requestId }: ExchangeOptions,
): Promise<Uint8Array | null> {
  const headers: Record<string, string> = { ...pipelineHeaders }
  if (token !== null) headers.authorization = `Bearer ${token}`
  if (requestId !== null) headers['x-request-id'] = requestId
  try {
    const response = await fetch(`${url}${pipelinePath}`, {
      method: 'POST',
      headers,
      body,
      signal: deadline,
    })
    if (!response.ok) {
      if (response.status === 400 && streamGone.test(await response.text())) return null
      await response.body?.cancel()
      throw unavailable()
    }
    return new Uint8Array(await response.arrayBuffer())
  } catch (error) {
    if (error instanceof Problem) throw error
    throw deadline.aborted
      ? new Problem('DATABASE_TIMEOUT', { headers: { 'retry-after': '1' } })
      : unavailable()
  }
}

/**
 * sqld looks for the stream before it does anything (libsql-server/src/hrana/http/stream.rs); it may have been restarted. A
 * baton that has been used already is none of these: only this request has it, so something on the way has sent it twice,
 * and the first time it was done.
 */
const streamGone = /^Received an invalid baton$|STREAM_EXPIRED$/

/** Nobody answers there, or not as a libSQL server does. */
export function unavailable(): Problem {
  return new Problem('UNAVAILABLE_DATABASE', {
    hint: 'Check that the database named by DATABASE_URL runs and that DATABASE_TOKEN is right; then try again.',
    headers: { 'retry-after': '5' },
  })
}

const earthRadiusKilometres = 6_371

/** Along the great circle, by the haversine formula. */
export function kilometresBetween(a: Place, b: Place): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180
  const byLatitude = Math.sin(radians(b.latitude - a.latitude) / 2) ** 2
  const byLongitude = Math.sin(radians(b.longitude - a.longitude) / 2) ** 2
  const share = byLatitude + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * byLongitude
  return 2 * earthRadiusKilometres * Math.asin(Math.min(1, Math.sqrt(share)))
}
