import { digest } from '../crypto.ts'

/**
 * A strong entity tag (RFC 9110 §8.8.3).
 * @param range which part of a whole the body is, where that is said beside it: `0-19/40`
 */
export function etagOf(body: string | Uint8Array, range: string | null = null): string {
  return range === null ? `"${digest(body)}"` : `"${digest(body)}.${range}"`
}

/** Whether an `If-None-Match` names the tag (RFC 9110 §13.1.2), by weak comparison (§8.8.3.2). */
export function matchesEtag(ifNoneMatch: string, etag: string): boolean {
  return ifNoneMatch.split(',').some((candidate) => ['*', etag, `W/${etag}`].includes(candidate.trim()))
}
