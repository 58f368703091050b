import {
  array,
  bigint,
  checkAsync,
  maxLength,
  minValue,
  number,
  object,
  objectAsync,
  optional,
  pipe,
  pipeAsync,
  string,
  transform,
  trim,
} from 'valibot'
import { describe, expect, it } from 'vitest'
import type { StandardSchemaV1 } from '../../../src/declare/schema.ts'
import { validateRows } from '../../../src/query/input/schema.ts'

const product = object({
  title: pipe(string(), trim(), maxLength(5)),
  price_cents: pipe(number(), minValue(1)),
  tags: optional(array(object({ 'a/b': string() })), []),
})

/** A schema of no library. */
const schemaOf = (validate: StandardSchemaV1['~standard']['validate']): StandardSchemaV1 => ({
  '~standard': { version: 1, vendor: 'test', validate },
})

describe('the schema of a resource', () => {
  it('answers with the rows', async () => {
    const rows = [
      { title: ' tea ', price_cents: 1 },
      { title: 'cup', price_cents: 2, nobody: 'asked' },
    ]
    expect(await validateRows(product, rows, true)).toEqual([
      { title: 'tea', price_cents: 1, tags: [] },
      { title: 'cup', price_cents: 2, tags: [] },
    ])
  })

  it('says everything that is wrong, and where', async () => {
    const rows = [
      { title: 'tea', price_cents: 0 },
      { title: 'too long', price_cents: 1, tags: [{ 'a/b': 'x' }, { 'a/b': 1 }] },
    ]
    await expect(validateRows(product, rows, true)).rejects.toMatchObject({
      code: '23514',
      status: 400,
      details: '3 values of the body are wrong.',
      errors: [
        { pointer: '/0/price_cents', code: '23514', detail: expect.stringContaining('>=1') },
        { pointer: '/1/title', code: '23514' },
        { pointer: '/1/tags/1/a~1b', code: '23514' },
      ],
    })
    await expect(validateRows(product, [{ title: 'tea' }], false)).rejects.toMatchObject({
      errors: [{ pointer: '/price_cents' }],
    })
  })

  it('may answer later', async () => {
    const schema = objectAsync({
      title: pipeAsync(
        string(),
        checkAsync(async (title) => title !== 'taken', 'taken'),
      ),
    })
    expect(await validateRows(schema, [{ title: 'free' }], true)).toEqual([{ title: 'free' }])
    await expect(validateRows(schema, [{ title: 'free' }, { title: 'taken' }], true)).rejects.toMatchObject({
      errors: [{ pointer: '/1/title', detail: 'taken' }],
    })
  })

  it('may change types', async () => {
    const schema = object({
      at: pipe(
        string(),
        transform((text) => new Date(text)),
      ),
      big: bigint(),
    })
    expect(await validateRows(schema, [{ at: '2025-01-01', big: 1n }], false)).toEqual([
      { at: new Date('2025-01-01'), big: 1n },
    ])
  })

  it('may be of any library: paths of keys or of objects, or none', async () => {
    const schema = schemaOf(() => ({
      issues: [
        { message: 'of the row' },
        { message: 'of a key', path: ['list', 0, { key: '~' }] },
        { message: 'x'.repeat(10_000) },
      ],
    }))
    await expect(validateRows(schema, [{}], true)).rejects.toMatchObject({
      errors: [
        { pointer: '/0', detail: 'of the row' },
        { pointer: '/0/list/0/~0', detail: 'of a key' },
        { pointer: '/0', detail: 'x'.repeat(500) },
      ],
    })
    await expect(validateRows(schema, [{}], false)).rejects.toMatchObject({
      errors: [{ pointer: '' }, {}, {}],
    })
  })

  it('that answers with no row is a mistake of its author', async () => {
    for (const value of ['text', null, []])
      await expect(
        validateRows(
          schemaOf(() => ({ value })),
          [{}],
          true,
        ),
      ).rejects.toThrow(TypeError)
  })
})
