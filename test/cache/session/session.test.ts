import { expect, test } from 'vitest'
import type { ResponseCache } from '../../../src/cache/tier/edge.ts'
import { DeadlineError } from '../../../src/cache/tier/within.ts'
import { at, isolates, write } from './sessions.ts'

test.each([true, false])(
  'of writes one after another the later is remembered, announced: %s',
  async (announced) => {
    const { isolate } = isolates()
    const [one, two] = [isolate(), isolate()]
    await write(two, at(10), announced)
    await write(one, at(12), announced)
    expect(await isolate().lastWrite('session')).toEqual(at(12))
    await write(two, at(13), announced)
    expect(await one.lastWrite('session')).toEqual(at(13))
  },
)

test.each([
  ['nobody has noticed', 'a'],
  ['a new history has begun', 'b'],
])(
  'after a crash frames are counted anew: of two writes the one with the higher tick is later: %s',
  async (_, epoch) => {
    const { isolate } = isolates()
    const [one, two] = [isolate(), isolate()]
    const [before, after] = [
      { epoch: 'a', frame: 900, tick: 5 },
      { epoch, frame: 20, tick: 6 },
    ]
    await write(one, before)
    await write(two, after)
    await write(one, before, false)
    expect(await isolate().lastWrite('session')).toEqual(after)
    expect(await one.lastWrite('session')).toEqual(after)
    await isolate().rememberLately('session', before)
    expect(await isolate().lastWrite('session')).toEqual(after)
  },
)

test('what was told before there were ticks is known, and goes by its frame', async () => {
  const { centre, isolate } = isolates()
  const cache = centre()
  const old: ResponseCache = {
    ...cache,
    async put(url, response) {
      const text = await response.text()
      return cache.put(url, new Response(text.replace(/^(a\.\d+)\.0/, '$1')))
    },
  }
  await write(isolate(old), at(12))
  const other = isolate()
  expect(await other.lastWrite('session')).toEqual(at(12))
  await write(other, { ...at(11), tick: 7 })
  expect(await isolate().lastWrite('session')).toEqual(at(12))
  await write(other, { ...at(13), tick: 8 })
  expect(await isolate().lastWrite('session')).toEqual({ ...at(13), tick: 8 })
})

test('of another history the word that came last stands', async () => {
  const { isolate } = isolates()
  const [one, two] = [isolate(), isolate()]
  await write(one, at(12))
  await write(two, { epoch: 'b', frame: 3, tick: 0 })
  expect(await isolate().lastWrite('session')).toEqual({ epoch: 'b', frame: 3, tick: 0 })
  await write(one, at(13), false)
  expect(await isolate().lastWrite('session')).toEqual(at(13))
})

test('while a write is on its way, only its own isolate knows what is new enough', async () => {
  const { isolate } = isolates()
  const [one, two] = [isolate(), isolate()]
  await write(one, at(10))
  const writing = await one.announce('session')
  expect([await one.lastWrite('session'), await two.lastWrite('session')]).toEqual([at(10), 'unknown'])
  expect(await two.lastWrite('another')).toBe('none')
  const { isKnown, told } = one.remember('session', at(12), writing)
  expect([isKnown, one.recall('session'), await one.lastWrite('session')]).toEqual([true, at(12), at(12)])
  await told
  expect(await two.lastWrite('session')).toEqual(at(12))
})

test('of two writes in one isolate the end of one does not tell that of the other', async () => {
  const { isolate } = isolates()
  const [one, two] = [isolate(), isolate()]
  const [first, second] = await Promise.all([one.announce('session'), one.announce('session')])
  const third = await one.announce('session')
  await one.remember('session', at(10), second).told
  await one.remember('session', null, third).told
  expect(await two.lastWrite('session')).toBe('unknown')
  await one.remember('session', at(12), first).told
  expect(await two.lastWrite('session')).toEqual(at(12))
})

test('of two writes in two isolates neither tells that all have ended: until their time is over', async () => {
  const { isolate, pass } = isolates()
  const [one, two] = [isolate(), isolate()]
  const [first, second] = await Promise.all([one.announce('session'), two.announce('session')])
  await two.remember('session', at(12), second).told
  await one.remember('session', at(10), first).told
  for (const memory of [two, isolate()]) expect(await memory.lastWrite('session')).toBe('unknown')
  // Not for ever, though the session goes on writing.
  for (let seconds = 1; seconds < 14; seconds += 1) {
    pass(1_000)
    const { isKnown, told } = one.remember('session', at(12 + seconds), await one.announce('session'))
    expect(isKnown).toBe(false)
    await told
  }
  pass(2_000)
  const three = isolate()
  expect(await three.lastWrite('session')).toBe('unknown')
  // One that is refused says nothing of the others; one that is done is later than all of them.
  await write(one, null)
  expect(await three.lastWrite('session')).toBe('unknown')
  await write(two, at(30))
  expect(await one.lastWrite('session')).toEqual(at(30))
})

test('a write that cannot be announced is waited for: no cache, one that fails, one that keeps nothing', async () => {
  const { isolate } = isolates()
  const fail = async () => {
    throw new Error('broken for a test')
  }
  const caches: readonly (ResponseCache | null)[] = [
    null,
    { match: fail, put: fail },
    { match: async () => undefined, put: fail },
    { match: async () => undefined, put: async () => undefined },
  ]
  for (const cache of caches) {
    const memory = isolate(cache)
    const writing = await memory.announce('session')
    expect(memory.remember('session', at(1), writing).isKnown).toBe(false)
  }
})

test('the log is told of a cache that fails, and of one that hangs by what it did', async () => {
  const { isolate, failed } = isolates()
  const broken = new Error('broken for a test')
  const fail = () => Promise.reject(broken)
  expect(await isolate({ match: fail, put: fail }).lastWrite('session')).toBe('unknown')
  expect(failed.splice(0)).toEqual([{ tier: 'session', error: broken }])
  const hang = () => new Promise<never>(() => undefined)
  const memory = isolate({ match: hang, put: hang })
  await memory.announce('session')
  expect(failed).toEqual([{ tier: 'session', error: expect.any(DeadlineError) }])
})

/** For what has nothing to do after the answer. */
const never = (): void => expect.fail('something goes on')

test('of those who share a session none waits while many ask, and a write of others is known in a second', async () => {
  const { isolate, pass } = isolates()
  const [one, other] = [isolate(), isolate()]
  const ask = async (): Promise<unknown> => {
    const works: Promise<void>[] = []
    const last = await one.lastWriteLately('everybody', (work) => works.push(work))
    await Promise.all(works)
    return last === 'none' ? last : last.frame
  }
  expect(await ask()).toBe('none')
  await other.rememberLately('everybody', at(10))
  pass(499)
  expect(await ask()).toBe('none')
  pass(1)
  // It hears of it after its own answer.
  expect([await ask(), await ask()]).toEqual(['none', 10])
  await other.rememberLately('everybody', at(11))
  pass(1_000)
  expect(await one.lastWriteLately('everybody', never)).toEqual(at(11))
})

test('who shares a session with many learns of their writes', async () => {
  const { isolate } = isolates()
  const one = isolate()
  await Promise.all([12, 10, 11].map((frame) => isolate().rememberLately('everybody', at(frame))))
  await one.rememberLately('everybody', at(13))
  expect(await isolate().lastWriteLately('everybody', never)).toEqual(at(13))
  expect(await isolate().lastWrite('everybody')).toEqual(at(13))
})
