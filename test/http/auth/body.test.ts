import { exports } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { send } from '../../harness/request.ts'
import { text } from './someone.ts'

const paths = [
  '/auth/v1/signup',
  '/auth/v1/token?grant_type=password',
  '/auth/v1/token?grant_type=refresh_token',
]
const deep = (levels: number, open: string, close: string) => open.repeat(levels) + close.repeat(levels)

/** Bodies that nobody should send, and what they may be answered with. */
const bodies: readonly (readonly [name: string, body: string, statuses: readonly number[]])[] = [
  ['nothing', '', [400]],
  ['truncated', '{"email":"ada@example.com","passw', [400]],
  ['no JSON', 'email=ada@example.com', [400]],
  ['a byte order mark', '\ufeff{}', [400]],
  ['101 levels', deep(101, '[', ']'), [400]],
  ['30,000 levels of arrays', deep(30_000, '[', ']'), [400]],
  ['10,000 levels of objects', deep(10_000, '{"a":', '}').replace('}', '1}'), [400]],
  ['60,000 opened', '['.repeat(60_000), [400]],
  ['100,000 levels', deep(100_000, '[', ']'), [413]],
  ['null', 'null', [400]],
  ['a list', '[]', [400]],
  ['a text', '"ada"', [400]],
  ['a number beyond all', '{"email":1e999,"password":1e999,"refresh_token":1e999}', [400]],
  ['lists for texts', '{"email":["a@example.com"],"password":["xxxxxxxx"],"refresh_token":[]}', [400]],
  ['objects for texts', '{"email":{"$ne":1},"password":{"$ne":1},"refresh_token":{"$ne":1}}', [400]],
  [
    'half a surrogate pair',
    '{"email":"\\ud800@example.com","password":"\\ud800xxxxxxx","refresh_token":"\\ud800"}',
    [400, 422],
  ],
  ['NUL', '{"email":"a\\u0000@example.com","password":"x","refresh_token":"\\u0000"}', [400, 422]],
  [
    '__proto__',
    '{"__proto__":{"email":"a@example.com","password":"long enough","refresh_token":"x"}}',
    // What has no address is the sign-up of somebody anonymous, for whom it is not open.
    [400, 422],
  ],
  ['2 MB', JSON.stringify({ email: 'a'.repeat(2_000_000) }), [413]],
]

// The first request of an isolate starts the Worker.
beforeAll(() => send({ as: 'anon', url: '/auth/v1/health' }))

describe('bodies: 400 or 413, soon', () => {
  for (const url of paths) {
    for (const [name, body, statuses] of bodies) {
      test(`${name} to ${url}`, async () => {
        const headers = { 'content-type': 'application/json' }
        const start = Date.now()
        const answer = await send({ as: 'anon', method: 'POST', url, headers, body })
        expect(statuses, answer.text).toContain(answer.status)
        expect(answer.headers.get('content-type')).toContain('application/problem+json')
        expect(answer.trips).toBeLessThanOrEqual(1)
        expect(Date.now() - start).toBeLessThan(500)
      })
    }
  }

  test('100 levels are read, 101 are not', async () => {
    const ask = (levels: number) =>
      send({ as: 'anon', url: '/auth/v1/signup', body: `{"email":${deep(levels - 1, '[', ']')}}` })
    expect((await ask(100)).text).toContain('"code":"validation_failed"')
    expect((await ask(101)).text).toContain('nested deeper than 100 levels')
  })

  test('of a name that comes twice the last one counts, everywhere alike', async () => {
    const body =
      '{"email":"nobody@example.com","email":"ada@example.com","password":"x","password":"selvage-ada-1"}'
    const headers = { 'content-type': 'application/json' }
    expect((await send({ as: 'anon', url: paths[1] ?? '', method: 'POST', headers, body })).status).toBe(200)
  })
})

describe('content types', () => {
  const body = JSON.stringify({ email: 'ada@example.com', password: 'selvage-ada-1' })
  const types: readonly (readonly [type: string, status: number])[] = [
    ['application/json', 200],
    ['Application/JSON; Charset=UTF-8', 200],
    ['application/json; charset=utf-16', 415],
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['multipart/form-data; boundary=x', 415],
    ['application/jsonp', 415],
    ['', 415],
  ]
  for (const [type, status] of types) {
    test(`${type || 'none'}: ${status}`, async () => {
      const answer = await send({
        as: 'anon',
        method: 'POST',
        url: paths[1] ?? '',
        headers: { 'content-type': type },
        body,
      })
      expect(answer.status, answer.text).toBe(status)
      if (status === 415)
        expect([answer.trips, answer.headers.get('accept')]).toEqual([0, 'application/json'])
    })
  }
})

test('a body without a length is cut off at the limit, not read to its end', async () => {
  const chunk = new TextEncoder().encode(' '.repeat(65_536))
  let sent = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += chunk.length
      controller.enqueue(chunk)
      if (sent > 100_000_000) controller.close()
    },
  })
  const response = await exports.default.fetch(
    new Request(`${text('API_URL')}/auth/v1/signup`, {
      method: 'POST',
      headers: { apikey: text('PUBLISHABLE_KEY'), 'content-type': 'application/json' },
      body,
    }),
  )
  expect(response.status).toBe(413)
  expect(await response.json()).toMatchObject({ code: 'LIMIT_BODY' })
  expect(sent).toBeLessThan(20_000_000)
})

test('bytes that are no UTF-8', async () => {
  const response = await exports.default.fetch(
    new Request(`${text('API_URL')}/auth/v1/signup`, {
      method: 'POST',
      headers: { apikey: text('PUBLISHABLE_KEY'), 'content-type': 'application/json' },
      body: new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
    }),
  )
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ code: 'bad_json' })
})
