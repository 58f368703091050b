import type { Clock } from '../base/clock.ts'
import { isRecord } from './shape.ts'
import { createStore, type Store } from './store.ts'
import { edgeTier, type ResponseCache } from './tier/edge.ts'
import { type KeyValueStore, kvTier } from './tier/kv.ts'
import { createMemory } from './tier/memory.ts'
import type { Protection } from './tier/protection.ts'

/** What the platform has to keep answers in; null: nothing of the kind. */
export interface Platform {
  readonly cache: ResponseCache | null
  readonly world: KeyValueStore | null
}

/**
 * All tiers that there are, with the limits of production.
 * @param report is told of each failure of a tier
 */
export function platformStore({ cache, world }: Platform, clock: Clock, report: Protection['report']): Store {
  const protection: Protection = {
    clock,
    report,
    getDeadlineMilliseconds: 100,
    putDeadlineMilliseconds: 2_000,
    failures: 3,
    pauseMilliseconds: 5_000,
  }
  return createStore(
    {
      memory: createMemory(memoryBytes),
      dataCentre: cache === null ? null : edgeTier(cache, protection),
      // What was not asked for here lately comes from far away.
      world: world === null ? null : kvTier(world, { ...protection, getDeadlineMilliseconds: 500 }),
    },
    clock,
  )
}

/** An isolate has 128 MB for everything. */
const memoryBytes = 32_000_000

/** The Cache API of the data centre; null where the platform has none. */
export function platformCache(): ResponseCache | null {
  const caches: unknown = Reflect.get(globalThis, 'caches')
  const cache: unknown = isRecord(caches) ? caches.default : null
  return isCache(cache) ? cache : null
}

/** A binding of Workers KV; null of anything else. */
export function platformWorld(binding: unknown): KeyValueStore | null {
  return isWorld(binding) ? binding : null
}

function isCache(value: unknown): value is ResponseCache {
  return isRecord(value) && 'match' in value && 'put' in value
}

function isWorld(value: unknown): value is KeyValueStore {
  return isRecord(value) && 'get' in value && 'put' in value
}
