import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anonymous } from '../../src/model/caller/caller.ts'
import fixture from '../fixture/index.ts'
import seed from '../fixture/seed.ts'
import { samples } from '../fixture/values.ts'
import { ask, rowsOf } from './ask.ts'
import { type Stage, startStage } from './stage.ts'

/** How each kind of value is written as JSON, read from a filter, and found again by what was written. */

let stage: Stage

beforeAll(async () => {
  stage = await startStage(fixture, seed('small'))
})
afterAll(() => stage.stop())

async function body(path: string): Promise<string> {
  return (await stage.read(ask(path), anonymous)).body
}

describe('numbers', () => {
  it.each([
    ['big', 3, '9223372036854775807'],
    ['big', 4, '-9223372036854775808'],
    ['big', 5, '9007199254740993'],
    ['exact', 5, '9007199254740993'],
    ['big_bytes', 3, '123456789012345678901234567890'],
    ['big_bytes', 4, '-1'],
    ['decimal', 4, '-0.001'],
    ['ratio', 1, '0.5'],
    ['ratio', 4, '4.94065645841247e-324'],
    ['ratio', 5, '0.30000000000000004'],
    ['ratio', 7, '0.33333333333333331'],
    ['ratio', 3, '1.0e+308'],
  ])('%s of row %i is %s on the wire', async (column, id, text) => {
    expect(await body(`samples?select=${column}&id=eq.${id}`)).toMatch(
      new RegExp(`^\\[\\{"${column}":${text.replaceAll(/[.+]/g, '\\$&')}\\}\\]$`),
    )
  })

  it.each([
    0.1 + 0.2,
    1e308,
    -1e308,
    5e-324,
    2.2250738585072014e-308,
    -0,
    1 / 3,
    123456789.12345679,
    1e21,
    100,
  ])('the real %d comes back as it went, and is found by its text', async (ratio) => {
    const id = 1_000
    await stage.query('delete from samples where id = ?', { type: 'integer', value: String(id) })
    await stage.fill(samples, [{ id, ratio }])
    const rows = await rowsOf(stage, `samples?select=ratio&id=eq.${id}`, anonymous)
    expect(rows).toEqual([{ ratio: ratio === 0 ? 0 : ratio }])
    for (const filter of [`eq.${ratio}`, `in.(${ratio})`, `gte(all).{${ratio}}`])
      expect(
        await rowsOf(stage, `samples?select=id&ratio=${encodeURIComponent(filter)}&id=eq.${id}`, anonymous),
        filter,
      ).toEqual([{ id }])
  })

  it('the largest of numbers kept as text in blobs is the largest number', async () => {
    expect(await body('samples?select=big_bytes.max()&id=in.(1,4,5)')).toBe('[{"max":42}]')
  })
})

describe('blobs', () => {
  it('of every length to 50 are base64, and are found by it', async () => {
    const blobs = Array.from({ length: 51 }, (_, length) =>
      Buffer.from(Array.from({ length }, (_, n) => (n * 89 + length) % 256)),
    )
    await stage.fill(
      samples,
      blobs.map((bytes, length) => ({ id: 2_000 + length, bytes })),
    )
    expect(await rowsOf(stage, 'samples?select=bytes&id=gte.2000&order=id', anonymous)).toEqual(
      blobs.map((bytes) => ({ bytes: bytes.toString('base64') })),
    )
    for (const length of [0, 1, 2, 3, 50]) {
      const filter = encodeURIComponent(blobs[length]?.toString('base64') ?? '')
      const path = `samples?select=id&id=gte.2000&bytes=eq.${filter}`
      expect(await rowsOf(stage, path, anonymous)).toEqual([{ id: 2_000 + length }])
    }
  })
})

describe('instants', () => {
  it.each([
    ['seconds', 3, '9999-12-31T23:59:59Z'],
    ['seconds', 4, '0001-01-01T00:00:00Z'],
    ['seconds', 6, '1969-12-31T23:59:59Z'],
    ['millis', 1, '2025-01-01T12:00:00.123Z'],
    ['millis', 6, '1969-12-31T23:59:59.999Z'],
  ])('%s of row %i is %s, and is found by it', async (column, id, text) => {
    expect(await body(`samples?select=${column}&id=eq.${id}`)).toBe(`[{"${column}":"${text}"}]`)
    expect(await body(`samples?select=id&${column}=eq.${text}&id=eq.${id}`)).toBe(`[{"id":${id}}]`)
  })

  it('between two seconds equal neither', async () => {
    const found = (filter: string) => body(`samples?select=id&seconds=${filter}&id=eq.1`)
    expect(await found('eq.2025-01-01T12:00:00.5Z')).toBe('[]')
    expect(await found('lt.2025-01-01T12:00:00.5Z')).toBe('[{"id":1}]')
    expect(await found('in.(2025-01-01T12:00:00.5Z)')).toBe('[]')
    expect(await body('samples?select=id&millis=lt.2025-01-01T12:00:00.1235Z&id=eq.1')).toBe('[{"id":1}]')
  })
})

describe('JSON and truth values', () => {
  it('are JSON in JSON', async () => {
    expect(await body('samples?select=flag,object,array,any,json_bytes&id=eq.1')).toBe(
      '[{"flag":true,"object":{"name":"ordinary","nested":{"list":[1,2,{"deep":"yes"}]},"on":true},"array":["a","b","c"],"any":7,"json_bytes":{"stored":"as bytes"}}]',
    )
  })
  it('in bytes are found by what they say', async () => {
    expect(await body('samples?select=id&json_bytes=eq.{"stored":"as bytes"}')).toBe('[{"id":1}]')
  })
  it('behind -> are compared by type: true is not 1, and no text', async () => {
    const found = (filter: string) => body(`samples?select=id&object->on=${filter}&id=eq.1`)
    expect(await found('eq.true')).toBe('[{"id":1}]')
    expect(await found('in.(true,7)')).toBe('[{"id":1}]')
    expect(await found('eq.1')).toBe('[]')
    expect(await found('in.(1,"\\"true\\"")')).toBe('[]')
    expect(await body('samples?select=id&object->nested->list->2=eq."{\\"deep\\":\\"yes\\"}"&id=eq.1')).toBe(
      '[]',
    )
  })
  it('behind ->> are texts, a fraction with all of its digits', async () => {
    await stage.fill(samples, [{ id: 3_000, object: { third: 1 / 3, on: false, none: null } }])
    expect(
      await body(
        'samples?select=a:object->>third,b:object->>on,c:object->>none,d:object->>on::bool&id=eq.3000',
      ),
    ).toBe('[{"a":"0.3333333333333333","b":"false","c":null,"d":false}]')
  })
  it('that is broken is a text, and takes no other row down', async () => {
    await stage.query("insert into samples (id, object) values (3001, '{broken')")
    expect(await body('samples?select=object&id=in.(3001,1)&order=id.desc')).toContain(
      '[{"object":"{broken"},{"object":{"name"',
    )
  })
})

it('a table of 70 columns is one object of 70 members', async () => {
  const [first, second] = (await rowsOf(stage, 'wide?limit=2', anonymous)) as object[]
  expect(Object.keys(first ?? {})).toHaveLength(70)
  expect(first).toMatchObject({
    id: 1,
    text_23: 'text 23 of row 1',
    number_23: 23,
    flag_23: false,
    flag_1: false,
    flag_2: true,
  })
  expect(new Set(Object.values({ ...second, id: null }))).toEqual(new Set([null]))
})
