import type { Entry } from './entry.ts'
import type { Sighting } from './knowledge.ts'
import type { Demand, Served, Why } from './rule.ts'
import type { TierName } from './tier.ts'

/** Who may see an answer: `private` ones never leave the memory of the isolate. */
export type Scope = 'private' | 'shared'

/** What a request asks of the store: whose database, and how new. */
export interface Query extends Omit<Demand, 'knowledge'> {
  readonly tenant: string
  readonly scope: Scope
}

/** An answer that was kept, or why there is none. */
export type Finding = Hit | { readonly kind: 'miss'; readonly why: Why }

export interface Hit extends Served {
  readonly entry: Entry
  readonly tier: 'memory' | TierName
}

/** The tiers of one isolate as one. Nothing in it throws for a tier that fails; no promise of it outlives a request. */
export interface Store {
  /**
   * A fresh answer from the memory of the isolate; null where there is none, or where the data centre was not asked
   * for a second what it knows: then `lookUp` is to be awaited.
   */
  recall(key: string, query: Query): Hit | null
  /**
   * The best answer that memory, data centre and world have; each is asked only while those above have nothing to
   * serve. What a lower tier had is put into those above.
   * @param later takes what may go on after the response: `context.waitUntil`
   */
  lookUp(key: string, query: Query, later: Later): Promise<Finding>
  /**
   * Keeps an answer of the database, unless a newer one is there or a write has overtaken it.
   * @returns whether memory now has it: if not, nobody should wait for it there
   */
  fill(
    key: string,
    entry: Entry,
    query: Pick<Query, 'tenant' | 'scope' | 'nowMilliseconds'>,
    later: Later,
  ): boolean
  /**
   * Notes what an answer of the database said of versions: in this isolate at once. A write tells it of what it touched.
   * @returns resolved when the data centre knows, too
   */
  learn(tenant: string, sighting: Sighting, nowMilliseconds: number): Promise<void>
}

export type Later = (work: Promise<void>) => void
