import { expect, test } from 'vitest'
import { readJson } from '../../../src/base/http/body.ts'

const rules = { maxBytes: 1_000, invalid: 'bad_json' } as const
const json = { 'content-type': 'application/json;charset=UTF-8' }

const request = (body: RequestInit['body'], headers: Record<string, string> = json) =>
  new Request('http://selvage.test/', { method: 'POST', headers, body, duplex: 'half' } as RequestInit)

/** A body without a length, in pieces; says how many of them were taken, and whether the rest was refused. */
function pieces(count: number, bytes: Uint8Array) {
  const seen = { pulled: 0, cancelled: false }
  const stream = new ReadableStream({
    pull(controller) {
      seen.pulled += 1
      if (seen.pulled > count) controller.close()
      else controller.enqueue(bytes)
    },
    cancel() {
      seen.cancelled = true
    },
  })
  return { stream, seen }
}

test('JSON in pieces, split inside a character', async () => {
  const bytes = new TextEncoder().encode('"ä"')
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(bytes.slice(0, 2))
      controller.enqueue(bytes.slice(2))
      controller.close()
    },
  })
  expect(await readJson(request(stream), rules)).toBe('ä')
})

test('an endless body is refused at the cap, and the rest is not read', async () => {
  const { stream, seen } = pieces(1_000_000, new Uint8Array(400))
  await expect(readJson(request(stream), rules)).rejects.toMatchObject({ code: 'LIMIT_BODY', status: 413 })
  expect(seen.pulled).toBeLessThan(6)
  expect(seen.cancelled).toBe(true)
})

test('exactly the cap is read', async () => {
  const text = JSON.stringify('x'.repeat(998))
  expect(await readJson(request(text), rules)).toHaveLength(998)
  await expect(readJson(request(`${text} `), rules)).rejects.toMatchObject({ code: 'LIMIT_BODY' })
})

test('of a member that occurs twice the last one counts; `__proto__` is a name', async () => {
  expect(await readJson(request('{"a":1,"a":2}'), rules)).toEqual({ a: 2 })
  const value = await readJson(request('{"__proto__":{"x":1}}'), rules)
  expect(Object.keys(Object(value))).toEqual(['__proto__'])
  expect(Reflect.get({}, 'x')).toBeUndefined()
})

test.each([
  ['nothing', ''],
  ['half of it', '{"a":'],
  ['two values', '1 2'],
  ['a byte order mark', '\ufeff1'],
  ['UTF-8 that is none', new Uint8Array([0x22, 0xff, 0x22])],
  ['a surrogate in UTF-8', new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ['101 levels', '['.repeat(101) + ']'.repeat(101)],
  ['levels that never close', '[{"a":'.repeat(100)],
  ['a string that never closes', '"\\"'],
])('%s: refused without a word of it', async (_, body) => {
  const answer = readJson(request(body), rules)
  await expect(answer).rejects.toMatchObject({
    code: 'bad_json',
    status: 400,
    message: expect.stringMatching(/^The request body is/),
  })
})

test('brackets inside of strings are not levels', async () => {
  const text = `\\"${'['.repeat(200)}\\\\`
  expect(await readJson(request(`["${text}"]`), rules)).toEqual([JSON.parse(`"${text}"`)])
  expect(await readJson(request('['.repeat(100) + ']'.repeat(100)), rules)).toHaveLength(1)
})

test.each(['application/json', 'APPLICATION/JSON ; charset="utf-8"'])('%s is JSON', async (type) => {
  expect(await readJson(request('1', { 'content-type': type }), rules)).toBe(1)
})

test.each([
  'text/json',
  'application/json; charset=utf-16',
  'application/json, text/html',
  'application/json; boundary=x',
])('%s: 415', async (type) => {
  await expect(readJson(request('1', { 'content-type': type }), rules)).rejects.toMatchObject({ status: 415 })
})
