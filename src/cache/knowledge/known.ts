import { boundedMap } from '../../base/bounded-map.ts'
import type { Tier } from '../tier/tier.ts'
import {
  decodeKnowledge,
  encodeKnowledge,
  type Knowledge,
  knowledgeOf,
  merge,
  type Sighting,
  tellsMore,
} from './knowledge.ts'

/** What an isolate knows of the databases of its tenants, shared with the others of its data centre. */
export interface Known {
  /** Null when nothing is known. */
  of(tenant: string): Knowledge | null
  /** Whether the data centre was not asked for a second: by then another isolate may have written. */
  isDue(tenant: string, nowMilliseconds: number): boolean
  /** Asks the data centre what it knows, and tells it where that is less. */
  refresh(tenant: string, nowMilliseconds: number): Promise<void>
  /** In this isolate alone. */
  note(tenant: string, sighting: Sighting, seenAtMilliseconds: number): void
  /**
   * Here at once, and in the data centre: a new version at once, too; that one still holds, once a second.
   * @returns resolved when the data centre knows
   */
  learn(tenant: string, sighting: Sighting, seenAtMilliseconds: number): Promise<void>
}

const trustMilliseconds = 1_000
/** A request keeps the time of its start; others move on meanwhile. Further behind, the clock was set back. */
const slowestRequestMilliseconds = 60_000
/** Longer than entries last: what it forgets would make a superseded one look good until its `maxAge`. */
const lifeSeconds = 7 * 86_400
const rememberedTenants = 1_000

interface State {
  knowledge: Knowledge | null
  /** What the data centre had when it was last asked or told. */
  shared: Knowledge | null
  askedAtMilliseconds: number
  toldAtMilliseconds: number
}

/** @param dataCentre null where there is none: then the isolate knows what it saw itself. */
export function createKnown(dataCentre: Tier | null): Known {
  const states = boundedMap<State>(rememberedTenants)
  const stateOf = (tenant: string): State => {
    const state = states.get(tenant) ?? newState()
    states.set(tenant, state)
    return state
  }
  const add = (state: State, knowledge: Knowledge) => {
    state.knowledge = state.knowledge === null ? knowledge : merge(state.knowledge, knowledge)
  }
  const ask = async (tier: Tier, tenant: string, state: State) => {
    const bytes = await tier.get(keyOf(tenant))
    const knowledge = bytes === null ? null : decodeKnowledge(bytes)
    state.shared = knowledge
    if (knowledge !== null) add(state, knowledge)
  }
  const tell = async (tier: Tier, tenant: string, state: State) => {
    if (state.knowledge === null) return
    state.shared = state.knowledge
    await tier.put(keyOf(tenant), encodeKnowledge(state.knowledge), lifeSeconds)
  }
  return {
    of: (tenant) => states.get(tenant)?.knowledge ?? null,
    isDue(tenant, nowMilliseconds) {
      if (dataCentre === null) return false
      const elapsed = nowMilliseconds - (states.get(tenant)?.askedAtMilliseconds ?? Number.NEGATIVE_INFINITY)
      return elapsed >= trustMilliseconds || elapsed < -slowestRequestMilliseconds
    },
    async refresh(tenant, nowMilliseconds) {
      if (dataCentre === null) return
      const state = stateOf(tenant)
      await ask(dataCentre, tenant, state)
      state.askedAtMilliseconds = nowMilliseconds
      // Two that tell at once undo each other; and the data centre forgets.
      const { knowledge, shared } = state
      if (knowledge !== null && tellsMore(shared, knowledge)) await tell(dataCentre, tenant, state)
    },
    note(tenant, sighting, seenAtMilliseconds) {
      add(stateOf(tenant), knowledgeOf(sighting, seenAtMilliseconds))
    },
    async learn(tenant, sighting, seenAtMilliseconds) {
      const state = stateOf(tenant)
      const news = knowledgeOf(sighting, seenAtMilliseconds)
      add(state, news)
      if (dataCentre === null) return
      const sinceTold = Math.abs(seenAtMilliseconds - state.toldAtMilliseconds)
      if (sinceTold < trustMilliseconds && !tellsMore(state.shared, news)) return
      state.toldAtMilliseconds = seenAtMilliseconds
      // Asked first, so that what other isolates told is not undone.
      await ask(dataCentre, tenant, state)
      await tell(dataCentre, tenant, state)
    },
  }
}

/** No key of an entry has a colon. */
const keyOf = (tenant: string): string => `knowledge:${tenant}`

const newState = (): State => ({
  knowledge: null,
  shared: null,
  askedAtMilliseconds: Number.NEGATIVE_INFINITY,
  toldAtMilliseconds: Number.NEGATIVE_INFINITY,
})
