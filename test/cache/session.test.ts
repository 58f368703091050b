import { expect, test } from 'vitest'
import { type LastWrite, sessionMemory } from '../../src/cache/session.ts'
import type { ResponseCache } from '../../src/cache/tier/edge.ts'

/** The Cache API of a data centre, as one of its isolates has it. */
function dataCentre(): (before?: () => Promise<void>, after?: () => Promise<void>) => ResponseCache {
  const kept = new Map<string, string>()
  return (before, after) => ({
    async match(url) {
      const text = kept.get(url)
      return text === undefined ? undefined : new Response(text)
    },
    async put(url, response) {
      await before?.()
      kept.set(url, await response.text())
      await after?.()
    },
  })
}

const clock = { nowMilliseconds: () => Date.now() }
const at = (frame: number): LastWrite => ({ epoch: 'a', frame })

test('of two writes of one session the later is remembered, whichever isolate tells the data centre first', async () => {
  const centre = dataCentre()
  const [one, two, three] = [1, 2, 3].map(() => sessionMemory(centre(), clock))
  await two?.remember('session', at(12))
  await one?.remember('session', at(10))
  expect(await three?.lastWrite('session')).toEqual(at(12))
  await one?.remember('session', at(13))
  expect(await three?.lastWrite('session')).toEqual(at(13))
})

test('of another history the word that came last stands', async () => {
  const centre = dataCentre()
  const [one, two, three] = [1, 2, 3].map(() => sessionMemory(centre(), clock))
  await one?.remember('session', at(12))
  await two?.remember('session', { epoch: 'b', frame: 3 })
  expect(await three?.lastWrite('session')).toEqual({ epoch: 'b', frame: 3 })
})

test('what an earlier write has overwritten is told again', async () => {
  const centre = dataCentre()
  const toldLate = Promise.withResolvers<void>()
  const slow = sessionMemory(
    centre(() => toldLate.promise),
    clock,
  )
  const late = slow.remember('session', at(10))
  const overwritten = async () => {
    toldLate.resolve()
    await late
  }
  await sessionMemory(centre(undefined, overwritten), clock).remember('session', at(12))
  expect(await sessionMemory(centre(), clock).lastWrite('session')).toEqual(at(12))
})
