import { afterEach, expect, test, vi } from 'vitest'
import { randomOf } from '../../../bench/world/random.ts'
import { type SessionMemory, sessionMemory } from '../../../src/cache/session/memory.ts'
import type { ResponseCache } from '../../../src/cache/tier/edge.ts'

afterEach(() => void vi.useRealTimers())

const wait = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))
const clock = { nowMilliseconds: () => Date.now() }

interface Adversity {
  readonly isolates: number
  /** Between two writes of an isolate, at most, in milliseconds. */
  readonly pause: number
  /** How often: a trip takes up to 10 s; a step at the cache longer than anybody waits; an isolate dies; a page is let go. */
  readonly long: number
  readonly late: number
  readonly dies: number
  readonly evicted: number
  /** How often a write is not announced, and how often one is refused. */
  readonly unannounced: number
  readonly refused: number
}

const writingMilliseconds = 90_000
/** Longer than any mark stands. */
const readingMilliseconds = 40_000

/** Isolates write and read for one session, in time that passes at once. @returns what somebody was told that is older than answered */
async function played(seed: number, how: Adversity) {
  const random = randomOf(seed)
  const isTo = (share: number): boolean => random() < share
  const kept = new Map<string, string>()
  const began = Date.now()
  const until = began + writingMilliseconds
  const cacheFor = (life: { isDead: boolean }): ResponseCache => {
    const never = new Promise<never>(() => undefined)
    const pass = async (milliseconds: number): Promise<void> => {
      await wait(milliseconds)
      if (life.isDead) await never
    }
    const took = (): number => (isTo(how.late) ? 250 + random() * 500 : 1 + random() * (isTo(0.2) ? 70 : 10))
    return {
      async match(url) {
        await pass(took() / 2)
        const text = kept.get(url)
        await pass(1)
        return text === undefined ? undefined : new Response(text)
      },
      async put(url, response) {
        const [text, milliseconds] = [await response.text(), took()]
        await wait(milliseconds / 2)
        // What is on its way arrives, as a rule, though who sent it is dead.
        if (life.isDead && isTo(0.5)) await never
        kept.set(url, text)
        await pass(milliseconds / 2)
      },
    }
  }
  const isolate = () => {
    const life = { isDead: false }
    return { life, memory: sessionMemory(cacheFor(life), clock, () => undefined) }
  }
  const prompt: ResponseCache = {
    async match(url) {
      const text = kept.get(url)
      return text === undefined ? undefined : new Response(text)
    },
    async put(url, response) {
      kept.set(url, await response.text())
    },
  }
  const isolates = Array.from({ length: how.isolates }, isolate)
  const faults: string[] = []
  let [committed, answered, known] = [0, 0, 0]
  const moment = () => ({ epoch: 'a', frame: committed, tick: committed })
  const primary = async () => {
    await wait(5 + random() * 100)
    const told = moment()
    await wait(5 + random() * 100)
    return isTo(0.1) ? null : told
  }
  const look = async (memory: SessionMemory, isSettling: boolean): Promise<void> => {
    const needed = answered
    const seen = await memory.lastWrite('session')
    if (needed > 0 && seen !== 'unknown' && (seen === 'none' || seen.tick < needed))
      faults.push(
        `seed ${seed} after ${Date.now() - began} ms: ${needed} was answered, ${JSON.stringify(seen)} is told`,
      )
    if (seen !== 'unknown') known += 1
    if (isSettling) await memory.settle('session', primary)
  }
  const write = async ({ life, memory }: ReturnType<typeof isolate>): Promise<void> => {
    const announced = isTo(how.unannounced) ? null : memory.announce('session')
    const trip = isTo(how.long) ? 1_000 + random() * 8_900 : 5 + random() * 60
    const commits = random() * trip
    await wait(commits)
    if (life.isDead) return
    const isRefused = isTo(how.refused)
    committed += isRefused ? 0 : 1
    const done = isRefused ? null : moment()
    await wait(trip - commits)
    const writing = announced && (await announced)
    if (life.isDead) return
    const ended = Date.now()
    const { isKnown, told } = memory.remember('session', done, writing)
    if (!isKnown) await told
    // What cannot be told in time is answered all the same: for who keeps a bookmark.
    if (!life.isDead && done !== null && Date.now() - ended < 249) answered = Math.max(answered, done.tick)
  }
  const writer = async (index: number): Promise<void> => {
    while (Date.now() < until) {
      await wait(random() * (isTo(0.5) ? 200 : how.pause))
      const own = isolates[index] ?? expect.unreachable()
      void write(own)
      if (!isTo(how.dies)) continue
      await wait(random() * 300)
      own.life.isDead = true
      isolates[index] = isolate()
    }
  }
  const reader = async (): Promise<void> => {
    while (Date.now() < until + readingMilliseconds) {
      await wait(50 + random() * 600)
      const one = isolates[Math.floor(random() * isolates.length)] ?? expect.unreachable()
      void look(one.memory, true)
      await look(
        sessionMemory(prompt, clock, () => undefined),
        false,
      )
    }
  }
  const evictor = async (): Promise<void> => {
    while (Date.now() < until) {
      await wait(random() * 20_000)
      const urls = [...kept.keys()].filter((url) => /\/(record|claim)$/.test(url))
      const url = urls[Math.floor(random() * urls.length)]
      // With both gone it is as if nobody had written: of that nobody can know.
      if (url !== undefined && urls.length > 1 && isTo(how.evicted)) kept.delete(url)
    }
  }
  const all = Promise.all([...isolates.map((_, index) => writer(index)), reader(), evictor()])
  await vi.advanceTimersByTimeAsync(writingMilliseconds + readingMilliseconds + 20_000)
  await all
  return { faults, known }
}

const calm: Adversity = {
  ...{ isolates: 2, pause: 20_000, long: 0.05, late: 0, dies: 0, evicted: 0 },
  ...{ unannounced: 0.03, refused: 0.15 },
}

test.each<readonly [string, Adversity]>([
  ['while much goes on', { ...calm, isolates: 3, pause: 3_000, long: 0.3 }],
  ['while the cache is slow', { ...calm, pause: 12_000, long: 0.4, late: 0.02 }],
  ['while pages are let go', { ...calm, pause: 12_000, long: 0.4, evicted: 0.9 }],
  ['while isolates die', { ...calm, dies: 0.2 }],
  [
    'while all that goes on',
    { ...calm, isolates: 3, pause: 8_000, long: 0.2, late: 0.03, dies: 0.1, evicted: 0.5 },
  ],
])(
  'no write that was answered is missed, and who reads learns of some: %s',
  async (_, how) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    for (let seed = 1; seed <= 30; seed += 1) {
      const { faults, known } = await played(seed, how)
      expect(faults.slice(0, 3)).toEqual([])
      expect(known).toBeGreaterThan(20)
    }
  },
  300_000,
)
