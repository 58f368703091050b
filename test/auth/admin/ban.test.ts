import { expect, test } from 'vitest'
import { banEnd } from '../../../src/auth/admin/ban.ts'

test.each<readonly [string, number | null]>([
  ['none', null],
  ['24h', 86_400_000],
  ['1h30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['300ms', 300],
  ['1us', 1],
  ['0s', null],
  ['9999999999999999h', 8.64e15],
])('%s', (duration, end) => {
  expect(banEnd(duration, 0)).toBe(end)
})

test.each(['', '24', 'h', '-1h', '1d', ' 1h', '1h ', 'NONE', '1e3h', `${'1h'.repeat(40)}`])(
  "'%s' is none",
  (duration) => {
    expect(() => banEnd(duration, 0)).toThrow(expect.objectContaining({ code: 'validation_failed' }))
  },
)
