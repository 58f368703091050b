import { describe, expect, test } from 'vitest'
import { json, problem, send } from './send.ts'

describe('rows', () => {
  test('an object is one row, of its own names', async () => {
    expect(await send(json, '{"b":1,"a":[true,{"x":null}],"c":"ä"}')).toEqual({
      columns: ['b', 'a', 'c'],
      rows: [[1, [true, { x: null }], 'ä']],
      isList: false,
    })
    expect(await send(json, '{}')).toEqual({ columns: [], rows: [[]], isList: false })
  })

  test('a list has one order of columns', async () => {
    expect(await send(json, ' [{"a":1,"b":2},{"b":3,"a":null}] ')).toEqual({
      columns: ['a', 'b'],
      rows: [
        [1, 2],
        [null, 3],
      ],
      isList: true,
    })
    expect(await send(json, '[]')).toEqual({ columns: [], rows: [], isList: true })
    expect(await send(json, '[{},{}]')).toEqual({ columns: [], rows: [[], []], isList: true })
  })

  test.each([
    '[{"a":1},{"b":1}]',
    '[{"a":1},{"a":1,"b":1}]',
    '[{"a":1,"b":1},{"a":1}]',
    '[{},{"a":1}]',
    '[{"toString":1},{"a":1}]',
  ])('%s: all keys must match, or the absent become defaults', async (body) => {
    await expect(send(json, body)).rejects.toMatchObject({
      ...problem('PGRST102', 400),
      message: 'All object keys must match',
    })
    expect((await send(json, body, { missing: 'default' })).rows).toHaveLength(2)
  })

  test('missing=default: the columns of all rows, and nothing where a row has none', async () => {
    const body = '[{"a":1},{"b":null,"a":2},{"c":3}]'
    const { columns, rows } = await send(json, body, { missing: 'default' })
    expect(columns).toEqual(['a', 'b', 'c'])
    expect(rows).toStrictEqual([
      [1, undefined, undefined],
      [2, null, undefined],
      [undefined, undefined, 3],
    ])
  })

  test.each([
    ['null', null],
    ['default', undefined],
  ] as const)('with columns other names are passed over; missing=%s', async (missing, absent) => {
    const options = { columns: ['b', 'toString', 'a'], missing }
    expect(await send(json, '[{"x":0,"a":1},{"a":2,"b":3,"toString":4}]', options)).toStrictEqual({
      columns: ['b', 'toString', 'a'],
      rows: [
        [absent, absent, 1],
        [3, 4, 2],
      ],
      isList: true,
    })
    const one = await send(json, '{"x":0}', options)
    expect(one).toStrictEqual({ columns: options.columns, rows: [[absent, absent, absent]], isList: false })
  })

  test.each([
    ['{"a":1,"b":0,"a":2}', '[[2,0]]'],
    ['{"a":12345678901234567890,"b":0,"a":2}', '[[2,0]]'],
    ['{"a":{"x":1e3},"b":0,"a":12345678901234567890}', '[[12345678901234567890,0]]'],
    ['{"a":12345678901234567890,"b":0,"a":{"a":12345678901234567891}}', '[[{"a":12345678901234567891},0]]'],
  ])('%s: a name that comes twice counts as it was last', async (body, rows) => {
    expect(JSON.stringify((await send(json, body)).rows)).toBe(rows)
  })

  test('no name is special', async () => {
    const body = '{"__proto__":{"x":1},"constructor":2,"toString":12345678901234567890}'
    const { columns, rows } = await send(json, body)
    expect(columns).toEqual(['__proto__', 'constructor', 'toString'])
    expect(rows[0]?.slice(0, 2)).toEqual([{ x: 1 }, 2])
    expect(Reflect.get({}, 'x')).toBeUndefined()
    expect((await send(json, '{}', { columns: ['__proto__', 'constructor'] })).rows).toEqual([[null, null]])
  })

  test('more rows than allowed', async () => {
    expect((await send(json, '[{},{}]', { maxRows: 2 })).rows).toHaveLength(2)
    await expect(send(json, '[{},{},{}]', { maxRows: 2 })).rejects.toMatchObject(
      problem('LIMIT_BODY_ROWS', 413),
    )
  })

  test('more cells than allowed: rows that say nothing have the columns of those that do', async () => {
    const options = { maxCells: 4, missing: 'default' } as const
    expect((await send(json, '[{"a":1,"b":2},{}]', options)).rows).toHaveLength(2)
    await expect(send(json, '[{"a":1,"b":2},{},{}]', options)).rejects.toMatchObject(
      problem('LIMIT_BODY_ROWS', 413),
    )
  })

  test.each(['null', 'default'] as const)('more columns than a table has; missing=%s', async (missing) => {
    const object = (from: number, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`c${from + index}`, 0]))
    const most = JSON.stringify(object(0, 2_000))
    expect((await send(json, most, { missing })).columns).toHaveLength(2_000)
    await expect(send(json, JSON.stringify(object(0, 2_001)), { missing })).rejects.toMatchObject(
      problem('PGRST102', 400),
    )
    const spread = JSON.stringify([object(0, 2_000), object(2_000, 1)])
    await expect(send(json, spread, { missing })).rejects.toMatchObject(problem('PGRST102', 400))
  })
})

test.each([
  ['nothing', ''],
  ['blanks', ' \n'],
  ['half of it', '[{"a":1},'],
  ['a text', '"a"'],
  ['a number', '1'],
  ['an exact number', '12345678901234567890'],
  ['null', 'null'],
  ['a list of numbers', '[1]'],
  ['a list of exact numbers', '[12345678901234567890]'],
  ['a list in a list', '[[]]'],
  ['a list with null', '[{},null]'],
  ['a byte order mark', '\ufeff{}'],
  ['UTF-8 that is none', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ['a surrogate in UTF-8', new Uint8Array([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d])],
  ['a comma too many', '{"a":1,}'],
  ['NaN', '{"a":NaN}'],
  ['a raw control character', '{"a":"\u0000"}'],
  ['101 levels', `{"a":${'['.repeat(100)}${']'.repeat(100)}}`],
  ['100k levels', '[{"a":'.repeat(50_000)],
])('%s: refused without a word of it', async (_, body) => {
  for (const columns of [null, ['a']]) {
    await expect(send(json, body, { columns })).rejects.toMatchObject({
      ...problem('PGRST102', 400),
      message: expect.stringMatching(/^The request body (is|must be|begins with) /),
    })
  }
})

describe('numbers are exact, or refused', () => {
  test.each([
    ['9007199254740991', 9007199254740991],
    ['-9007199254740991', -9007199254740991],
    ['0.1', 0.1],
    ['1.50', 1.5],
    ['0.12345678901234568', 0.12345678901234568],
    ['100000.0000000000', 100000],
    ['1e5', 100000],
    ['1E+2', 100],
    ['12.5e-1', 1.25],
    ['5e-324', 5e-324],
    ['1.7976931348623157e308', Number.MAX_VALUE],
    ['0e999', 0],
    ['-0.0e5', 0],
    ['-0', 0],
    ['-0.0', 0],
  ])('%s is a number', async (text, number) => {
    for (const tail of ['}', ' }', ',"b":12345678901234567890}']) {
      expect((await send(json, `{"a":${text}${tail}`)).rows[0]?.[0]).toBe(number)
    }
  })

  test.each([
    '9007199254740992',
    '-9007199254740993',
    '9223372036854775807',
    '123456789012345678901234567890',
    '0.1234567890123456789',
    '123456789.123456789123',
    '1.0000000000000000001e3',
    '-12345678901234567.25E-2',
    '0.100000000000000005551',
  ])('%s stays as it is written', async (text) => {
    const { rows } = await send(json, `[{"a":${text}},{"a":{"b":[ ${text} ]}}]`)
    expect(rows.map(([cell]) => JSON.isRawJSON(cell))).toEqual([true, false])
    expect(JSON.stringify(rows)).toBe(`[[${text}],[{"b":[${text}]}]]`)
  })

  test.each(['1e999', '-1e999', '1e-999', '0.001e-400', `1${'0'.repeat(400)}`, `0.${'0'.repeat(400)}1`])(
    '%s: out of range, wherever it stands',
    async (text) => {
      for (const body of [`{"a":${text}}`, `[{"a":{"b":[1,${text}\n]}}]`, `{"x":${text} ,"a":1}`]) {
        await expect(send(json, body, { columns: ['a'] })).rejects.toMatchObject(problem('22003', 400))
      }
    },
  )

  test('digits and exponents in a text are a text', async () => {
    const texts = ['1e999', '12345678901234567890', 'a 1e999, b', '-0 ']
    const body = JSON.stringify(Object.fromEntries(texts.map((text) => [text, text])))
    const { columns, rows } = await send(json, body)
    expect([columns, rows]).toEqual([texts, [texts]])
  })
})

describe('texts', () => {
  test.each(['\\u0000', '\\ud800', '\\uDFFF', '\\ude00\\ud83d'])('%s is refused', async (code) => {
    for (const body of [`{"a":"x${code}"}`, `{"${code}":1}`, `{"a":[{"b":{"${code}":1}}]}`]) {
      await expect(send(json, body)).rejects.toMatchObject(problem('22021', 400))
    }
  })

  test.each([
    ['a pair', '"\\ud83d\\uDE00"', '😀'],
    ['what is no escape', '"\\\\u0000"', '\\u0000'],
    ['composed', '"\u00e9"', '\u00e9'],
    ['decomposed', '"e\u0301"', 'e\u0301'],
  ])('%s stays', async (_, text, value) => {
    expect((await send(json, `{"a":${text}}`)).rows).toEqual([[value]])
  })
})
