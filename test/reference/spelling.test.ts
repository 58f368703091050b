import { expect, test } from 'vitest'
import shop from '../../src/backend/index.ts'
import { defaultLimits } from '../../src/base/limits.ts'
import { resolve } from '../../src/query/resolve.ts'
import { identifiers, queryString, spelled } from '../../src/reference/spelling.ts'
import { parseRead } from '../../src/rest/parse/request/read.ts'
import fixture from '../fixture/index.ts'
import { type Written, writtenFor } from './documents.ts'

const all = [...writtenFor(shop), ...writtenFor(fixture)]
const cases = all.flatMap((written) =>
  written.reference.resources.map(
    (resource) =>
      [`${written.model.declaration.name} as ${written.asker}`, resource.name, written, resource] as const,
  ),
)

/** The way of a request, up to the tree: it throws on a name that is not there. */
function ask(written: Written, resource: string, query: readonly (readonly [string, string])[]) {
  const input = {
    resource,
    key: null,
    query: queryString(query),
    headers: new Headers(),
    limits: defaultLimits,
  }
  return resolve(parseRead(input).request.intent, written.model, written.audience)
}

test.each(cases)('%s: every name of %s can be used as it is written', (_, name, written, resource) => {
  for (const { field, spelling, filter, operators } of resource.fields) {
    if (spelling === null || filter === null) throw new TypeError(`${field.name} has no spelling`)
    const tree = ask(written, name, [
      ['select', spelling],
      ['order', `${spelling}.desc`],
      [filter, 'is.null'],
      ...operators.map(({ name: operator, operand }): [string, string] => [
        filter,
        `not.${operator}.${operand === 'list' ? '(1)' : '1'}`,
      ]),
    ])
    expect(tree.root.outputs).toHaveLength(1)
    expect(tree.root.where).toHaveLength(operators.length + 1)
    expect(tree.root.order[0]?.path.field.name).toBe(field.name)
  }
  for (const { spelling, to } of resource.embeds) {
    const tree = ask(written, name, [['select', `*,${spelling}(*)`]])
    expect(tree.root.embeds[0]?.relation.to.name).toBe(to)
  }
})

test('a relation that a name means several of is written with a hint', () => {
  const [people] = all
    .filter(({ asker }) => asker === 'keeper')
    .flatMap(({ reference }) => reference.resources)
  expect(people?.embeds.map(({ spelling }) => spelling)).toContain('clubs')
  expect(new Set(people?.embeds.map(({ spelling }) => spelling)).size).toBe(people?.embeds.length)
})

test.each([
  ['', null],
  ['a\0b', null],
  ['\ud800', null],
  ['x'.repeat(129), null],
  ['é_1-a', 'é_1-a'],
  ['a b', '"a b"'],
  ['-a', '"-a"'],
  ['count', '"count"'],
  ['a"b\\c', '"a\\"b\\\\c"'],
])('the name %j is written %j', (name, spelling) => {
  expect(spelled(name)).toBe(spelling)
})

test('identifiers are safe and differ', () => {
  expect([...identifiers(['a b', 'a-b', 'A_b', '日本', '😀', 'a_b_2']).values()]).toEqual([
    'a_b',
    'a_b_2',
    'A_b_3',
    '_',
    '__2',
    'a_b_2_2',
  ])
})

test('a query string stays readable, and harmless in single quotes', () => {
  expect(
    queryString([
      ['select', '*,a(b->c::text)'],
      ["it's", 'eq.{[&"'],
    ]),
  ).toBe('select=*,a(b-%3Ec::text)&it%27s=eq.%7B%5B%26%22'.replace('%3E', '>'))
})
