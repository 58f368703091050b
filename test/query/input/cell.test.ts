import { describe, expect, it, test } from 'vitest'
import { floatValue, integerValue, nullValue, textValue, type Value } from '../../../src/base/statement.ts'
import { encodeCell } from '../../../src/query/input/cell.ts'
import { sampleField, shelfField } from './columns.ts'

/** Values of bodies as values of columns, one table for each kind. */

const raw = JSON.rawJSON
const rules = { relation: 'samples' }
const int = integerValue
const bytes = (text: string): Value => ({
  type: 'blob',
  base64: Buffer.from(text).toString('base64').replaceAll('=', ''),
})
const digits = (count: number) => '9'.repeat(count)

type Values = readonly (readonly [cell: unknown, value: Value])[]

const values: Readonly<Record<string, Values>> = {
  title: [
    ['', textValue('')],
    [' as it is\n', textValue(' as it is\n')],
    ['e\u0301', textValue('e\u0301')],
    [1.5, textValue('1.5')],
    [true, textValue('true')],
    [raw('123456789012345678901.50'), textValue('123456789012345678901.50')],
    [null, nullValue],
  ],
  kind: [['gas', textValue('gas')]],
  count: [
    [0, int(0)],
    [-0, int(0)],
    [' +0042 ', int(42)],
    [raw('9007199254740993'), int('9007199254740993')],
    [raw('-9223372036854775808'), int('-9223372036854775808')],
    ['9223372036854775807', int('9223372036854775807')],
    [3558145293325389300, int('3558145293325389300')],
    [9n, int(9)],
    [null, nullValue],
  ],
  big_bytes: [
    [0, bytes('0')],
    ['-0', bytes('0')],
    ['-007', bytes('-7')],
    [raw(digits(1_000)), bytes(digits(1_000))],
    [10n ** 21n, bytes('1000000000000000000000')],
  ],
  flag: [
    [true, int(1)],
    [false, int(0)],
    ['yes', int(1)],
    [' OFF', int(0)],
    ['1', int(1)],
  ],
  seconds: [
    ['2025-01-01T00:00:00Z', int(1_735_689_600)],
    ['2025-01-01T00:00:00.5Z', int(1_735_689_601)],
    ['2025-01-01T00:00:00.499999999Z', int(1_735_689_600)],
    ['2025-01-01 05:30:00+0530', int(1_735_689_600)],
    [new Date('2025-01-01T00:00:00Z'), int(1_735_689_600)],
    ['9999-12-31T23:59:59Z', int(253_402_300_799)],
    ['0000-01-01', int(-62_167_219_200)],
  ],
  millis: [
    ['2025-01-01T00:00:00.0015Z', int(1_735_689_600_002)],
    ['2025-01-01T00:00:00.0014999Z', int(1_735_689_600_001)],
    ['1969-12-31T23:59:59.999Z', int(-1)],
  ],
  ratio: [
    [0.1, floatValue(0.1)],
    [-0, floatValue(0)],
    ['1e3', floatValue(1_000)],
    [5e-324, floatValue(5e-324)],
    [raw('9007199254740993'), floatValue(9_007_199_254_740_992)],
  ],
  decimal: [
    [1, int(1)],
    [raw('9223372036854775807'), int('9223372036854775807')],
    ['12.50', floatValue(12.5)],
    [raw('0.10'), floatValue(0.1)],
    ['1e2', floatValue(100)],
    ['-0.0120e5', floatValue(-1_200)],
    ['-0.0', floatValue(0)],
    [1e300, floatValue(1e300)],
  ],
  object: [
    [{ a: [1, null, 'x'] }, textValue('{"a":[1,null,"x"]}')],
    ['{"a":1}', textValue('"{\\"a\\":1}"')],
    ['', textValue('""')],
    [false, textValue('false')],
    [{ n: raw('123456789012345678901234567890.10') }, textValue('{"n":123456789012345678901234567890.10}')],
    [raw('1e999'), textValue('1e999')],
    [{ rawJSON: '1' }, textValue('{"rawJSON":"1"}')],
    [JSON.parse('{"__proto__":{"constructor":1}}'), textValue('{"__proto__":{"constructor":1}}')],
    [null, nullValue],
  ],
  json_bytes: [[{ é: 1 }, bytes('{"é":1}')]],
  bytes: [
    ['', { type: 'blob', base64: '' }],
    ['AQI=', { type: 'blob', base64: 'AQI' }],
    ['AQI', { type: 'blob', base64: 'AQI' }],
  ],
}

describe.each(Object.entries(values))('of %s', (name, table) => {
  it.each(table)('%o', (cell, value) => {
    expect(encodeCell(sampleField(name), cell, rules)).toEqual({ value })
  })
})

const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth))

const failures: readonly (readonly [name: string, code: string, cells: readonly unknown[]])[] = [
  ['title', '22P02', [{}, [], { a: 1 }, Number.NaN]],
  ['title', '22021', ['a\0', '\ud800', '\udc00\ud800']],
  ['kind', '22P02', ['plasma', '', 'Gas', 1, 'constructor']],
  ['count', '22P02', [1.5, raw('1.0'), raw('1e2'), '', 'a', '1.0', true, {}, [1], '0x1', '1 2']],
  ['count', '22003', [raw('9223372036854775808'), '-9223372036854775809', 1e20, digits(100_000)]],
  ['big_bytes', '22P02', [0.5, '1e3', 1e21, 'a', true, {}]],
  ['big_bytes', '22003', [digits(1_001), raw(digits(1_001))]],
  ['flag', '22P02', [1, 0, raw('1'), 1n, '', 'truth', {}, []]],
  ['seconds', '22P02', [1_735_689_600, '1735689600', '', 'now', true, {}, new Date(Number.NaN)]],
  [
    'seconds',
    '22007',
    ['2025-02-30', '9999-12-31T23:59:59.5Z', '9999-12-31T23:00:00-02', '0000-01-01T00:00+01'],
  ],
  ['millis', '22007', ['9999-12-31T23:59:59.9995Z']],
  [
    'ratio',
    '22P02',
    ['', 'NaN', 'Infinity', '-Infinity', true, {}, Number.NaN, Number.POSITIVE_INFINITY, '1e'],
  ],
  ['ratio', '22003', [raw('1e999'), '-1e400', '1e-999']],
  ['decimal', '22P02', ['', 'NaN', 'one', false, []]],
  [
    'decimal',
    '22003',
    [raw('9223372036854775808'), '0.1234567890123456789', raw('9007199254740993.0'), '1e999'],
  ],
  ['object', '22021', ['\0', ['\ud800'], { a: { 'b\0': 1 } }, { '\udc00': 1 }]],
  ['object', '22P02', [nested(101), 1n, { a: Number.NaN }, [() => 1]]],
  ['bytes', '22P02', ['a', 'a-_=', '\\x00', 'A===', 1234, true, {}, []]],
]

describe.each(failures)('none of %s is %s', (name, code, cells) => {
  it.each(cells.map((cell) => [cell]))('%o', (cell) => {
    expect(encodeCell(sampleField(name), cell, rules)).toMatchObject({ failure: { code } })
  })
})

test('what messages say', () => {
  expect(encodeCell(sampleField('kind'), 'plasma', rules)).toEqual({
    failure: {
      code: '22P02',
      message: 'invalid input value for enum kind: "plasma"',
      hint: 'One of: solid, liquid, gas.',
    },
  })
  expect(encodeCell(sampleField('count'), {}, rules)).toEqual({
    failure: { code: '22P02', message: 'invalid input syntax for type integer: an object' },
  })
  expect(encodeCell(sampleField('id'), null, rules)).toEqual({
    failure: {
      code: '23502',
      message: 'null value in column "id" of relation "samples" violates not-null constraint',
    },
  })
})

test('no message repeats a long value', () => {
  const long = '9'.repeat(100_000)
  for (const name of ['kind', 'count', 'flag', 'seconds', 'ratio', 'decimal', 'big_bytes', 'bytes']) {
    const encoded = encodeCell(sampleField(name), name === 'bytes' ? `${long}$` : long, rules)
    if ('value' in encoded) throw new TypeError(name)
    expect(encoded.failure.message.length, name).toBeLessThan(150)
  }
})

describe('a text of a length', () => {
  it('counts code points', () => {
    expect(encodeCell(shelfField('code'), '😀😀😀', rules)).toEqual({ value: textValue('😀😀😀') })
    for (const text of ['abcd', '😀😀😀😀', 'e\u0301e\u0301'])
      expect(encodeCell(shelfField('code'), text, rules)).toEqual({
        failure: { code: '22001', message: 'value too long for type character varying(3)' },
      })
  })
})

describe('a unique text', () => {
  const names = ['room', 'own', 'pair_a', 'pair_b', 'some_rows', 'lower_case']

  it.each(names)('%s has one spelling', (name) => {
    expect(encodeCell(shelfField(name), 'é', rules)).toEqual({ value: textValue('é') })
    for (const text of ['e\u0301', '\u212b', '\ud834\udd5e'])
      expect(encodeCell(shelfField(name), text, rules)).toMatchObject({
        failure: { code: '22P02', hint: expect.stringContaining('NFC') },
      })
  })

  it('others have as many as they like', () => {
    expect(encodeCell(shelfField('indexed'), 'e\u0301', rules)).toEqual({ value: textValue('e\u0301') })
  })

  it('a heap of marks costs nothing', () => {
    const start = performance.now()
    expect(encodeCell(shelfField('own'), `a${'\u0301\u0316'.repeat(500_000)}`, rules)).toMatchObject({
      failure: { code: '22P02' },
    })
    expect(performance.now() - start).toBeLessThan(1_000)
  })
})

describe('texts of CSV and of forms', () => {
  const texts = { relation: 'samples', texts: true }

  it.each([
    ['object', '{"a" : 12345678901234567890.10}', textValue('{"a":12345678901234567890.10}')],
    ['any', '"text"', textValue('"text"')],
    ['any', 'null', nullValue],
    ['json_bytes', ' [1] ', bytes('[1]')],
    ['title', '{"a":1}', textValue('{"a":1}')],
    ['count', '1', int(1)],
    ['flag', 't', int(1)],
  ])('%s: %s', (name, text, value) => {
    expect(encodeCell(sampleField(name), text, texts)).toEqual({ value })
  })

  it.each([
    ['22P02', ['', 'text', '{', "{'a':1}", '1 2', '['.repeat(100_000) + ']'.repeat(100_000)]],
    ['22021', ['"\\u0000"', '"\\ud800"', '{"\\u0000":1}']],
  ])('none is %s', (code, cells) => {
    for (const cell of cells)
      expect(encodeCell(sampleField('any'), cell, texts)).toMatchObject({ failure: { code } })
  })
})

test('megabytes are read in time', () => {
  const start = performance.now()
  const base64 = 'A'.repeat(20_000_000)
  expect(encodeCell(sampleField('bytes'), base64, rules)).toEqual({ value: { type: 'blob', base64 } })
  expect(encodeCell(sampleField('bytes'), `${base64}$`, rules)).toHaveProperty('failure')
  for (const name of ['count', 'ratio', 'decimal', 'big_bytes'])
    for (const text of ['0'.repeat(1_000_000), '1'.repeat(1_000_000)])
      expect(encodeCell(sampleField(name), `${text}x`, rules)).toHaveProperty('failure')
  expect(performance.now() - start).toBeLessThan(3_000)
})
