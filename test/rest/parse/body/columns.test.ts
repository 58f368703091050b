import { expect, test } from 'vitest'
import { defaultLimits } from '../../../../src/base/limits.ts'
import { parseColumns } from '../../../../src/rest/parse/body/columns.ts'
import { expectProblem } from '../read.ts'

const parse = (text: string, queryParts = defaultLimits.queryParts) =>
  parseColumns(text, 'columns', { limits: { ...defaultLimits, queryParts }, parts: 0, embeds: 0 })

test.each([
  ['a', ['a']],
  ['a,"b c",d', ['a', 'b c', 'd']],
  [' a , b ', ['a', 'b']],
  ['"a,b","c\\"d",__proto__', ['a,b', 'c"d', '__proto__']],
  ['a,A', ['a', 'A']],
])('%s', (text, names) => {
  expect(parse(text)).toEqual(names)
})

test.each([
  ['', 'unexpected the end at character 1'],
  ['a,', 'unexpected the end at character 3'],
  [',a', 'unexpected "," at character 1'],
  ['a b.c', 'unexpected "." at character 4'],
  ['a->b', 'unexpected "-" at character 2'],
  ['"a', 'unexpected "\\"" at character 1'],
  ['a,b,"a"', 'columns names "a" twice'],
])('refuses %s', (text, part) => {
  expectProblem('PGRST100', () => parse(text), part)
})

test('counts as parts of the query', () => {
  expect(parse('a,b', 2)).toHaveLength(2)
  expectProblem('LIMIT_QUERY_SIZE', () => parse('a,b,c', 2))
})
