import { setTimeout as sleep } from 'node:timers/promises'
import { edgeTier, type ResponseCache } from '../../../src/cache/tier/edge.ts'
import { type KeyValueStore, kvTier } from '../../../src/cache/tier/kv.ts'
import { createMemory } from '../../../src/cache/tier/memory.ts'
import type { Protection } from '../../../src/cache/tier/protection.ts'
import type { Tier, TierName } from '../../../src/cache/tier/tier.ts'
import { entryOf, noise } from '../fixture.ts'
import { type Failure, type Platform, protectionFor, startPlatform } from '../platform.ts'
import { startWorld, type WorldPlatform } from './world.ts'

/** What every tier does, of whatever it is made; memory keeps entries, and here their bodies stand for bytes. */
export interface Keeper {
  get(key: string): Promise<Uint8Array | null>
  put(key: string, value: Uint8Array, lifeSeconds: number): Promise<void>
  /** What the log was told. */
  readonly failed: readonly Failure[]
}

/** Something that the contract is about. */
export interface Driver {
  readonly name: string
  make(): Keeper
  /** The shortest life that it knows, in seconds, and how that passes; null: it keeps for as long as it has room. */
  readonly life: { readonly seconds: number; readonly pass: (seconds: number) => Promise<void> } | null
  /** A key and a value of which one is more than it takes; null: it takes all that there is here. */
  readonly tooMuch: readonly [key: string, value: Uint8Array] | null
  /** As `make`, on a platform all of whose methods do the same; null: it has none of its own. */
  readonly on: {
    /** By which name its failures are told. */
    readonly tier: TierName
    make(method: () => Promise<never>, protection: Partial<Protection>): Keeper
  } | null
}

export interface Platforms {
  readonly here: Platform
  readonly world: WorldPlatform
  stop(): Promise<void>
}

/** What time it is in the KV of the world. It leaps whenever a tier looks, for an isolate writes a key once in a minute. */
let now = 1_760_000_000_000
const leaping = {
  nowMilliseconds: () => {
    now += 60_000
    return now
  },
}

export async function startPlatforms(): Promise<Platforms> {
  const [here, world] = await Promise.all([startPlatform(), startWorld(() => now)])
  return {
    here,
    world,
    async stop() {
      await Promise.all([here.stop(), world.stop()])
    },
  }
}

/** Each put comes twice, for the first of a key is none. */
export function insisting(tier: Tier): Tier {
  return {
    ...tier,
    async put(key, value, lifeSeconds) {
      await tier.put(key, value, lifeSeconds)
      await tier.put(key, value, lifeSeconds)
    },
  }
}

export function edgeOf(cache: ResponseCache, given: Partial<Protection> = {}): Keeper {
  const protection = protectionFor(given)
  return { ...edgeTier(cache, protection), failed: protection.failed }
}

export function kvOf(store: KeyValueStore, given: Partial<Protection> = {}): Keeper {
  const protection = protectionFor({ clock: leaping, ...given })
  return { ...insisting(kvTier(store, protection)), failed: protection.failed }
}

/** @param platforms that run when something is made */
export function driversOf(platforms: () => Platforms): readonly Driver[] {
  // The clock of another process: nobody can move it.
  const second = { seconds: 1, pass: async (seconds: number) => void (await sleep(seconds * 1_000)) }
  const minute = {
    seconds: 60,
    async pass(seconds: number) {
      now += seconds * 1_000
    },
  }
  const longKey = ['x'.repeat(600), noise(3)] as const
  return [
    { name: 'memory', make: memoryKeeper, life: null, tooMuch: ['large', noise(8_388_608)], on: null },
    {
      name: 'the Cache API',
      make: () => edgeOf(platforms().here.cache),
      life: second,
      tooMuch: null,
      on: { tier: 'data-centre', make: (method, given) => edgeOf({ match: method, put: method }, given) },
    },
    {
      name: 'Workers KV',
      make: () => kvOf(platforms().here.store),
      // A minute is too long for a test: its own tests ask when a value will be gone.
      life: null,
      tooMuch: longKey,
      on: { tier: 'world', make: (method, given) => kvOf({ get: method, put: method }, given) },
    },
    // As these two, so kind may the simulated world be and no kinder.
    {
      name: "the Cache API of the world's data centres",
      make: () => edgeOf(platforms().world.cache),
      life: second,
      tooMuch: null,
      on: null,
    },
    {
      name: "the world's KV",
      make: () => kvOf(platforms().world.store),
      life: minute,
      tooMuch: longKey,
      on: null,
    },
  ]
}

function memoryKeeper(): Keeper {
  const memory = createMemory(64 * 1_048_576)
  return {
    failed: [],
    get: async (key) => memory.get(key)?.body ?? null,
    put: async (key, body) => {
      memory.put(key, entryOf({ body }))
    },
  }
}
