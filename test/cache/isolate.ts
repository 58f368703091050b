import { systemClock } from '../../src/base/clock.ts'
import type { Entry } from '../../src/cache/entry.ts'
import {
  createStore,
  type Finding,
  type Hit,
  type Query,
  type Store,
  type Tiers,
} from '../../src/cache/store.ts'
import { createMemory } from '../../src/cache/tier/memory.ts'
import type { Tier } from '../../src/cache/tier/tier.ts'
import { stored } from './fixture.ts'

/** What its tests ask of an isolate: about one key of one realm, and done when all is that goes on after a response. */
export interface Isolate extends Omit<Store, 'recall'> {
  readonly memory: Tiers['memory']
  /** What goes on afterwards is done after `rest`. */
  recall(query: Query): Hit | null
  rest(): Promise<void>
  look(query: Query): Promise<Finding>
  keep(entry: Entry, scope?: Query['scope']): Promise<string>
}

export function isolateOf(
  tiers: Pick<Tiers, 'dataCentre' | 'world'>,
  { key, realm }: { readonly key: string; readonly realm: string },
): Isolate {
  const memory = createMemory(1_000_000)
  const store = createStore({ memory, ...tiers }, systemClock)
  const works: Promise<void>[] = []
  const later = (work: Promise<void>) => void works.push(work)
  const settled = async <T>(value: T): Promise<T> => {
    await Promise.all(works.splice(0))
    return value
  }
  return {
    ...store,
    memory,
    recall: (query) => store.recall(key, query, later),
    rest: () => settled(undefined),
    look: async (query) => settled(await store.lookUp(key, query, later, true)),
    keep: (entry, scope = 'shared') => settled(store.fill(key, entry, { realm, scope }, later)),
  }
}

/** A request some seconds after entries were stored. */
export function queryAt(seconds: number, realm: string, more: Partial<Query> = {}): Query {
  const nowMilliseconds = stored + seconds * 1000
  return { realm, scope: 'shared', nowMilliseconds, epoch: null, neededTick: 0, neededFrame: 0, ...more }
}

export function brief(finding: Finding): string {
  return finding.kind === 'miss'
    ? finding.why
    : `${finding.kind} from ${finding.tier} as of ${finding.asOfTick}`
}

/** A tier, and how many times it was asked and told. */
export function watched(tier: Tier): Tier & { gets: number; puts: number } {
  return {
    ...tier,
    gets: 0,
    puts: 0,
    get(key) {
      this.gets += 1
      return tier.get(key)
    },
    put(key, value, lifeSeconds) {
      this.puts += 1
      return tier.put(key, value, lifeSeconds)
    },
  }
}
