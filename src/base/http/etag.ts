import { digest } from '../crypto.ts'

/** A strong entity tag (RFC 9110 §8.8.3) of a representation, given in parts. */
export function etagOf(...parts: readonly (string | Uint8Array)[]): string {
  return `"${digest(...parts)}"`
}

/** Whether an `If-None-Match` names the tag (RFC 9110 §13.1.2), by weak comparison (§8.8.3.2). */
export function matchesEtag(ifNoneMatch: string, etag: string): boolean {
  return ifNoneMatch.split(',').some((candidate) => ['*', etag, `W/${etag}`].includes(candidate.trim()))
}
