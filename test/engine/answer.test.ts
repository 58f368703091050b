import { expect, test } from 'vitest'
import { takeApart } from '../../src/engine/answer.ts'

const apart = (text: string) => {
  const parts = takeApart(Buffer.from(text))
  return parts && { ...parts, body: Buffer.from(parts.body).toString() }
}

test.each([
  ['0\n\n\n[]', { rows: 0, mark: null, total: null, body: '[]' }],
  ['2\n[7,"a\\nb"]\n40\n[1,2]', { rows: 2, mark: '[7,"a\\nb"]', total: 40, body: '[1,2]' }],
  ['1\n\n0\nx,"\n\n"\n', { rows: 1, mark: null, total: 0, body: 'x,"\n\n"\n' }],
  ['0\n\n\n', { rows: 0, mark: null, total: null, body: '' }],
])('%j', (text, parts) => {
  expect(apart(text)).toEqual(parts)
})

test.each(['', '[]', '1\n', '1\n\n[]'])('%j is no answer', (text) => {
  expect(apart(text)).toBeNull()
})
