import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClientServer, startServer } from './server.ts'

let server: ClientServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

/** And the methods that each serves first of all. */
const paths: readonly (readonly [path: string, served: string])[] = [
  ['/', 'GET, HEAD'],
  ['/health', 'GET, HEAD'],
  ['/openapi.json', 'GET, HEAD'],
  ['/docs', 'GET, HEAD'],
  ['/rest/v1/', 'GET, HEAD, POST'],
  ['/rest/v1/tags', 'GET, HEAD, POST, PATCH, DELETE'],
  ['/rest/v1/tags/1', 'GET, HEAD, PATCH, PUT, DELETE'],
  ['/auth/v1/user', 'GET, HEAD, PUT'],
  ['/auth/v1/token', 'POST'],
]

/** `fetch` refuses to send TRACE (https://fetch.spec.whatwg.org/#forbidden-method); whoever has a socket can. */
test.each(paths)('TRACE %s is not served, and echoes nothing', async (path, served) => {
  const headers = { apikey: server.publishableKey, cookie: 'a=crumb', 'x-trail': 'crumb' }
  const sent = request(`${server.url}${path}`, { method: 'TRACE', headers, agent: false }).end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  const body = await text(answer)
  expect(answer.statusCode, body).toBe(405)
  expect(answer.headers.allow).toMatch(new RegExp(`^${served}(?:, OPTIONS)?$`))
  expect(answer.headers['content-type']).toContain('application/problem+json')
  expect(JSON.parse(body)).toMatchObject({ code: 'PGRST117', status: 405 })
  expect(body + JSON.stringify(answer.headers)).not.toMatch(/crumb|sb_publishable_/)
})
