import { boundedMap } from '../../base/memory/bounded-map.ts'
import { type Protection, protectedTier } from './protection.ts'
import type { Tier } from './tier.ts'

/** The part of a binding of Workers KV that is used. */
export interface KeyValueStore {
  get(key: string, options: { type: 'arrayBuffer'; cacheTtl: number }): Promise<ArrayBuffer | null>
  put(key: string, value: Uint8Array, options: { expirationTtl: number }): Promise<void>
}

/** KV takes no shorter life; and a change is seen elsewhere after about as long. */
const minLifeSeconds = 60
/** The least that KV takes: for so long a data centre keeps what it read, also that there was nothing. */
const readCacheSeconds = 30
/** KV takes one write a second for a key from the whole world; each isolate keeps well below. */
const writeIntervalMilliseconds = 60_000
/** Keys of which an isolate remembers that it filled them, and when it wrote them. */
const rememberedKeys = 10_000

/**
 * Workers KV: of all data centres, and up to a minute and more behind. Only what is of use for a minute enters, and only
 * what an isolate is given for the second time: each write is paid for, and who makes up filters asks for each but once.
 */
export function kvTier(store: KeyValueStore, protection: Protection): Tier {
  const writtenAtMilliseconds = boundedMap<number>(rememberedKeys)
  return protectedTier(
    {
      name: 'world',
      async get(key) {
        const value = await store.get(nameOf(key), { type: 'arrayBuffer', cacheTtl: readCacheSeconds })
        return value === null ? null : new Uint8Array(value)
      },
      async put(key, value, lifeSeconds) {
        const expirationTtl = Math.floor(lifeSeconds)
        if (expirationTtl < minLifeSeconds) return
        const now = protection.clock.nowMilliseconds()
        const writtenAt = writtenAtMilliseconds.get(key)
        if (writtenAt === undefined) {
          writtenAtMilliseconds.set(key, Number.NEGATIVE_INFINITY)
          return
        }
        const since = now - writtenAt
        if (since >= 0 && since < writeIntervalMilliseconds) return
        writtenAtMilliseconds.set(key, now)
        await store.put(nameOf(key), value, { expirationTtl })
      },
    },
    protection,
  )
}

/** Others may use the namespace, too; and KV has no `.`, `..` or empty names. */
function nameOf(key: string): string {
  return `selvage/cache/${key}`
}
