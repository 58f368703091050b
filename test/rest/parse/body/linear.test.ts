import { expect, test } from 'vitest'
import { Problem } from '../../../../src/base/problem.ts'
import { csv, form, json, send } from './send.ts'

const wide = { maxBytes: 1e9, maxRows: 1e9, missing: 'default' } as const

/** `before`, many times `piece` (with its number for `#`), `after`. */
const bodies: readonly (readonly [type: string, before: string, piece: string, after: string])[] = [
  [json, '', '[', ''],
  [json, '', '{"a":', ''],
  [json, '', '"', ''],
  [json, '{"a":"', '\\"', '"}'],
  [json, '{"a":"', '\\u0041', '"}'],
  [json, '{"a":"\\ud83d\\ude00', '\\\\', '"}'],
  [json, '{"a":', '1', '}'],
  [json, '{"a":0.', '0', '1}'],
  [json, '{"a":1e', '0', '}'],
  [json, '{"a":1e-', '9', 'x}'],
  [json, '{"a":"', '1e', '"}'],
  [json, '{"a":"', '1.', '"}'],
  [json, '{"a":1', '0', '.5}'],
  [json, '{', '"#":1e5,', '"x":1}'],
  [json, '{', '"a":1e5,', '"x":1}'],
  [json, '[', '{"#":1},', '{}]'],
  [json, '[', '{"a":1e5},', '{}]'],
  [json, '[', '{},', '{}]'],
  [json, '[{"a":[', '12345678901234567890,', '1]}]'],
  [csv, '', ',', ''],
  [csv, '', '"', ''],
  [csv, '"', '""', ''],
  [csv, 'a\n', '\r', ''],
  [csv, 'a\n', '\r\n', ''],
  [csv, 'a\n', '1\n', ''],
  [csv, 'a\n"', 'x\n', ''],
  [csv, '', '#,', ''],
  [form, '', '#=1&', ''],
  [form, '', '&', ''],
  [form, 'a=', '%', ''],
  [form, 'a=', '%C3%A9', '%'],
  [form, '', 'a=1&', ''],
]

/** Ten times the text may take at most about ten times as long, with room for noise; quadratic would be a hundred. */
test.each(bodies)('%s: time is linear in %s%s…%s', async (type, before, piece, after) => {
  const body = (length: number) => {
    const pieces = Array.from({ length: length / piece.length }, (_, index) =>
      piece.replace('#', String(index)),
    )
    return new TextEncoder().encode(before + pieces.join('') + after)
  }
  const measure = async (length: number) => {
    const bytes = body(length)
    let best = Infinity
    for (let round = 0; round < 5; round += 1) {
      const start = performance.now()
      try {
        await send(type, bytes, wide)
      } catch (error) {
        if (!(error instanceof Problem)) throw error
      }
      best = Math.min(best, performance.now() - start)
    }
    return best
  }
  await measure(20_000)
  expect(await measure(200_000)).toBeLessThan(40 * Math.max(await measure(20_000), 0.5))
})
