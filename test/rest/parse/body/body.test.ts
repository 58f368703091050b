import { expect, test } from 'vitest'
import { csv, form, json, problem, send } from './send.ts'

test.each([
  'application/json',
  'APPLICATION/JSON ; charset="UTF-8"',
  'application/vnd.pgrst.object+json',
  'application/vnd.pgrst.array+json;charset=utf-8',
])('%s is JSON', async (type) => {
  expect((await send(type, '{"a":1}')).rows).toEqual([[1]])
})

test.each([
  null,
  '',
  'json',
  'text/plain',
  'text/json',
  'application/json; charset=utf-16',
  'application/json; boundary=x',
  'application/json, text/csv',
  'text/csv; header=absent',
  'application/octet-stream',
  'multipart/form-data; boundary=x',
])('%s: 415, and which types there are', async (type) => {
  await expect(send(type, '{"a":1}')).rejects.toMatchObject({
    ...problem('UNSUPPORTED_MEDIA_TYPE', 415),
    message: expect.stringContaining('application/json, text/csv or application/x-www-form-urlencoded'),
    headers: { accept: 'application/json, text/csv, application/x-www-form-urlencoded' },
  })
})

test.each([json, csv, form])('%s: empty, too large, marked, not UTF-8', async (type) => {
  const refuse = async (body: RequestInit['body'], code: 'PGRST102' | 'LIMIT_BODY', status: number) =>
    expect(send(type, body, { maxBytes: 50 })).rejects.toMatchObject(problem(code, status))
  await refuse('', 'PGRST102', 400)
  await refuse(null, 'PGRST102', 400)
  await refuse('x'.repeat(51), 'LIMIT_BODY', 413)
  await refuse('\ufeffa=1', 'PGRST102', 400)
  await refuse(new Uint8Array([0x61, 0x3d, 0xff]), 'PGRST102', 400)
})

test('a form is one row of texts', async () => {
  expect(await send(form, 'b=1+2&__proto__=NULL&a=%C3%A9%26&c=')).toEqual({
    columns: ['b', '__proto__', 'a', 'c'],
    rows: [['1 2', 'NULL', 'é&', '']],
    isList: false,
  })
  expect(await send(form, 'a=1&b=2', { columns: ['c', 'b'], missing: 'default' })).toStrictEqual({
    columns: ['c', 'b'],
    rows: [[undefined, '2']],
    isList: false,
  })
})

test.each([
  ['a name twice', 'a=1&a=2', 'PGRST102'],
  ['a name twice, once encoded', 'a=1&%61=1', 'PGRST102'],
  ['no =', 'a', 'PGRST102'],
  ['no field', '&', 'PGRST102'],
  ['half of an escape', 'a=%C', 'PGRST102'],
  ['an escape that is not UTF-8', 'a=%ff', 'PGRST102'],
  ['NUL', 'a=%00', '22021'],
  ['a raw NUL', 'a=\u0000', '22021'],
] as const)('a form with %s', async (_, body, code) => {
  await expect(send(form, body)).rejects.toMatchObject(problem(code, 400))
})
