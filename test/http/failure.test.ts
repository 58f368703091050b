import { afterEach, describe, expect, inject, test, vi } from 'vitest'
import backend from '#backend'
import { createApp } from '../../src/app.ts'
import {
  type Field,
  message,
  messageField,
  textField,
  varintField,
} from '../../src/database/hrana/protobuf.ts'
import { leakIn } from './leak.ts'

const bindings: Readonly<Record<string, string>> = inject('bindings')
const said = `no such column: weakness in "select password_hash from auth_users"`

/** What a database may answer that is broken, or is none at all; and what a client is told. */
const replies: readonly (readonly [
  name: string,
  reply: () => Response | Promise<Response>,
  statuses: readonly number[],
])[] = [
  ['an error of SQL', () => failed('SQLITE_ERROR'), [500]],
  ['an error without a code', () => failed(null), [500]],
  ['corruption', () => failed('SQLITE_CORRUPT'), [500, 503]],
  ['that it is busy', () => failed('SQLITE_BUSY'), [503]],
  ['401', () => new Response(said, { status: 401 }), [500, 503]],
  ['500', () => new Response(said, { status: 500 }), [503]],
  ['HTML', () => new Response(`<html>${said}</html>`), [500, 503]],
  ['JSON', () => Response.json({ results: [{ type: 'error', error: { message: said } }] }), [500, 503]],
  ['half of its message', () => new Response(failure('SQLITE_ERROR').subarray(0, 20)), [500, 503]],
  ['nothing', () => new Response(''), [500, 503]],
  ['no result', () => new Response(message(messageField(3))), [500, 503]],
  ['a number for a result', () => new Response(message(varintField(3, 1))), [500, 503]],
  ['a result of nothing', () => new Response(ok(messageField(2))), [500, 503]],
  // No row is what a password of nobody finds, too.
  ['no row', () => new Response(ok(messageField(2, messageField(1)))), [400, 503]],
  ['no connection', () => Promise.reject(new TypeError(`fetch failed: ${said}`)), [503]],
]

/** A reply of Hrana to one statement: PipelineRespBody.results is 3, StreamResult.ok 1 and error 2. */
const ok = (response: Field) => message(messageField(3, messageField(1, response)))
const failure = (code: string | null) =>
  message(
    messageField(3, messageField(2, textField(1, said), ...(code === null ? [] : [textField(2, code)]))),
  )

function failed(code: string | null): Response {
  return new Response(failure(code))
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('a database that answers with', () => {
  for (const [name, reply, statuses] of replies) {
    for (const path of ['/rest/v1/tags?select=id', '/auth/v1/token?grant_type=password']) {
      test(`${name}, to ${path}: said to the log without its words, and to nobody else`, async () => {
        const log = vi.spyOn(console, 'error').mockImplementation(() => {})
        vi.spyOn(globalThis, 'fetch').mockImplementation(async () => reply())
        const isSignIn = path.startsWith('/auth/')
        const init = {
          method: isSignIn ? 'POST' : 'GET',
          headers: { apikey: bindings.PUBLISHABLE_KEY ?? '', 'content-type': 'application/json' },
          ...(isSignIn && { body: JSON.stringify({ email: 'ada@example.com', password: 'selvage-ada-1' }) }),
        }
        const response = await createApp(backend).fetch(
          new Request(`http://selvage.test${path}`, init),
          bindings,
        )
        const text = await response.text()
        expect(statuses, text).toContain(response.status)
        expect(response.headers.get('content-type')).toContain('application/problem+json')
        expect(leakIn({ headers: response.headers, text })).toBeNull()
        expect(text).not.toContain('weakness')
        expect(JSON.stringify(log.mock.calls)).not.toContain('weakness')
        if (response.status === 500) {
          expect(log).toHaveBeenCalledOnce()
          expect(text).toContain(response.headers.get('x-request-id') ?? '(none)')
        }
      })
    }
  }
})

/** A database that is late: it says nothing at all, or nothing after the first bytes. */
const late: readonly (readonly [name: string, reply: (until: AbortSignal) => Promise<Response>])[] = [
  ['does not answer', (until) => aborted(until)],
  ['does not end its answer', async (until) => new Response(endless(until))],
]

describe('a database that', () => {
  for (const [name, reply] of late) {
    test(`${name}: 504 when ten seconds are over`, async () => {
      const log = vi.spyOn(console, 'error').mockImplementation(() => {})
      const soon = AbortSignal.timeout(20)
      const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(soon)
      const fetched = vi.spyOn(globalThis, 'fetch').mockImplementation(async (_, init) => {
        if (!(init?.signal instanceof AbortSignal)) throw new TypeError('a trip without a deadline')
        return reply(init.signal)
      })
      const headers = { apikey: bindings.PUBLISHABLE_KEY ?? '' }
      const request = new Request('http://selvage.test/rest/v1/tags?select=id', { headers })
      const response = await createApp(backend).fetch(request, bindings)
      const text = await response.text()
      expect([response.status, response.headers.get('retry-after')], text).toEqual([504, '1'])
      expect(JSON.parse(text)).toMatchObject({
        code: 'DATABASE_TIMEOUT',
        message: 'The database took too long',
      })
      expect(response.headers.get('server-timing')).toContain('trips;desc="1"')
      expect(leakIn({ headers: response.headers, text })).toBeNull()
      expect([timeout.mock.calls, fetched.mock.calls.length, log.mock.calls]).toEqual([[[10_000]], 1, []])
    })
  }
})

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
}

/** One byte, and then a failure when the signal says so. */
function endless(signal: AbortSignal): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      controller.enqueue(new Uint8Array(1))
      await aborted(signal).catch((reason: unknown) => controller.error(reason))
    },
  })
}
