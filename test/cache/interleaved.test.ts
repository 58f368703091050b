import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type Random, randomOf } from '../../bench/world/random.ts'
import { type SessionMemory, sessionMemory } from '../../src/cache/session/memory.ts'
import type { ResponseCache } from '../../src/cache/tier/edge.ts'

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

function atOnce(kept: Map<string, string>): ResponseCache {
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

const clock = { nowMilliseconds: () => 1_000_000 }
const someTurns = async (random: Random): Promise<void> => {
  for (let left = Math.floor(random() * 4); left > 0; left -= 1) await turn()
}

interface Writers {
  readonly isolates: number
  readonly writes: number
  /** How often two of one isolate go at once. */
  readonly pairs: number
  /** How often a write is not announced, and how often one that was is refused. */
  readonly unannounced: number
  readonly refused: number
}

/** Isolates write for one session; after each answer everybody has to know of it, or that they do not. */
async function missed(seed: number, { isolates, writes, pairs, unannounced, refused }: Writers) {
  const random = randomOf(seed)
  const kept = new Map<string, string>()
  const memories = Array.from({ length: isolates }, () => sessionMemory(slowly(kept, random), clock))
  const faults: string[] = []
  let [begun, answered] = [0, 0]
  const look = async (who: string, memory: SessionMemory): Promise<void> => {
    const needed = answered
    const seen = await memory.lastWrite('session')
    const isKnown = seen === 'unknown' || (typeof seen === 'object' && seen.frame >= needed)
    if (needed > 0 && !isKnown)
      faults.push(`seed ${seed}: ${who} needs ${needed}, sees ${JSON.stringify(seen)}`)
  }
  const write = async (memory: SessionMemory, next: SessionMemory): Promise<void> => {
    const isAnnounced = random() >= unannounced
    const announced = isAnnounced ? memory.announce('session') : null
    await someTurns(random)
    const isRefused = isAnnounced && random() < refused
    const frame = isRefused ? 0 : ++begun
    await someTurns(random)
    const done = isRefused ? null : { epoch: 'a', frame, tick: 1_000 + frame }
    const { isKnown, told } = memory.remember('session', done, announced && (await announced))
    if (!isKnown) await told
    answered = Math.max(answered, frame)
    await look('a new isolate', sessionMemory(atOnce(kept), clock))
    await look('who wrote', memory)
    await look('another one', next)
    if (random() < 0.5) await told
  }
  await Promise.all(
    memories.map(async (memory, index) => {
      const next = memories[(index + 1) % memories.length] ?? memory
      for (let left = writes; left > 0; left -= 1) {
        const many = random() < pairs ? [write(memory, next), write(memory, next)] : [write(memory, next)]
        await Promise.all(many)
      }
    }),
  )
  return faults
}

test.each<readonly [string, Writers, number]>([
  ['one at a time in each', { isolates: 2, writes: 2, pairs: 0, unannounced: 0, refused: 0 }, 1_500],
  ['two at once in one isolate', { isolates: 2, writes: 2, pairs: 0.5, unannounced: 0, refused: 0 }, 400],
  ['all that may be', { isolates: 3, writes: 3, pairs: 0.3, unannounced: 0.1, refused: 0.25 }, 500],
])(
  'whatever isolates do at once for one session, no answered write is missed: %s',
  async (_, writers, seeds) => {
    const faults: string[] = []
    for (let seed = 1; seed <= seeds && faults.length === 0; seed += 1)
      faults.push(...(await missed(seed, writers)))
    expect(faults).toEqual([])
  },
)
