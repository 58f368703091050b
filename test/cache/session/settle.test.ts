import { expect, test } from 'vitest'
import type { SessionMemory } from '../../../src/cache/session/memory.ts'
import type { LastWrite } from '../../../src/cache/session/record.ts'
import { at, isolates, write } from './sessions.ts'

/** Who has just found it unknown says where the primary is. */
async function settled(memory: SessionMemory, moment: LastWrite | null): Promise<void> {
  await (memory.settle('session', async () => moment) ?? expect.fail('there is nothing to settle'))
}

test('what nobody ends is unknown until its time is over, and then who finds it asks the primary', async () => {
  const { isolate, pass } = isolates()
  const [one, two, three] = [isolate(), isolate(), isolate()]
  await write(one, at(10))
  await one.announce('session')
  pass(29_999)
  expect(await two.lastWrite('session')).toBe('unknown')
  expect(two.settle('session', async () => at(99))).toBeNull()
  pass(1)
  // Whoever sent it on its way may have answered, and died.
  for (const memory of [two, three]) expect(await memory.lastWrite('session')).toBe('unknown')
  await settled(two, null)
  expect(await two.lastWrite('session')).toBe('unknown')
  // Somebody else may be asking.
  await settled(two, at(12))
  expect(await two.lastWrite('session')).toBe('unknown')
  pass(2_500)
  await settled(two, at(12))
  for (const memory of [two, isolate()]) expect(await memory.lastWrite('session')).toEqual(at(12))
  await settled(three, at(14))
  expect(two.settle('session', async () => at(99))).toBeNull()
  await write(isolate(), null)
  expect(await two.lastWrite('session')).toEqual(at(12))
})

test.each(['record', 'claim'])(
  'the %s of a session that a data centre let go is missed, and made up for',
  async (page) => {
    const { centre, isolate, pass } = isolates()
    await write(isolate(), at(10))
    centre.evict(page)
    const one = isolate()
    expect(await one.lastWrite('session')).toBe('unknown')
    // Who claimed it last may have a write on its way: until that has ended for sure nobody knows.
    await settled(one, at(12))
    expect(await one.lastWrite('session')).toBe('unknown')
    pass(15_000)
    expect(await one.lastWrite('session')).toBe('unknown')
    await settled(one, at(14))
    expect(await isolate().lastWrite('session')).toEqual(at(14))
  },
)

test('a claim that is let go while a write is on its way leaves the mark, until its time is over', async () => {
  const { centre, isolate, pass } = isolates()
  const one = isolate()
  const writing = await one.announce('session')
  centre.evict('claim')
  const { isKnown, told } = one.remember('session', at(10), writing)
  expect(isKnown).toBe(true)
  await told
  expect(await isolate().lastWrite('session')).toBe('unknown')
  pass(30_000)
  expect(await isolate().lastWrite('session')).toBe('unknown')
})

test('who has the next write on its way knows no more than others of what nobody knows', async () => {
  const { isolate, pass } = isolates()
  const [one, two] = [isolate(), isolate()]
  const [first, second] = await Promise.all([one.announce('session'), two.announce('session')])
  await one.remember('session', at(10), first).told
  await two.remember('session', at(12), second).told
  pass(15_000)
  const third = await one.announce('session')
  expect(await one.lastWrite('session')).toBe('unknown')
  await one.remember('session', at(14), third).told
  expect(await two.lastWrite('session')).toEqual(at(14))
})
