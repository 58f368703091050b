import { expect, test } from 'vitest'
import { gather } from '../../../src/engine/shard/gather.ts'

const places = Array.from({ length: 16 }, (_, index) => index)

test('five are asked at a time, all of them once, and each is taken when it comes', async () => {
  let waiting = 0
  let most = 0
  const taken: number[] = []
  const ask = async (place: number) => {
    waiting += 1
    most = Math.max(most, waiting)
    // The first of all comes last of its five.
    await new Promise((done) => setTimeout(done, place === 0 ? 20 : 1))
    waiting -= 1
    return place * 10
  }
  await gather(places, ask, (answer, place) => {
    expect(answer).toBe(place * 10)
    taken.push(place)
  })
  expect(most).toBe(5)
  expect(taken.toSorted((a, b) => a - b)).toEqual(places)
  expect(taken[0]).not.toBe(0)
})

test('when one fails nothing more is asked', async () => {
  const asked: number[] = []
  const ask = async (place: number) => {
    asked.push(place)
    if (place === 2) throw new Error(`shard ${place}`)
    await new Promise((done) => setTimeout(done, 5))
  }
  await expect(gather(places, ask, () => undefined)).rejects.toThrow('shard 2')
  await new Promise((done) => setTimeout(done, 20))
  expect(asked).toEqual([0, 1, 2, 3, 4])
})
