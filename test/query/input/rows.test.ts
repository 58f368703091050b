import { describe, expect, it } from 'vitest'
import { Problem, problemResponse } from '../../../src/base/problem.ts'
import { integerValue, nullValue } from '../../../src/base/statement.ts'
import { encodeRows } from '../../../src/query/input/rows.ts'
import { sampleField, shelfField } from './columns.ts'

const fields = [sampleField('count'), sampleField('flag')]
const list = { relation: 'samples', isList: true }

function problemOf(encode: () => unknown): Problem {
  try {
    encode()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new TypeError('no problem')
}

describe('rows of a write', () => {
  it('are values; what was not given stays so', () => {
    expect(encodeRows(fields, [[1, undefined], [undefined, null], []], list)).toEqual([
      [integerValue(1), undefined],
      [undefined, nullValue],
      [undefined, undefined],
    ])
    expect(encodeRows(fields, [], list)).toEqual([])
  })

  it('say everything that is wrong, and where', async () => {
    const problem = problemOf(() =>
      encodeRows(
        fields,
        [
          [1, 2],
          ['x', true],
          ['9'.repeat(30), {}],
        ],
        list,
      ),
    )
    const response = problemResponse(problem)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      code: '22P02',
      message: 'invalid input syntax for type boolean: "2"',
      details: '4 values of the body are wrong.',
      errors: [
        { pointer: '/0/flag', code: '22P02', detail: 'invalid input syntax for type boolean: "2"' },
        { pointer: '/1/count', code: '22P02', detail: 'invalid input syntax for type integer: "x"' },
        {
          pointer: '/2/count',
          code: '22003',
          detail: `value "${'9'.repeat(30)}" is out of range for type integer`,
        },
        { pointer: '/2/flag', code: '22P02', detail: 'invalid input syntax for type boolean: an object' },
      ],
    })
  })

  it('of one object have pointers without a row, and names escaped', () => {
    const problem = problemOf(() =>
      encodeRows([shelfField('a/b~c')], [[null]], { relation: 'shelf', isList: false }),
    )
    expect(problem).toMatchObject({
      code: '23502',
      message: 'null value in column "a/b~c" of relation "shelf" violates not-null constraint',
      details: null,
      errors: [{ pointer: '/a~1b~0c', code: '23502' }],
    })
  })

  it('keep the hint of the first', () => {
    const problem = problemOf(() => encodeRows([sampleField('kind')], [['plasma']], list))
    expect(problem.hint).toBe('One of: solid, liquid, gas.')
  })

  it('list a hundred of many thousands, soon', () => {
    const start = performance.now()
    const problem = problemOf(() =>
      encodeRows(
        fields,
        Array.from({ length: 100_000 }, () => ['x', 'x']),
        list,
      ),
    )
    expect(performance.now() - start).toBeLessThan(2_000)
    expect(problem.errors).toHaveLength(100)
    expect(problem.details).toBe('200000 values of the body are wrong; the first 100 are listed.')
  })
})

describe('a problem', () => {
  it('has no member `errors` without errors', async () => {
    expect(await problemResponse(new Problem('22P02')).json()).not.toHaveProperty('errors')
  })

  it('never lists more than a hundred', () => {
    const errors = Array.from({ length: 101 }, () => ({ pointer: '', code: '22P02' as const, detail: '' }))
    expect(new Problem('22P02', { errors }).errors).toHaveLength(100)
  })
})
