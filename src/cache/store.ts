import { afterTheAnswer, type Clock, doAfterTheAnswer, type Later } from '../base/clock.ts'
import { isNewer, type Moment } from '../base/history/moment.ts'
import type { Versions } from '../base/versions.ts'
import { decodeEntry, type Entry, encodeEntry, lifeSeconds } from './entry.ts'
import type { Outcome } from './flight.ts'
import { type LastHeard, lastHeard } from './knowledge/heard.ts'
import type { Sighting } from './knowledge/knowledge.ts'
import { shareKnowledge } from './knowledge/shared.ts'
import { absent, isSuperseded, judge, type Miss, type Requirement, type Served, wins } from './rule.ts'
import type { Memory } from './tier/memory.ts'
import type { Tier, TierName } from './tier/tier.ts'

/** Who may see an answer: `private` ones never leave the memory of the isolate. */
export type Scope = 'private' | 'shared'

/** What a request asks of the store: of whose database, and how new. */
export interface Query extends Requirement {
  readonly realm: string
  readonly scope: Scope
}

/** An answer that was kept, or why there is none. */
export type Finding = Hit | Miss

export interface Hit extends Served {
  readonly entry: Entry
  readonly tier: 'memory' | TierName
}

/** The tiers of one isolate as one. A tier that fails is as an empty one, and no promise outlives its request. */
export interface Store {
  /**
   * A fresh answer from the memory of the isolate; null where there is none, or where the data centre was not asked
   * for a second what it knows: then `lookUp` is to be awaited. While many ask it is asked after an answer, before that.
   */
  recall(key: string, query: Query, later: Later): Hit | null
  /**
   * The best answer that memory and data centre have; each is asked only while the one above has nothing to serve. The
   * world is asked when the database does not answer, or where there is no data centre: what was not asked for here
   * lately is as far away there as in the database. What a lower tier had is put into those above.
   */
  lookUp(key: string, query: Query, later: Later, isOutage?: boolean): Promise<Finding>
  /** Keeps an answer of the database, unless a newer one is there or a write has overtaken it. */
  fill(key: string, entry: Entry, query: Pick<Query, 'realm' | 'scope'>, later: Later): Outcome
  /**
   * Notes what an answer of the database says of versions, in this isolate at once: a write, what it touched.
   * @returns resolved when the data centre knows, too
   */
  learn(realm: string, sighting: Sighting, nowMilliseconds: number, isWrite?: boolean): Promise<void>
  /** Versions of tables, as far as they are known: the database need not tell what was before. */
  known(realm: string): Versions
  /** How often something was learnt that may have overtaken an answer: while it stays as it was, nothing was. */
  news(realm: string): number
  /** The answer that memory holds, where a table that it depends on is known to have changed since; null: there is none. */
  overtaken(key: string, realm: string): Entry | null
  /** Where all that is known of these tables holds: what is read from there on is not overtaken yet. Null: nothing is known. */
  knownAt(realm: string, tables: readonly string[]): Moment | null
  /** When the primary was last heard of. */
  readonly heard: LastHeard
}

export interface Tiers {
  readonly memory: Memory
  readonly dataCentre: Tier | null
  readonly world: Tier | null
}

export function createStore({ memory, dataCentre, world }: Tiers, clock: Clock): Store {
  const known = shareKnowledge(dataCentre, clock)

  const find = (tier: Hit['tier'], entry: Entry | null, query: Query): Finding => {
    if (entry === null) return absent
    const verdict = judge(entry, query, known.of(query.realm))
    return verdict.kind === 'miss' ? verdict : { ...verdict, entry, tier }
  }
  const read = async (tier: Tier, key: string, realm: string): Promise<Entry | null> => {
    const bytes = await tier.get(key)
    const entry = bytes === null ? null : decodeEntry(bytes)
    if (entry !== null) known.note(realm, entry, entry.storedAtMilliseconds)
    return entry
  }
  const remember = (key: string, entry: Entry): Outcome => {
    const held = memory.get(key)
    return (held !== null && !wins(entry, held)) || memory.put(key, entry) ? 'kept' : 'unkept'
  }
  const put = (tier: Tier, key: string, entry: Entry): Promise<void> =>
    tier.put(key, encodeEntry(entry), lifeSeconds(entry))
  /** The data centre is asked first, for its isolates race: after the response that costs nobody anything. */
  const share = async (tier: Tier, key: string, entry: Entry, realm: string): Promise<void> => {
    await afterTheAnswer()
    const held = await read(tier, key, realm)
    if (held === null || wins(entry, held)) await put(tier, key, entry)
  }

  return {
    recall(key, query, later) {
      const entry = memory.get(key)
      if (entry === null || known.isDue(query.realm, query.nowMilliseconds)) return null
      known.askAhead(query.realm, query.nowMilliseconds, later)
      const finding = find('memory', entry, query)
      return finding.kind === 'fresh' ? finding : null
    },
    async lookUp(key, query, later, isOutage = false) {
      const { realm, nowMilliseconds } = query
      const shared = query.scope === 'shared'
      const held = memory.get(key)
      const due = known.isDue(realm, nowMilliseconds)
      const first = find('memory', held, query)
      if (first.kind === 'fresh' && !due) return first
      const [near] = await Promise.all([
        shared && dataCentre !== null ? read(dataCentre, key, realm) : null,
        due || isBehind(first) ? known.refresh(realm, nowMilliseconds) : null,
      ])
      const best = () => better(find('memory', held, query), find('data-centre', near, query))
      let finding = best()
      if (!due && isBehind(finding) && !isBehind(first)) {
        await known.refresh(realm, nowMilliseconds)
        finding = best()
      }
      if (!isServed(finding) && shared && world !== null && (isOutage || dataCentre === null)) {
        finding = better(finding, find('world', await read(world, key, realm), query))
      }
      if (finding.kind === 'miss' || finding.tier === 'memory') return finding
      remember(key, finding.entry)
      if (finding.tier === 'world' && dataCentre !== null) {
        later(share(dataCentre, key, finding.entry, realm))
      }
      return finding
    },
    fill(key, entry, { realm, scope }, later) {
      later(known.learn(realm, entry, entry.storedAtMilliseconds))
      if (isSuperseded(entry, known.of(realm))) return 'failed'
      if (lifeSeconds(entry) <= 0) return 'unkept'
      if (scope === 'shared') {
        if (dataCentre !== null) later(share(dataCentre, key, entry, realm))
        // What the world has may be a minute old: to ask first would tell little.
        if (world !== null) doAfterTheAnswer(() => put(world, key, entry), later)
      }
      return remember(key, entry)
    },
    learn: known.learn,
    news: known.news,
    heard: lastHeard(dataCentre),
    overtaken(key, realm) {
      const entry = memory.get(key)
      return entry !== null && isSuperseded(entry, known.of(realm)) ? entry : null
    },
    known(realm) {
      const tables = [...(known.of(realm)?.tables ?? [])]
      return Object.fromEntries(tables.map(([table, { version }]) => [table, version]))
    },
    knownAt(realm, tables) {
      const knowledge = known.of(realm)
      if (knowledge === null) return null
      const { epoch } = knowledge
      let latest = { frame: 0, tick: 0 }
      for (const table of tables) {
        const seen = knowledge.tables.get(table)
        if (seen !== undefined && isNewer(seen, latest)) latest = seen
      }
      return { epoch, frame: latest.frame, tick: latest.tick }
    },
  }
}

const isServed = ({ kind }: Finding): boolean => kind === 'fresh' || kind === 'stale-while-revalidate'

const isBehind = (finding: Finding): boolean => finding.kind === 'miss' && finding.why === 'behind'

const ranks = { miss: 0, 'stale-if-error': 1, 'stale-while-revalidate': 2, fresh: 3 }

/** Of two that are as good, the first: its tier is nearer. That something was there says more than that nothing was. */
function better(near: Finding, far: Finding): Finding {
  if (near.kind === 'miss' && near.why === 'absent') return far
  return ranks[far.kind] > ranks[near.kind] ? far : near
}
