import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { type SessionMemory, sessionMemory } from '../../../src/cache/session/memory.ts'

/** One step of an isolate at its data centre's cache. */
interface Step {
  readonly who: string
  readonly operation: 'match' | 'put'
  readonly page: string
}

/** A data centre in which a test holds single steps of single isolates, and moves the clock. */
export function holdingCentre() {
  const kept = new Map<string, string>()
  const pageOf = (url: string): string => url.split('/').at(-1) ?? ''
  let now = 1_000_000
  let holds: ((step: Step) => boolean)[] = []
  const held: { readonly step: Step; readonly go: () => void }[] = []
  const come = async (step: Step): Promise<void> => {
    if (holds.some((each) => each(step))) await new Promise<void>((go) => held.push({ step, go }))
  }
  return {
    /** Those that follow are held, until `letGo`. */
    hold(which: (step: Step) => boolean): void {
      holds.push(which)
    },
    /** None that follows is held; those that are stay so. */
    letOthersBy(): void {
      holds = []
    },
    /** @param who default: everybody */
    async letGo(who?: string): Promise<void> {
      for (const each of held.splice(0)) {
        if (who === undefined || each.step.who === who) each.go()
        else held.push(each)
      }
      await turn()
    },
    evict(page: string): void {
      for (const url of kept.keys()) if (pageOf(url) === page) kept.delete(url)
    },
    pass(milliseconds: number): void {
      now += milliseconds
    },
    isolate: (who: string): SessionMemory =>
      sessionMemory(
        {
          async match(url) {
            await come({ who, operation: 'match', page: pageOf(url) })
            const text = kept.get(url)
            return text === undefined ? undefined : new Response(text)
          },
          async put(url, response) {
            const text = await response.text()
            await come({ who, operation: 'put', page: pageOf(url) })
            kept.set(url, text)
          },
        },
        { nowMilliseconds: () => now },
        () => undefined,
      ),
  }
}

/** All that can go on has gone on. */
export const turn = (): Promise<void> => sleep(5)

export const at = (tick: number) => ({ epoch: 'a', frame: tick, tick })

/** A whole write. @returns whether nobody had to wait for what is told afterwards */
export async function write(memory: SessionMemory, tick: number): Promise<boolean> {
  const { isKnown, told } = memory.remember('session', at(tick), await memory.announce('session'))
  await told
  return isKnown
}

/** Finds it unknown, and asks the primary, which has come so far. */
export async function settle(memory: SessionMemory, tick: number): Promise<void> {
  expect(await memory.lastWrite('session')).toBe('unknown')
  await memory.settle('session', async () => at(tick))
}

/** Whoever looks knows of this write, or that they do not. */
export async function expectTold(memory: SessionMemory, tick: number): Promise<void> {
  const seen = await memory.lastWrite('session')
  if (seen === 'unknown') return
  expect(seen).not.toBe('none')
  if (seen !== 'none') expect(seen.tick).toBeGreaterThanOrEqual(tick)
}
