import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import type { ResponseCache } from '../../src/cache/tier/edge.ts'
import type { KeyValueStore } from '../../src/cache/tier/kv.ts'
import type { Protection } from '../../src/cache/tier/protection.ts'

/** What a Worker of one data centre would be given. */
export interface Platform {
  readonly cache: ResponseCache
  /** With what a Worker is not given, too: when a value will be gone. */
  readonly store: KeyValueStore & {
    list(): Promise<{ readonly keys: readonly { readonly name: string; readonly expiration?: number }[] }>
  }
  stop(): Promise<void>
}

export async function startPlatform(): Promise<Platform> {
  const worker = {
    name: 'tiers',
    modules: true,
    script: 'export default { fetch: () => new Response() }',
    kvNamespaces: ['CACHE'],
    compatibilityDate: '2026-10-01',
  }
  const miniflare = new Miniflare(convertV4MiniflareOptions({ workers: [worker] }))
  const caches: unknown = await miniflare.getCaches()
  const store: unknown = await miniflare.getKVNamespace('CACHE')
  if (!isCaches(caches) || !isStore(store)) throw new TypeError('Miniflare gave something else.')
  return { cache: caches.default, store, stop: () => miniflare.dispose() }
}

/** Miniflare's own types need those of workerd, which would be taken for Node's. */
function isCaches(value: unknown): value is { readonly default: ResponseCache } {
  return typeof value === 'object' && value !== null && 'default' in value
}

function isStore(value: unknown): value is Platform['store'] {
  return typeof value === 'object' && value !== null && 'put' in value && 'list' in value
}

export interface Failure {
  readonly tier: string
  readonly error: unknown
}

/** A clock that a test moves, and a log that it reads. */
export function protectionFor(given: Partial<Protection> = {}): Protection & { readonly failed: Failure[] } {
  const failed: Failure[] = []
  return {
    clock: { nowMilliseconds: () => Date.now() },
    report: (tier, error) => {
      failed.push({ tier, error })
    },
    getDeadlineMilliseconds: 2_000,
    putDeadlineMilliseconds: 2_000,
    failures: 3,
    pauseMilliseconds: 5_000,
    ...given,
    failed,
  }
}
