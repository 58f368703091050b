import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type Random, randomOf } from '../../../bench/world/random.ts'
import type { Clock } from '../../../src/base/clock.ts'
import { type SessionMemory, sessionMemory } from '../../../src/cache/session/memory.ts'
import type { ResponseCache } from '../../../src/cache/tier/edge.ts'

/** A cache whose every step takes some turns of the event loop, drawn at random, before and after it is done. */
function slowly(kept: Map<string, string>, random: Random): ResponseCache {
  const pause = async (): Promise<void> => {
    for (let left = Math.floor(random() * 6); left > 0; left -= 1) await Promise.resolve()
    if (random() < 0.25) await turn()
  }
  return {
    async match(url) {
      await pause()
      const text = kept.get(url)
      await pause()
      return text === undefined ? undefined : new Response(text)
    },
    async put(url, response) {
      await pause()
      kept.set(url, await response.text())
      await pause()
    },
  }
}

function promptly(kept: Map<string, string>): ResponseCache {
  return {
    async match(url) {
      const text = kept.get(url)
      return text === undefined ? undefined : new Response(text)
    },
    async put(url, response) {
      kept.set(url, await response.text())
    },
  }
}

const someTurns = async (random: Random): Promise<void> => {
  for (let left = Math.floor(random() * 4); left > 0; left -= 1) await turn()
}

interface Writers {
  readonly isolates: number
  /** Rounds, after each of which nothing is on its way any more; and how much each isolate writes in one. */
  readonly rounds: number
  readonly writes: number
  /** How often two of one isolate go at once. */
  readonly pairs: number
  /** How often a write is not announced, and how often one that was is refused. */
  readonly unannounced: number
  readonly refused: number
  /** How often an isolate dies when it has answered; how often time passes after a round, and a page is evicted. */
  readonly dies: number
  readonly passes: number
  readonly evicted: number
}

const calm = { rounds: 1, dies: 0, passes: 0, evicted: 0 }

/** An isolate, which may die: what it has begun in the cache is never done then. */
function isolateOf(kept: Map<string, string>, clock: Clock, random: Random) {
  const life = { isDead: false }
  const cache = slowly(kept, random)
  const nothing = async () => {
    throw new Error('it is dead')
  }
  const memory = sessionMemory(
    {
      match: (url) => (life.isDead ? nothing() : cache.match(url)),
      put: (url, response) => (life.isDead ? nothing() : cache.put(url, response)),
    },
    clock,
    () => undefined,
  )
  return { life, memory }
}

/** Isolates write for one session; after each answer everybody has to know of it, or that they do not. */
async function missed(seed: number, writers: Writers): Promise<readonly string[]> {
  const random = randomOf(seed)
  const kept = new Map<string, string>()
  let now = 1_000_000
  const clock = { nowMilliseconds: () => now }
  const isolates = Array.from({ length: writers.isolates }, () => isolateOf(kept, clock, random))
  const faults: string[] = []
  const underWay: Promise<unknown>[] = []
  let [begun, answered, isEvicted] = [0, 0, false]
  const primary = async () => {
    await someTurns(random)
    const told = { epoch: 'a', frame: begun, tick: 1_000 + begun }
    await someTurns(random)
    return told
  }
  const look = async (who: string, memory: SessionMemory): Promise<void> => {
    const needed = answered
    const seen = await memory.lastWrite('session')
    const isKnown = seen === 'unknown' || (typeof seen === 'object' && seen.frame >= needed)
    if (needed > 0 && !isKnown)
      faults.push(`seed ${seed}: ${who} needs ${needed}, sees ${JSON.stringify(seen)}`)
    const settling = memory.settle('session', primary)
    if (settling !== null) underWay.push(settling)
  }
  const write = async (index: number): Promise<void> => {
    const isolate = isolates[index]
    const next = isolates[(index + 1) % isolates.length]
    if (isolate === undefined || next === undefined) return
    const { life, memory } = isolate
    const isAnnounced = random() >= writers.unannounced
    const announced = isAnnounced ? memory.announce('session') : null
    await someTurns(random)
    const isRefused = isAnnounced && random() < writers.refused
    const frame = isRefused ? 0 : ++begun
    await someTurns(random)
    const done = isRefused ? null : { epoch: 'a', frame, tick: 1_000 + frame }
    const { isKnown, told } = memory.remember('session', done, announced && (await announced))
    const ended = performance.now()
    if (!isKnown) await told
    // What cannot be told in time, on a machine that stands still for so long, is answered all the same.
    if (life.isDead || performance.now() - ended > 200) return
    answered = Math.max(answered, frame)
    if (random() < writers.dies) {
      life.isDead = true
      isolates[index] = isolateOf(kept, clock, random)
    }
    await look(
      'a new isolate',
      sessionMemory(promptly(kept), clock, () => undefined),
    )
    if (!life.isDead) await look('who wrote', memory)
    if (!next.life.isDead) await look('another one', next.memory)
    if (life.isDead) return
    if (random() < 0.5) await told
    else underWay.push(told)
  }
  const round = async (_: unknown, index: number): Promise<void> => {
    for (let left = writers.writes; left > 0; left -= 1)
      await Promise.all(random() < writers.pairs ? [write(index), write(index)] : [write(index)])
  }
  for (let left = writers.rounds; left > 0; left -= 1) {
    await Promise.all(isolates.map(round))
    await Promise.all(underWay.splice(0))
    if (random() < writers.passes) now += [1_000, 16_000, 31_000][Math.floor(random() * 3)] ?? 0
    if (!isEvicted && random() < writers.evicted) {
      isEvicted = true
      const page = random() < 0.5 ? '/record' : '/claim'
      for (const url of kept.keys()) if (url.endsWith(page)) kept.delete(url)
    }
    for (const { memory } of isolates) await look('who looks afterwards', memory)
    if (random() < 0.5) await Promise.all(underWay.splice(0))
  }
  await Promise.all(underWay)
  return faults
}

/** Some of what settles waits in real time. */
const atOnce = 50

const few = { isolates: 2, writes: 2, unannounced: 0, refused: 0 }
const all = { isolates: 3, pairs: 0.3, unannounced: 0.1, refused: 0.25 }

test.each<readonly [string, Writers, number]>([
  ['one at a time in each', { ...calm, ...few, pairs: 0 }, 200],
  ['two at once in one isolate', { ...calm, ...few, pairs: 0.5 }, 100],
  ['all that may be', { ...calm, ...all, writes: 3 }, 150],
  ['while time passes', { ...calm, ...all, rounds: 6, writes: 1, passes: 0.6 }, 100],
  ['while pages are evicted', { ...calm, ...all, rounds: 6, writes: 1, passes: 0.6, evicted: 0.3 }, 100],
  [
    'while isolates die',
    { ...all, rounds: 6, writes: 1, dies: 0.15, passes: 0.6, evicted: 0.1, unannounced: 0 },
    100,
  ],
])(
  'whatever isolates do at once for one session, no answered write is missed: %s',
  async (_, writers, seeds) => {
    const faults: string[] = []
    for (let seed = 1; seed <= seeds && faults.length === 0; seed += atOnce) {
      const several = Array.from({ length: atOnce }, (_, index) => missed(seed + index, writers))
      faults.push(...(await Promise.all(several)).flat())
    }
    expect(faults.slice(0, 5)).toEqual([])
  },
)
