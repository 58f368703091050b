import { expect, test } from 'vitest'
import { Problem } from '../../../../src/base/problem.ts'
import { read } from '../read.ts'

/** Ten times the text may take at most about ten times as long, with room for noise; quadratic would be a hundred. */
test.each([
  '(',
  ')',
  '"',
  '"\\",',
  '",',
  '{',
  'a(',
  'a.',
  'a,',
  'a->',
  '->',
  '-',
  ' ',
  'é',
  '%',
  '%C3%A9',
  '&',
  'a=eq.1&',
  '!',
  ':',
  '...',
  'and(',
  'not.',
  'a.eq.",',
  'a.eq.{,',
])('time is linear in %s', (piece) => {
  const wide = {
    queryLength: 1e9,
    queryParts: 1e9,
    embeds: 1e9,
    embedDepth: 100,
    logicDepth: 100,
  }
  const prefixes = ['', 'select=', 'or=(', 'a=in.(', 'a=eq(any).{', 'order=']
  const measure = (length: number) => {
    const texts = prefixes.map((prefix) => prefix + piece.repeat(length / piece.length))
    let best = Infinity
    for (let round = 0; round < 5; round += 1) {
      const start = performance.now()
      for (const text of texts) {
        try {
          read(text, { limits: wide })
        } catch (error) {
          if (!(error instanceof Problem)) throw error
        }
      }
      best = Math.min(best, performance.now() - start)
    }
    return best
  }
  measure(8_000)
  expect(measure(80_000)).toBeLessThan(40 * Math.max(measure(8_000), 0.5))
})
