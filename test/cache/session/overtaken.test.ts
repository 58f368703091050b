import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { at, expectTold, holdingCentre, settle, turn, write } from './holding.ts'

test('a mark that came late, over that of another isolate, is not taken for its own', async () => {
  const centre = holdingCentre()
  const [one, two] = [centre.isolate('one'), centre.isolate('two')]
  await write(two, 1)
  // Two has looked when one claims.
  centre.hold(({ who, operation, page }) => who === 'two' && operation === 'put' && page === 'claim')
  const setsOut = two.announce('session')
  await turn()
  centre.letOthersBy()
  centre.hold(({ who, operation, page }) => who === 'one' && operation === 'put' && page === 'record')
  const late = one.announce('session')
  await turn()
  centre.letOthersBy()
  await centre.letGo('two')
  const writing = await setsOut
  expect(writing.knownUntilMilliseconds).toBeGreaterThan(0)
  await sleep(260)
  centre.pass(260)
  await centre.letGo('one')
  expect((await late).knownUntilMilliseconds).toBe(Number.NEGATIVE_INFINITY)
  await one.remember('session', null, await late).told
  await write(one, 10)
  const { isKnown, told } = two.remember('session', at(20), writing)
  expect(isKnown).toBe(true)
  await told
  await expectTold(centre.isolate('new'), 20)
})

test('while a mark is renewed over what another one left, its isolate does not believe to be alone', async () => {
  const centre = holdingCentre()
  const [one, two] = [centre.isolate('one'), centre.isolate('two')]
  await one.announce('session')
  centre.pass(16_000)
  centre.hold(({ who, operation, page }) => who === 'one' && operation === 'put' && page === 'record')
  const renewing = one.announce('session')
  await turn()
  centre.letOthersBy()
  expect(await write(two, 10)).toBe(false)
  let looks = 0
  centre.hold(({ who, operation, page }) => {
    if (who !== 'one' || page !== (operation === 'put' ? 'record' : 'claim')) return false
    looks += operation === 'match' ? 1 : 0
    return operation === 'put' || looks === 1
  })
  await centre.letGo()
  await expectTold(one, 10)
  centre.letOthersBy()
  await centre.letGo()
  await renewing
})

test('a record that is let go while somebody settles is not taken for one without a mark', async () => {
  const centre = holdingCentre()
  const [one, two, reader] = [centre.isolate('one'), centre.isolate('two'), centre.isolate('reader')]
  await one.announce('session')
  centre.pass(31_000)
  expect(await reader.lastWrite('session')).toBe('unknown')
  centre.hold(({ who, operation, page }) => who === 'reader' && operation === 'put' && page === 'claim')
  const settling = reader.settle('session', async () => at(5))
  await turn()
  centre.letOthersBy()
  const writing = await two.announce('session')
  expect(writing.knownUntilMilliseconds).toBeGreaterThan(0)
  centre.evict('record')
  await centre.letGo()
  await settling
  const { isKnown, told } = two.remember('session', at(20), writing)
  expect(isKnown).toBe(true)
  await told
  await expectTold(centre.isolate('new'), 20)
})

test('who takes over a mark past its time may have written before one that was answered meanwhile', async () => {
  const centre = holdingCentre()
  const [one, two, three] = [centre.isolate('one'), centre.isolate('two'), centre.isolate('three')]
  // At once, so that nobody knows.
  await Promise.all([write(one, 1), write(three, 2)])
  const other = await two.announce('session')
  centre.pass(15_001)
  centre.hold(({ who, operation, page }) => who === 'one' && operation === 'put' && page === 'claim')
  // The trip sets out with it.
  const announced = one.announce('session')
  await turn()
  centre.letOthersBy()
  await two.remember('session', at(20), other).told
  await centre.letGo()
  await one.remember('session', at(10), await announced).told
  await expectTold(centre.isolate('new'), 20)
})

test('nor one that waits for its isolate to end what was before', async () => {
  const centre = holdingCentre()
  const [one, two] = [centre.isolate('one'), centre.isolate('two')]
  const first = await one.announce('session')
  centre.pass(100)
  expect(await write(two, 2)).toBe(false)
  centre.pass(14_800)
  const other = await two.announce('session')
  centre.hold(({ who, operation, page }) => who === 'one' && operation === 'match' && page === 'claim')
  const ended = one.remember('session', at(3), first)
  const announced = one.announce('session')
  await turn()
  centre.letOthersBy()
  centre.pass(50)
  await two.remember('session', at(20), other).told
  centre.pass(180)
  await centre.letGo()
  await ended.told
  await one.remember('session', at(10), await announced).told
  await expectTold(centre.isolate('new'), 20)
})

test('of many isolates that read all the time one settles, and soon', async () => {
  const centre = holdingCentre()
  await centre.isolate('one').announce('session')
  centre.pass(31_000)
  let asked = 0
  let isSettled = false
  const ask = async () => {
    asked += 1
    await sleep(60)
    return at(5)
  }
  const began = performance.now()
  const read = async (reader: number): Promise<void> => {
    const memory = centre.isolate(`reader ${reader}`)
    await sleep(reader * 4)
    while (!isSettled && performance.now() - began < 4_000) {
      centre.pass(1)
      isSettled ||= (await memory.lastWrite('session')) !== 'unknown'
      await memory.settle('session', ask)
      await sleep(7)
    }
  }
  await Promise.all(Array.from({ length: 16 }, (_, reader) => read(reader)))
  expect([isSettled, asked <= 3]).toEqual([true, true])
})

test('who settles and dies is waited for, and no longer', async () => {
  const centre = holdingCentre()
  const [dead, reader] = [centre.isolate('dead'), centre.isolate('reader')]
  await centre.isolate('one').announce('session')
  centre.pass(31_000)
  expect(await dead.lastWrite('session')).toBe('unknown')
  const asking = dead.settle('session', () => new Promise(() => undefined))
  expect(asking).not.toBeNull()
  await turn()
  await settle(reader, 5)
  centre.pass(2_500)
  await settle(reader, 5)
  expect(await centre.isolate('new').lastWrite('session')).toEqual(at(5))
})
