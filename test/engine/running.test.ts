import { expect, test } from 'vitest'
import { runningKeys } from '../../src/engine/write/running.ts'
import { anonymous, service } from '../../src/model/caller/caller.ts'

const never = new Promise<never>(() => undefined)

test('a key runs once, for each caller', async () => {
  const running = runningKeys()
  running.during('key', service, 0, () => never)
  await expect(running.during('key', service, 1, async () => 1)).rejects.toMatchObject({
    code: 'IDEMPOTENCY_IN_PROGRESS',
    headers: { 'retry-after': '1' },
  })
  expect(await running.during('key', anonymous, 1, async () => 1)).toBe(1)
  expect(await running.during('other', service, 1, async () => 1)).toBe(1)
})

test('it is free when the work has ended, however it did', async () => {
  const running = runningKeys()
  const failing = running.during('key', service, 0, () => Promise.reject(new RangeError('no')))
  await expect(failing).rejects.toThrow(RangeError)
  expect(await running.during('key', service, 1, async () => 1)).toBe(1)
})

test('who does not come back is not waited for for ever', async () => {
  const running = runningKeys()
  running.during('key', service, 0, () => never)
  await expect(running.during('key', service, 29_999, async () => 1)).rejects.toMatchObject({ status: 409 })
  expect(await running.during('key', service, 30_000, async () => 1)).toBe(1)
})
