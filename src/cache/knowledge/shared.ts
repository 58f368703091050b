import { afterTheAnswer, type Clock, doAfterTheAnswer, type Later, sleep } from '../../base/clock.ts'
import { rememberedSeconds } from '../../base/history/remembered.ts'
import { boundedMap } from '../../base/memory/bounded-map.ts'
import { createDue, type Due } from '../due.ts'
import type { Tier } from '../tier/tier.ts'
import {
  decodeKnowledge,
  encodeKnowledge,
  type Knowledge,
  knowledgeFormat,
  knowledgeOf,
  merge,
  type Sighting,
  tellsMore,
} from './knowledge.ts'

/** What an isolate knows of each realm, shared with the others of its data centre. */
export interface SharedKnowledge {
  /** Null when nothing is known. */
  of(realm: string): Knowledge | null
  /** How often something was learnt that may have overtaken an answer. */
  news(realm: string): number
  /** Whether the data centre was not asked for a second: by then another isolate may have written. */
  isDue(realm: string, nowMilliseconds: number): boolean
  /** Asks the data centre what it knows, and tells it where that is less. */
  refresh(realm: string, nowMilliseconds: number): Promise<void>
  /** The same after the answer, where it is due soon. */
  askAhead(realm: string, nowMilliseconds: number, later: Later): void
  /**
   * In this isolate alone, and without a version that others must have told of: by which rows it came is not told here,
   * and all that is known of parts would end with it.
   */
  note(realm: string, sighting: Sighting, seenAtMilliseconds: number): void
  /**
   * Here at once, and in the data centre: a new version at once, too; that one still holds, ten times a second, but of a
   * write at once: who wrote may come to another isolate with its bookmark.
   * @returns resolved when the data centre knows
   */
  learn(realm: string, sighting: Sighting, seenAtMilliseconds: number, isWrite?: boolean): Promise<void>
}

/** Who has a bookmark of one isolate may come to another one as soon. */
const tellMilliseconds = 100
const rememberedRealms = 1_000

interface State {
  knowledge: Knowledge | null
  news: number
  /** What the data centre had when it was last asked or told, and as which bytes. */
  shared: Knowledge | null
  sharedBytes: Uint8Array | null
  readonly due: Due
  toldAtMilliseconds: number
  /** Since when somebody waits to tell, who may die meanwhile. */
  waitsSinceMilliseconds: number
}

/** @param dataCentre null where there is none: then the isolate knows what it saw itself. */
export function shareKnowledge(dataCentre: Tier | null, clock: Clock): SharedKnowledge {
  const states = boundedMap<State>(rememberedRealms)
  const stateOf = (realm: string): State => {
    const state = states.get(realm) ?? newState()
    states.set(realm, state)
    return state
  }
  const add = (state: State, knowledge: Knowledge) => {
    if (tellsMore(state.knowledge, knowledge)) state.news += 1
    state.knowledge = state.knowledge === null ? knowledge : merge(state.knowledge, knowledge)
  }
  const ask = async (tier: Tier, realm: string, state: State) => {
    const bytes = await tier.get(knowledgePage(realm))
    // Nobody told anything since: to read it once more takes longer than all else here.
    if (bytes !== null && state.sharedBytes !== null && Buffer.compare(bytes, state.sharedBytes) === 0) return
    const knowledge = bytes === null ? null : decodeKnowledge(bytes)
    state.shared = knowledge
    state.sharedBytes = bytes
    if (knowledge !== null) add(state, knowledge)
  }
  const tell = async (tier: Tier, realm: string, state: State) => {
    if (state.knowledge === null) return
    const bytes = encodeKnowledge(state.knowledge)
    state.shared = state.knowledge
    state.sharedBytes = bytes
    await tier.put(knowledgePage(realm), bytes, rememberedSeconds)
  }
  const refresh = async (realm: string, nowMilliseconds: number) => {
    if (dataCentre === null) return
    const state = stateOf(realm)
    await ask(dataCentre, realm, state)
    state.due.asked(nowMilliseconds)
    // Two that tell at once undo each other; and the data centre forgets.
    const { knowledge, shared } = state
    if (knowledge !== null && tellsMore(shared, knowledge)) await tell(dataCentre, realm, state)
  }
  return {
    of: (realm) => states.get(realm)?.knowledge ?? null,
    news: (realm) => states.get(realm)?.news ?? 0,
    isDue(realm, nowMilliseconds) {
      if (dataCentre === null) return false
      return states.get(realm)?.due.isDue(nowMilliseconds) ?? true
    },
    refresh,
    askAhead(realm, nowMilliseconds, later) {
      if (dataCentre === null) return
      const state = stateOf(realm)
      if (state.due.setsOutAhead(nowMilliseconds))
        doAfterTheAnswer(() => refresh(realm, nowMilliseconds), later)
    },
    note(realm, sighting, seenAtMilliseconds) {
      const state = stateOf(realm)
      const news = knowledgeOf(sighting, seenAtMilliseconds)
      const tables = [...news.tables].filter(
        ([table, { version }]) => !isGap(state.knowledge, table, version),
      )
      add(state, news.epoch === state.knowledge?.epoch ? { ...news, tables: new Map(tables) } : news)
    },
    async learn(realm, sighting, seenAtMilliseconds, isWrite = false) {
      const state = stateOf(realm)
      const news = knowledgeOf(sighting, seenAtMilliseconds)
      add(state, news)
      if (dataCentre === null) return
      await afterTheAnswer()
      if (!isWrite && !tellsMore(state.shared, news)) {
        const now = clock.nowMilliseconds()
        const wait = state.toldAtMilliseconds + tellMilliseconds - now
        if (Math.abs(now - state.waitsSinceMilliseconds) < 2 * tellMilliseconds) return
        if (wait > 0) {
          state.waitsSinceMilliseconds = now
          await sleep(Math.min(wait, tellMilliseconds))
          state.waitsSinceMilliseconds = Number.NEGATIVE_INFINITY
        }
      }
      state.toldAtMilliseconds = clock.nowMilliseconds()
      // Asked first, so that what other isolates told is not undone.
      await ask(dataCentre, realm, state)
      await tell(dataCentre, realm, state)
    },
  }
}

function isGap(knowledge: Knowledge | null, table: string, version: number): boolean {
  const held = knowledge?.tables.get(table)
  return held !== undefined && held.changes !== null && version > held.version
}

/** Where a data centre keeps it: no key of an entry has a colon. */
export const knowledgePage = (realm: string): string => `knowledge:${knowledgeFormat}:${realm}`

const newState = (): State => ({
  knowledge: null,
  news: 0,
  shared: null,
  sharedBytes: null,
  due: createDue(),
  toldAtMilliseconds: Number.NEGATIVE_INFINITY,
  waitsSinceMilliseconds: Number.NEGATIVE_INFINITY,
})
