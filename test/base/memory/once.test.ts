import { expect, test } from 'vitest'
import { once } from '../../../src/base/memory/once.ts'

test('is made at the first question, and never again, though it be nothing', () => {
  let made = 0
  const nothing = once(() => {
    made += 1
    return undefined
  })
  expect(made).toBe(0)
  expect([nothing(), nothing()]).toEqual([undefined, undefined])
  expect(made).toBe(1)
})

test('of what throws nothing is kept', () => {
  let tries = 0
  const second = once(() => {
    tries += 1
    if (tries === 1) throw new TypeError('not yet')
    return tries
  })
  expect(second).toThrow('not yet')
  expect(second()).toBe(2)
})
