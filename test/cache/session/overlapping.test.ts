import { expect, test } from 'vitest'
import { at, expectTold, holdingCentre, settle, turn, write } from './holding.ts'

test('a mark is shared for no longer than others say that nobody knows, who came after it', async () => {
  const centre = holdingCentre()
  const [one, two, reader] = [centre.isolate('one'), centre.isolate('two'), centre.isolate('reader')]
  const long = await one.announce('session')
  centre.pass(100)
  // Nobody knows until 15.1 s.
  expect(await write(two, 10)).toBe(false)
  centre.pass(14_800)
  const shared = await one.announce('session')
  centre.pass(300)
  await settle(reader, 10)
  centre.pass(500)
  const { isKnown, told } = one.remember('session', at(20), shared)
  if (!isKnown) await told
  await turn()
  for (const memory of [centre.isolate('new'), reader]) await expectTold(memory, 20)
  await one.remember('session', null, long).told
  await expectTold(centre.isolate('newer'), 20)
})

test('nor where the record was let go, and who reads says so', async () => {
  const centre = holdingCentre()
  const [one, reader] = [centre.isolate('one'), centre.isolate('reader')]
  await write(one, 5)
  const long = await one.announce('session')
  centre.evict('record')
  await settle(reader, 5)
  centre.pass(14_900)
  const shared = await one.announce('session')
  centre.pass(300)
  await settle(reader, 5)
  centre.pass(500)
  const { isKnown, told } = one.remember('session', at(20), shared)
  if (!isKnown) await told
  await one.remember('session', at(6), long).told
  await expectTold(centre.isolate('new'), 20)
})

test('what ends after the time of its mark is told, though somebody came after it', async () => {
  const centre = holdingCentre()
  const [one, reader] = [centre.isolate('one'), centre.isolate('reader')]
  // A request of several trips.
  const writing = await one.announce('session')
  centre.pass(30_001)
  await settle(reader, 5)
  const { isKnown, told } = one.remember('session', at(20), writing)
  expect(isKnown).toBe(false)
  await told
  await expectTold(centre.isolate('new'), 20)
})

test('and what set out while its isolate could not renew its mark', async () => {
  const centre = holdingCentre()
  const [one, reader] = [centre.isolate('one'), centre.isolate('reader')]
  const first = await one.announce('session')
  centre.pass(14_000)
  const second = await one.announce('session')
  one.remember('session', at(3), first)
  centre.pass(8_000)
  centre.hold(({ who }) => who === 'one')
  const third = await one.announce('session')
  centre.letOthersBy()
  one.remember('session', at(4), second)
  centre.pass(8_100)
  await settle(reader, 5)
  centre.pass(900)
  const { isKnown, told } = one.remember('session', at(20), third)
  expect(isKnown).toBe(false)
  await told
  await expectTold(centre.isolate('new'), 20)
})

test('a write is not forgotten for ten thousand other sessions while one beside it is on its way', async () => {
  const centre = holdingCentre()
  const one = centre.isolate('one')
  const [first, second] = [await one.announce('session'), await one.announce('session')]
  expect(one.remember('session', at(20), first).isKnown).toBe(true)
  const others = Array.from({ length: 10_001 }, (_, other) => one.rememberLately(`other ${other}`, at(1)))
  await Promise.all(others)
  await one.remember('session', null, second).told
  await expectTold(centre.isolate('new'), 20)
})

test('a write of which nobody hears, for its client has gone, is over by its time', async () => {
  const centre = holdingCentre()
  const [one, other] = [centre.isolate('one'), centre.isolate('other')]
  await one.announce('session')
  centre.pass(3_600_000)
  await settle(other, 5)
  expect(await other.lastWrite('session')).toEqual(at(5))
  await write(one, 10)
  expect(await other.lastWrite('session')).toEqual(at(10))
})
