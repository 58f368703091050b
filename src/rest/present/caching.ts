import type { CacheStatus } from '../../engine/keep/kept.ts'
import type { ReadAnswer } from '../../engine/read.ts'

/**
 * How long who reads it may keep an answer. Nothing says by itself that they may: they would not see what they write.
 * They ask again with its ETag, which costs no trip where the answer is kept here. Whom nothing that is kept would do
 * is not to find it nearer the next time.
 */
export function cacheControl({ kept }: Pick<ReadAnswer, 'kept'>): string {
  if (kept === null || !kept.isPublic || kept.keep.clients === 0) return 'private, no-cache'
  const { status, keep } = kept
  if (status.kind === 'forward' && status.why === 'bypass') return 'private, no-cache'
  const ageSeconds = status.kind === 'hit' ? status.ageSeconds : 0
  // Its Age counts for them, too, and past `maxAge` it is nobody's.
  return `public, max-age=${Math.min(keep.maxAge, ageSeconds + keep.clients)}`
}

/** What the cache of this server did (RFC 9211), and how old the answer is (RFC 9111 §5.1). */
export function cacheHeaders(status: CacheStatus): Readonly<Record<string, string>> {
  if (status.kind === 'forward') {
    return { 'cache-status': `Selvage; fwd=${status.why}${status.isStored ? '; stored' : ''}` }
  }
  const { ageSeconds, ttlSeconds, tier } = status
  return { 'cache-status': `Selvage; hit; ttl=${ttlSeconds}; detail=${tier}`, age: String(ageSeconds) }
}
