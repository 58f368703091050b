import { expect } from 'vitest'
import { type SessionMemory, sessionMemory } from '../../../src/cache/session/memory.ts'
import type { LastWrite } from '../../../src/cache/session/record.ts'
import type { ResponseCache } from '../../../src/cache/tier/edge.ts'
import type { Failure } from '../platform.ts'

/** The Cache API of a data centre, as one of its isolates has it. */
function dataCentre() {
  const kept = new Map<string, string>()
  const cache = (): ResponseCache => ({
    async match(url) {
      const text = kept.get(url)
      return text === undefined ? undefined : new Response(text)
    },
    async put(url, response) {
      kept.set(url, await response.text())
    },
  })
  const evict = (page: string): void => {
    for (const url of kept.keys()) if (url.endsWith(`/${page}`)) kept.delete(url)
  }
  return Object.assign(cache, { evict })
}

export const at = (frame: number): LastWrite => ({ epoch: 'a', frame, tick: 0 })

/** Isolates of one data centre, and a clock that a test moves. */
export function isolates(centre = dataCentre()) {
  let now = 1_000_000
  const moved = { nowMilliseconds: () => now }
  const failed: Failure[] = []
  return {
    centre,
    isolate: (cache: ResponseCache | null = centre()) =>
      sessionMemory(cache, moved, (tier, error) => failed.push({ tier, error })),
    failed,
    pass: (milliseconds: number) => {
      now += milliseconds
    },
  }
}

/** A write from its beginning to its end; `announced`: and nobody has to wait for the end. */
export async function write(memory: SessionMemory, last: LastWrite | null, announced = true): Promise<void> {
  const { isKnown, told } = memory.remember(
    'session',
    last,
    announced ? await memory.announce('session') : null,
  )
  expect(isKnown).toBe(announced)
  await told
}
