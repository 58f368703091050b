import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Problem } from '../../../../src/base/problem.ts'
import type { ReadRequest } from '../../../../src/query/intent.ts'
import { operators } from '../../../../src/query/operator.ts'
import { read } from '../read.ts'
import { print } from './print.ts'

const characters = 'abzäß名 _$-.,:()!*0'
const name = fc
  .string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 6 })
  .filter((text) => text.trim() !== '')
const label = fc
  .string({ unit: fc.constantFrom(...'abzäß名 _$-9'), minLength: 1, maxLength: 6 })
  .filter((text) => text.trim() !== '')
const cast = fc.option(fc.constantFrom('text', 'int', 'double precision'))
const text = fc.string({ unit: fc.constantFrom(...'ab1,.()"\\{}:* é😀%+&='), maxLength: 8 })
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 3 })

const step = fc.oneof(fc.record({ key: label }), fc.record({ index: fc.integer({ min: -999, max: 999 }) }))
const path = fc
  .record({ column: name, steps: fc.array(step, { maxLength: 2 }), asText: fc.boolean() })
  .map((made) => ({ ...made, asText: made.asText && made.steps.length > 0 }))

/** Values lie in the tree here, and get their slots when it is whole. */
const compared = [...operators.values()]
const compare = fc
  .record({
    path,
    operator: fc.constantFrom(...compared),
    negated: fc.boolean(),
    any: fc.boolean(),
    text,
    list: fc.array(text),
  })
  .map(({ path, operator, negated, any, text, list }) => {
    const quantifier = operator.quantified && any ? 'any' : null
    const value = operator.operand === 'list' || quantifier !== null ? JSON.stringify(list) : text
    return { kind: 'compare', path, operator: operator.name, negated, quantifier, value }
  })
const is = fc.record({
  kind: fc.constant('is'),
  path,
  negated: fc.boolean(),
  what: fc.constantFrom('null', 'not_null', 'true', 'false', 'unknown'),
})
const filter = fc.letrec((tie) => ({
  any: fc.oneof({ maxDepth: 3, depthSize: 'small' }, compare, is, tie('tree')),
  tree: fc.record({
    kind: fc.constantFrom('and', 'or'),
    negated: fc.boolean(),
    items: fc.array(tie('any'), { minLength: 1, maxLength: 3 }),
  }),
})).any

const order = fc.record({
  path,
  relation: maybe(name),
  descending: fc.boolean(),
  nulls: maybe(fc.constantFrom('first', 'last')),
})
const aggregate = fc.record({ name: fc.constantFrom('sum', 'avg', 'min', 'max', 'count'), cast })
const column = fc.record({
  kind: fc.constant('column'),
  path,
  alias: maybe(label),
  cast,
  aggregate: maybe(aggregate),
})
const count = fc.record({ kind: fc.constant('count'), alias: maybe(label), cast })

const node = (depth: number, isRoot: boolean): fc.Arbitrary<object> =>
  fc.record({
    select: fc
      .array(
        fc.oneof(fc.constant({ kind: 'all' }), column, count, ...(depth > 0 ? [embed(depth - 1)] : [])),
        {
          minLength: isRoot ? 1 : 0,
          maxLength: 3,
        },
      )
      .map(distinctWays),
    where: fc.array(filter, { maxLength: 2 }),
    order: fc.array(order, { maxLength: 2 }),
    limit: isRoot ? fc.nat(1000).map(String) : maybe(fc.nat(1000).map(String)),
    offset: isRoot ? fc.nat(1000).map(String) : maybe(fc.nat(1000).map(String)),
  })

const embed = (depth: number) =>
  fc
    .record({
      kind: fc.constant('embed'),
      relation: name,
      hint: maybe(name),
      join: fc.constantFrom('inner', 'left'),
      alias: maybe(label),
      spread: fc.boolean(),
      node: node(depth, false),
    })
    .map((made) => ({ ...made, alias: made.spread ? null : made.alias }))

/** Two embeds of one way cannot be told apart by a parameter. */
function distinctWays<T extends object>(items: readonly T[]): T[] {
  const ways = new Set<unknown>()
  return items.filter((item) => {
    if (!('relation' in item) || !('alias' in item)) return true
    const seen = ways.has(item.relation) || ways.has(item.alias)
    ways.add(item.relation).add(item.alias ?? item.relation)
    return !seen
  })
}

/** The request of a tree whose values lie in it; parameters of the root first, as parseRead gives out slots. */
function requestOf(tree: object): ReadRequest {
  const values: string[] = []
  const slots = (key: string, value: unknown) => {
    if (!['value', 'limit', 'offset'].includes(key) || typeof value !== 'string') return value
    return values.push(value) - 1
  }
  const empty = read('').request.intent
  const root: ReadRequest['intent']['root'] = JSON.parse(JSON.stringify(tree, slots))
  return { intent: { ...empty, root }, values }
}

/** A request without slots: each value in its place, so that the order of the slots does not matter. */
function filled({ intent, values }: ReadRequest): unknown {
  return JSON.parse(JSON.stringify(intent), (key, value: unknown) =>
    ['value', 'limit', 'offset'].includes(key) && typeof value === 'number' ? { text: values[value] } : value,
  )
}

const query = (pairs: readonly (readonly [string, string])[]) =>
  pairs.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join('&')

const roomy = { limits: { queryLength: 1_000_000, queryParts: 10_000, embeds: 1_000 } }

describe('properties', () => {
  test('a printed intent is read as itself', () => {
    fc.assert(
      fc.property(node(2, true), (tree) => {
        const request = requestOf(tree)
        expect(filled(read(query(print(request)), roomy).request)).toEqual(filled(request))
      }),
      { numRuns: 500 },
    )
  })

  test('values are in no intent, and do not change it', () => {
    const secret = fc.string({ unit: fc.constantFrom(...'QXZ'), minLength: 12, maxLength: 16 })
    fc.assert(
      fc.property(secret, secret, (one, other) => {
        const of = (value: string) =>
          JSON.stringify(
            read(
              `a=eq.${value}&b=in.(${value},${value})&or=(c.like.${value},d.eq(any).{${value}})&f=fts.${value}`,
            ).request.intent,
          )
        expect(of(one)).not.toContain(one)
        expect(of(one)).toBe(of(other))
      }),
    )
  })

  test('nothing but a Problem is thrown, whatever is sent', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({
        unit: fc.constantFrom(
          ...'&=%+.,()"\\{}!:*->0aé',
          'select=',
          'or=',
          'order=',
          'in.',
          'eq.',
          'not.',
          '%2',
        ),
        maxLength: 60,
      }),
    )
    const header = fc.string({
      unit: fc.constantFrom(...'abq=;,"\\/*+01. -', 'application/', 'json', 'handling=strict'),
      maxLength: 40,
    })
    fc.assert(
      fc.property(anything, header, (query, value) => {
        for (const headers of [{ accept: value }, { prefer: value }, { range: value }, {}]) {
          try {
            read(query, { headers })
          } catch (error) {
            if (!(error instanceof Problem)) throw error
            expect(error.status).toBeLessThan(500)
          }
        }
      }),
      { numRuns: 3_000 },
    )
  })
})
