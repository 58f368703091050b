import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Problem } from '../../src/base/problem.ts'
import { linkModel } from '../../src/model/model.ts'
import { decodeContainer } from '../../src/query/decode/container.ts'
import { decodeIlike, decodeLike, eachText } from '../../src/query/decode/pattern.ts'
import { decodeJson, decodeJsonList, decoderOf, listDecoderOf } from '../../src/query/decode/value.ts'
import fixture from '../fixture/index.ts'
import { matchesLike } from '../property/oracle/pattern.ts'

/** Texts of filters as values of a column: PostgreSQL's codes for what is none. */

const samples = linkModel(fixture).resources.get('samples')

function fieldOf(name: string) {
  const field = samples?.fields.get(name)
  if (field === undefined) throw new RangeError(name)
  return field
}

function codeOf(decode: () => unknown): string {
  try {
    return `a value: ${JSON.stringify(decode())}`
  } catch (error) {
    if (error instanceof Problem) return error.code
    throw error
  }
}

it('the time for a number that is none grows with its length alone', () => {
  const decode = decoderOf(fieldOf('ratio'))
  const text = `${'1'.repeat(200_000)}x`
  const start = performance.now()
  expect(codeOf(() => decode(text))).toBe('22P02')
  expect(performance.now() - start).toBeLessThan(1_000)
})

describe('what is no value', () => {
  it.each([
    ['count', '22P02', ['', 'a', '1.5', '1e3', '0x10', '١', '1 2', '--1', 'null']],
    ['count', '22003', ['9223372036854775808', '-9223372036854775809', '9'.repeat(41)]],
    ['big_bytes', '22P02', ['', '1.0']],
    ['ratio', '22P02', ['', 'a', 'NaN', 'Infinity', '1e', '.', '0x1', '1_000']],
    ['ratio', '22003', ['1e999', '-1e400', '0.1e-999']],
    ['exact', '22P02', ['', 'one']],
    ['flag', '22P02', ['', '2', 'truth', 'null']],
    ['seconds', '22P02', ['', 'now', '2025', '2025-1-1', '1735732800', '2025-01-01T25', '2025-01-01 noon']],
    [
      'seconds',
      '22007',
      ['2025-02-30', '2025-13-01', '2025-00-10', '2025-01-01T24:30:00Z', '2025-01-01T12:60:00Z'],
    ],
    ['millis', '22007', ['2023-02-29T00:00:00Z', '2025-01-01T12:00:61Z']],
    ['bytes', '22P02', ['a', 'ab$=', '\\x00', 'AQI===', 'A', 'AQ=', 'AQIC=', '=', '====', 'A-_A']],
    ['object', '22P02', ['', '{', "{'a':1}", 'undefined', '{"a":1}}']],
  ])('of %s: %s', (name, code, raws) => {
    for (const raw of raws) {
      expect(
        codeOf(() => decoderOf(fieldOf(name))(raw)),
        JSON.stringify(raw),
      ).toBe(code)
      if (name !== 'bytes')
        expect(
          codeOf(() => listDecoderOf(fieldOf(name))(JSON.stringify([raw]))),
          `[${raw}]`,
        ).toBe(code)
    }
  })

  it('behind an arrow: what is no JSON scalar', () => {
    for (const raw of ['', 'red', 'null', '{}', '[1]', '{"a"', '"\\ud800"', '"\\u0000"']) {
      expect(
        codeOf(() => decodeJson(raw)),
        raw,
      ).toBe('22P02')
      expect(
        codeOf(() => decodeJsonList(JSON.stringify([raw]))),
        raw,
      ).toBe('22P02')
    }
  })

  it('of a container', () => {
    for (const raw of ['', 'a', '{a', '{a}}', '{"a}', '{a"b}', '{,}'])
      expect(
        codeOf(() => decodeContainer(raw)),
        raw,
      ).toBe('22P02')
    for (const raw of ['[[1]]', '[{}]', '{"a":[{}]}'])
      expect(
        codeOf(() => decodeContainer(raw)),
        raw,
      ).toBe('PGRST127')
  })

  it('of a pattern: one that ends in its escape', () => {
    for (const decode of [decodeLike, decodeIlike]) {
      expect(codeOf(() => decode('a\\'))).toBe('22023')
      expect(codeOf(() => decode('\\\\\\'))).toBe('22023')
      expect(codeOf(() => decode('a\\\\'))).toContain('a value')
      expect(codeOf(() => eachText(decode)('["a\\\\"]'))).toBe('22023')
    }
  })
})

describe('what is a value', () => {
  it.each([
    ['count', ' 42 ', { type: 'integer', value: '42' }],
    ['count', '+7', { type: 'integer', value: '7' }],
    ['count', `-${'0'.repeat(50)}7`, { type: 'integer', value: '-7' }],
    ['big', '-9223372036854775808', { type: 'integer', value: '-9223372036854775808' }],
    ['flag', 'Yes', { type: 'integer', value: '1' }],
    ['flag', 'off', { type: 'integer', value: '0' }],
    ['ratio', '-0', { type: 'float', value: 0 }],
    ['ratio', '0e-999', { type: 'float', value: 0 }],
    ['ratio', '.5e1', { type: 'float', value: 5 }],
    ['exact', '9007199254740993', { type: 'integer', value: '9007199254740993' }],
    ['seconds', '2025-01-01', { type: 'integer', value: '1735689600' }],
    ['seconds', '2025-01-01 01:00:00+01', { type: 'integer', value: '1735689600' }],
    ['seconds', '2025-01-01T00:00:00.25Z', { type: 'float', value: 1735689600.25 }],
    ['millis', '2025-01-01T05:30:00.001+0530', { type: 'integer', value: '1735689600001' }],
    ['bytes', 'AQ==', { type: 'blob', base64: 'AQ' }],
    ['bytes', 'AQI', { type: 'blob', base64: 'AQI' }],
    ['bytes', '', { type: 'blob', base64: '' }],
    ['object', ' {"a" : 1} ', { type: 'text', value: '{"a":1}' }],
  ])('of %s: %j', (name, raw, value) => {
    expect(decoderOf(fieldOf(name))(raw)).toEqual(value)
  })

  it('a list keeps nulls, and digits that no double has', () => {
    expect(listDecoderOf(fieldOf('big'))('["9007199254740993",null]')).toEqual({
      type: 'text',
      value: '[9007199254740993,null]',
    })
    expect(decodeJsonList('["true","\\"true\\"","1",null]')).toEqual({
      type: 'text',
      value: '[true,"true",1,null]',
    })
    expect(eachText(decodeLike)('["a*",null]')).toEqual({ type: 'text', value: '["a*",null]' })
  })

  it.each([
    ['{}', '[]'],
    ['{a,"b c",NULL,"NULL"}', '["a","b c",null,"NULL"]'],
    ['{"a\\"b","c\\\\d"}', '["a\\"b","c\\\\d"]'],
    ['{"a":[1,true]}', '{"a":[1,true]}'],
    ['7', '[7]'],
  ])('the container %s', (raw, json) => {
    expect(decodeContainer(raw)).toEqual({ type: 'text', value: json })
  })
})

/** https://sqlite.org/lang_expr.html#the_like_glob_regexp_match_and_extract_operators, as far as it is needed here. */
function matchesGlob(value: readonly string[], glob: string): boolean {
  const tokens = glob.match(/\[.\]|\*|\?|[^[\]*?]|\]/gsu) ?? []
  const from = (at: number, next: number): boolean => {
    const token = tokens[next]
    if (token === undefined) return at === value.length
    if (token === '*')
      return Array.from({ length: value.length - at + 1 }, (_, n) => at + n).some((start) =>
        from(start, next + 1),
      )
    if (at >= value.length) return false
    const literal = token.length > 1 && token.startsWith('[') ? token.slice(1, -1) : token
    return (token === '?' || literal === value[at]) && from(at + 1, next + 1)
  }
  return from(0, 0)
}

describe('LIKE as GLOB', () => {
  it('matches what LIKE matches', () => {
    const letters = fc.constantFrom('a', 'A', 'b', '%', '_', '*', '?', '[', ']', '^', '-', '\\', '😀', 'é')
    const text = fc.array(letters, { maxLength: 6 }).map((all) => all.join(''))
    fc.assert(
      fc.property(text, text, (value, pattern) => {
        fc.pre(!/(?:^|[^\\])(?:\\\\)*\\$/.test(pattern))
        const glob = decodeLike(pattern)
        if (glob.type !== 'text') throw new TypeError(glob.type)
        expect(matchesGlob(Array.from(value), glob.value)).toBe(matchesLike(value, pattern, false))
      }),
      { seed: 1, numRuns: 3_000 },
    )
  })
})
