import { expect, test } from 'vitest'
import { inTurn } from '../../../src/auth/password/turn.ts'

const tick = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

test('one after another, in their order, and an error leaves its place', async () => {
  const said: string[] = []
  const work = (name: string) =>
    inTurn(async () => {
      said.push(`${name} in`)
      await tick(5)
      said.push(`${name} out`)
      if (name === 'b') throw new TypeError('b')
      return name
    })
  const outcomes = await Promise.allSettled(['a', 'b', 'c'].map(work))
  expect(said).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out'])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})

test('whoever comes when fifty wait is told when to come again', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 60 }, () => inTurn(() => tick(1))))
  const refused = outcomes.filter(({ status }) => status === 'rejected')
  expect(refused).toHaveLength(10)
  expect(refused[0]).toMatchObject({
    reason: { code: 'over_request_rate_limit', headers: { 'retry-after': '2' } },
  })
  await inTurn(() => tick(1))
})

test('a request that was cancelled while it was at work holds up nobody for ever', async () => {
  void inTurn(() => new Promise(() => {}))
  const start = Date.now()
  await inTurn(() => tick(1))
  expect(Date.now() - start).toBeLessThan(15_000)
}, 20_000)
