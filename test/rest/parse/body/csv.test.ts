import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csv, problem, send } from './send.ts'

describe('CSV', () => {
  test.each([
    [
      'LF',
      'a,b\n1,x\n2,y',
      [
        ['1', 'x'],
        ['2', 'y'],
      ],
    ],
    ['CRLF and a last line end', 'a,b\r\n1,x\r\n', [['1', 'x']]],
    ['no row', 'a,b', []],
    [
      'empty cells',
      'a,b\n,\n"",',
      [
        ['', ''],
        ['', ''],
      ],
    ],
    ['blank lines', '\na,b\n\n1,x\r\n\r\n', [['1', 'x']]],
    [
      'quotes',
      'a,b\n"1,""2""","x\r\ny\n"\n"""",""""""',
      [
        ['1,"2"', 'x\r\ny\n'],
        ['"', '""'],
      ],
    ],
    [
      'NULL',
      'a,b\nNULL,"NULL"\nnull, NULL',
      [
        [null, 'NULL'],
        ['null', ' NULL'],
      ],
    ],
    ['blanks', 'a,b\n 1 ,\t', [[' 1 ', '\t']]],
    ['numbers', 'a,b\n12345678901234567890,1e999', [['12345678901234567890', '1e999']]],
  ])('%s', async (_, body, rows) => {
    expect(await send(csv, body)).toEqual({ columns: ['a', 'b'], rows, isList: true })
  })

  test('names are any texts', async () => {
    const body = '"a ""b""",__proto__,NULL,\n1,2,3,4'
    const { columns, rows } = await send(csv, body)
    expect(columns).toEqual(['a "b"', '__proto__', 'NULL', ''])
    expect(rows).toEqual([['1', '2', '3', '4']])
  })

  test.each([
    ['null', null],
    ['default', undefined],
  ] as const)('with columns; missing=%s', async (missing, absent) => {
    const options = { columns: ['c', 'toString', 'a'], missing }
    expect(await send(csv, 'a,b,c\n1,2,NULL', options)).toStrictEqual({
      columns: ['c', 'toString', 'a'],
      rows: [[null, absent, '1']],
      isList: true,
    })
  })

  test.each([
    ['a cell too few', 'a,b\n1,2\n1', 'Record 3 has 1, and the header 2'],
    ['a cell too many', 'a,b\n1,2,3', 'Record 2 has 3, and the header 2'],
    ['a quote in a bare cell', 'a\nx"y"', 'Expected a comma or the end of the line'],
    ['a text behind a quote', 'a\n"x"y', 'Expected a comma or the end of the line'],
    ['a blank behind a quote', 'a\n"x" ', 'Expected a comma or the end of the line'],
    ['an open quote', 'a\n"x""', 'Expected a closing quote for the one that begins here'],
    ['a CR alone', 'a\rb', 'Expected a comma or the end of the line'],
    ['a name twice', 'a,"a"\n1,2', null],
    ['line ends alone', '\n\r\n', null],
  ])('%s: refused', async (_, body, details) => {
    await expect(send(csv, body)).rejects.toMatchObject({ ...problem('PGRST102', 400), details })
  })

  test('NUL is refused', async () => {
    await expect(send(csv, 'a\n\u0000')).rejects.toMatchObject(problem('22021', 400))
  })

  test('more rows than allowed', async () => {
    expect((await send(csv, 'a\n1\n2\n', { maxRows: 2 })).rows).toHaveLength(2)
    await expect(send(csv, 'a\n1\n2\n3', { maxRows: 2 })).rejects.toMatchObject(
      problem('LIMIT_BODY_ROWS', 413),
    )
  })

  test('more cells than allowed', async () => {
    expect((await send(csv, 'a,b\n1,2\n3,4', { maxCells: 4 })).rows).toHaveLength(2)
    await expect(send(csv, 'a,b\n1,2\n3,4\n5,6', { maxCells: 4 })).rejects.toMatchObject(
      problem('LIMIT_BODY_ROWS', 413),
    )
  })

  test('more columns than a table has', async () => {
    const header = (count: number) => Array.from({ length: count }, (_, index) => `c${index}`).join(',')
    expect((await send(csv, header(2_000))).columns).toHaveLength(2_000)
    await expect(send(csv, header(2_001))).rejects.toMatchObject(problem('PGRST102', 400))
  })
})

test('what was written is read', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'é', '😀', 'NULL') })
  const table = fc.integer({ min: 1, max: 4 }).chain((width) =>
    fc.record({
      columns: fc.uniqueArray(text, { minLength: width, maxLength: width }),
      rows: fc.array(fc.array(fc.option(text), { minLength: width, maxLength: width }), { maxLength: 5 }),
      lineEnd: fc.constantFrom('\n', '\r\n'),
      last: fc.boolean(),
      spare: fc.boolean(),
    }),
  )
  await fc.assert(
    fc.asyncProperty(table, async ({ columns, rows, lineEnd, last, spare }) => {
      const write = (cell: string | null) => {
        if (cell === null) return 'NULL'
        const mustQuote = cell === '' || cell === 'NULL' || /[",\r\n]/.test(cell)
        return mustQuote || !spare ? `"${cell.replaceAll('"', '""')}"` : cell
      }
      const lines = [columns, ...rows].map((cells) => cells.map(write).join(','))
      const body = lines.join(lineEnd) + (last ? lineEnd : '')
      expect(await send(csv, body)).toEqual({ columns, rows, isList: true })
    }),
    { numRuns: 500 },
  )
})
