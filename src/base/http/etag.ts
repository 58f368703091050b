import { digest } from '../crypto.ts'

/** What a body alone does not say. */
export interface Beside {
  /** Which part of a whole it is: `0-19/40`. */
  readonly range?: string | null
  /** The version of the item that it shows. */
  readonly version?: string | null
}

/** A strong entity tag (RFC 9110 §8.8.3): the version, the digest of the body, the range, as far as they are there. */
export function etagOf(body: string | Uint8Array, { range, version }: Beside = {}): string {
  return `"${[version, digest(body), range].filter((part) => part != null).join('.')}"`
}

/** Whether an `If-None-Match` names the tag (RFC 9110 §13.1.2), by weak comparison (§8.8.3.2). */
export function matchesEtag(ifNoneMatch: string, etag: string): boolean {
  return ifNoneMatch.split(',').some((candidate) => ['*', etag, `W/${etag}`].includes(candidate.trim()))
}
