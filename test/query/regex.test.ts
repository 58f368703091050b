import { describe, expect, test } from 'vitest'
import { Problem } from '../../src/base/problem.ts'
import { decodeRegex, decodeRegexList, statesOf } from '../../src/query/decode/regex.ts'

describe('how large a pattern becomes', () => {
  test.each([
    ['', 0],
    ['abc', 3],
    ['a\\{3\\}', 4],
    ['[abc]', 5],
    ['[]a]', 4],
    ['a|b', 4],
    ['(ab)*', 6],
    ['a{7}', 16],
    ['a{2,7}', 16],
    ['a{7,}', 16],
    ['a{10}{10}', 253],
    ['(ab){10}', 55],
    ['a{999999999}', 2_000_000_000],
    ['(a', 2],
    ['a)', 2],
  ])('%s: at least as many states', (pattern, states) => {
    expect(statesOf(pattern)).toBe(states)
  })

  // In a class `-` takes the next character along, even `]`: what comes after is outside.
  test.each([
    '((a{1,100}){1,100}){1,100}',
    '[ -][](((.{99}){99}){99}){99}]',
    '[ -][]((((.{99}){99}){99}){99}){4}]',
    '[ -][]((.{0,60}){12}){12}!]',
    '[a-][](x){900}]',
    '[--]b](x){900}',
    '[a-\\]](x){900}]',
    '[^]](x){900}]',
  ])('%s is too large', (pattern) => {
    expect(statesOf(pattern)).toBeGreaterThan(200)
  })

  test.each(['(', '[', '[\\', '{', '{1,', '(?:', 'a{1}'])('%s thousands of times, in a moment', (part) => {
    const start = performance.now()
    statesOf(part.repeat(8_000))
    expect(performance.now() - start).toBeLessThan(500)
  })
})

test('a pattern of 200 states goes on as it is, one of 201 is refused', () => {
  expect(decodeRegex('a'.repeat(200))).toEqual({ type: 'text', value: 'a'.repeat(200) })
  expect(() => decodeRegex('a'.repeat(201))).toThrow(Problem)
  const list = (...patterns: readonly (string | null)[]) => JSON.stringify(patterns)
  expect(decodeRegexList(list('a'.repeat(100), null, 'b'.repeat(100)))).toMatchObject({ type: 'text' })
  expect(() => decodeRegexList(list('a'.repeat(100), 'b'.repeat(101)))).toThrow('too large')
})
