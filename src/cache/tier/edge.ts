import { type Protection, protectedTier } from './protection.ts'
import type { Tier } from './tier.ts'

/** The part of the platform's `Cache` that is used (`caches.default`, or one with a name). */
export interface ResponseCache {
  match(request: string): Promise<Response | undefined>
  put(request: string, response: Response): Promise<unknown>
}

/**
 * The Cache API: of one data centre, shared by its isolates. It lets entries go when it likes, and deletes for itself
 * alone, so nothing is deleted: what must not be served is told by the rule.
 */
export function edgeTier(cache: ResponseCache, protection: Protection): Tier {
  return protectedTier(
    {
      name: 'data-centre',
      async get(key) {
        const response = await cache.match(urlOf(key))
        return response === undefined ? null : new Uint8Array(await response.arrayBuffer())
      },
      async put(key, value, lifeSeconds) {
        const headers = {
          'cache-control': `max-age=${Math.floor(lifeSeconds)}`,
          'content-type': 'application/octet-stream',
        }
        await cache.put(urlOf(key), new Response(value, { headers }))
      },
    },
    protection,
  )
}

/**
 * No host of that name can exist (RFC 6761 §6.4), so that no request from outside meets an entry. The letter before
 * the key keeps `.` and `..` from being steps of a path.
 */
function urlOf(key: string): string {
  return `https://cache.selvage.invalid/k${encodeURIComponent(key)}`
}
