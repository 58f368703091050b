/**
 * What Workers KV promises, taken at its worst (https://developers.cloudflare.com/kv/concepts/how-kv-works/): one
 * central store, and in each place a cache of what was asked for there, also of what was not found.
 */
export interface KvWorld {
  /** What is seen in one place. `roundTrip`: from there to the central store, in milliseconds. */
  viewOf(place: string, roundTrip: number): KvView
}

export interface KvView {
  get(key: string, cacheSeconds: number): KvAnswer
  /** `lifeSeconds` null: for ever. */
  put(key: string, value: Uint8Array, lifeSeconds: number | null): KvWritten
  delete(key: string): KvWritten
}

export interface KvAnswer {
  readonly value: Uint8Array | null
  /** How long the answer takes to come, in milliseconds: nothing when it is kept where it is asked for. */
  readonly delay: number
}

export interface KvWritten {
  /** False when the key was written less than a second ago: KV takes one write a second for each (429). */
  readonly taken: boolean
  readonly delay: number
}

export interface KvOptions {
  /** Milliseconds. */
  readonly now: () => number
  /** How long a change needs to be seen elsewhere, at least. Default 60. */
  readonly propagationSeconds?: number
  /** All times of KV times this, for short runs. Default 1. */
  readonly scale?: number
}

/** `cacheTtl` of a get, at the least. */
const minimumCacheSeconds = 30

export function kvWorld({ now, propagationSeconds = 60, scale = 1 }: KvOptions): KvWorld {
  const store = new Map<string, readonly Version[]>()
  const milliseconds = (seconds: number): number => seconds * 1000 * scale
  const propagation = milliseconds(propagationSeconds)
  const write = (place: string, key: string, value: Uint8Array | null, until: number): boolean => {
    const at = now()
    const versions = store.get(key) ?? []
    const last = versions.at(-1)
    if (last !== undefined && at - last.at < milliseconds(1)) return false
    // All see the newest of those that are everywhere: what is older is seen by nobody.
    const everywhere = versions.findLastIndex((version) => version.at + propagation <= at)
    store.set(key, [...versions.slice(Math.max(0, everywhere)), { value, until, at, place }])
    if (store.size > sweepAbove) sweep(store, at)
    return true
  }
  /** What the central store tells a place. */
  const tell = (place: string, key: string): Version | null => {
    const at = now()
    const seen = (version: Version) => version.place === place || version.at + propagation <= at
    return store.get(key)?.findLast(seen) ?? null
  }
  return {
    viewOf(place, roundTrip) {
      const kept = new Map<string, { readonly version: Version | null; readonly until: number }>()
      const keep = (key: string, version: Version | null, seconds: number) => {
        const at = now()
        if (kept.size > sweepAbove) sweepKept(kept, at)
        kept.set(key, { version, until: at + milliseconds(Math.max(minimumCacheSeconds, seconds)) })
      }
      const change = (key: string, value: Uint8Array | null, until: number): KvWritten => {
        const taken = write(place, key, value, until)
        if (taken) keep(key, tell(place, key), minimumCacheSeconds)
        return { taken, delay: roundTrip }
      }
      return {
        get(key, cacheSeconds) {
          const at = now()
          const here = kept.get(key)
          if (here !== undefined && here.until > at) return { value: alive(here.version, at), delay: 0 }
          const version = tell(place, key)
          keep(key, version, cacheSeconds)
          return { value: alive(version, at), delay: roundTrip }
        },
        put(key, value, lifeSeconds) {
          return change(
            key,
            value,
            lifeSeconds === null ? Number.POSITIVE_INFINITY : now() + milliseconds(lifeSeconds),
          )
        },
        delete(key) {
          return change(key, null, Number.POSITIVE_INFINITY)
        },
      }
    },
  }
}

interface Version {
  /** Null: it was deleted. */
  readonly value: Uint8Array | null
  readonly until: number
  readonly at: number
  readonly place: string
}

/** A run makes more keys than a machine should keep. */
const sweepAbove = 20_000

function alive(version: Version | null, at: number): Uint8Array | null {
  return version === null || version.until <= at ? null : version.value
}

function sweep(store: Map<string, readonly Version[]>, at: number): void {
  for (const [key, versions] of store) if (versions.every(({ until }) => until <= at)) store.delete(key)
}

function sweepKept(kept: Map<string, { readonly until: number }>, at: number): void {
  for (const [key, { until }] of kept) if (until <= at) kept.delete(key)
}
