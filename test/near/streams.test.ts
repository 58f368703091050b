import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Centre, startCentre } from './harness/centre.ts'

let centre: Centre
beforeAll(async () => {
  centre = await startCentre({ variables: { DATABASE_STREAMS: '1' } })
}, 60_000)
afterAll(() => centre.stop())

test('a stream that is old is replaced after an answer that had no use of it', async () => {
  const { wire } = centre.nodes.primary
  const ask = async (): Promise<number> => {
    const { status, trips } = await centre.ask('/rest/v1/posts?order=id')
    expect(status).toBe(200)
    return trips
  }
  expect(await ask()).toBe(1)
  await centre.settled()
  const before = wire.all
  expect(await ask()).toBe(0)
  await centre.settled()
  expect(wire.all - before).toBe(0)
  await sleep(3_000)
  expect(await ask()).toBe(0)
  await centre.settled()
  // One to end the old one, one to begin another.
  expect(wire.all - before).toBe(2)
})
