import { describe, expect, inject, test } from 'vitest'
import backend from '#backend'
import { createApp } from '../../src/app.ts'
import { leakIn } from './leak.ts'

const good: Readonly<Record<string, unknown>> = inject('bindings')
const weak = 'weakness-weakness-weakness-weakness-weakness'

/** What is wrong with which binding. A value that is there must not be told. */
const faults: readonly (readonly [name: string, value: unknown])[] = [
  // What switches caches off may be anything else, and then does not.
  ...Object.keys(good)
    .filter((name) => name !== 'CACHE_OFF')
    .flatMap((name) => [[name, undefined] as const, [name, ''] as const, [name, 42] as const]),
  ['API_URL', 'not a url weakness'],
  ['API_URL', 'ftp://weakness.example'],
  ['DATABASE_URL', 'file:weakness.db'],
  ['DATABASE_PLACE', 'weakness'],
  ['DATABASE_PLACE', '91,0'],
  ['DATABASE_PLACE', '1,2,3'],
  ['DATABASE_REPLICAS', 'weakness'],
  ['DATABASE_STREAMS', 'weakness'],
  ['DATABASE_STREAMS', '17'],
  ['DATABASE_STREAMS', '-1'],
  ['DATABASE_REPLICAS', '{}'],
  ['DATABASE_REPLICAS', '[{"name":"weakness weakness","url":"http://127.0.0.1"}]'],
  ['DATABASE_REPLICAS', '[{"name":"a","url":"file:weakness"}]'],
  ['DATABASE_REPLICAS', '[{"name":"a","url":"http://127.0.0.1","place":"weakness"}]'],
  ['DATABASE_REPLICAS', '[{"name":"primary","url":"http://weakness.example"}]'],
  [
    'DATABASE_REPLICAS',
    '[{"name":"a","url":"http://127.0.0.1"},{"name":"a","url":"http://weakness.example"}]',
  ],
  ['DEV_URL', 'http://weakness.example'],
  ['DEV_URL', 'http://127.0.0.1.weakness.example'],
  ['DEV_URL', 'http://127.0.0.1@weakness.example'],
  ['PUBLISHABLE_KEY', weak],
  ['PUBLISHABLE_KEY', `sb_secret_${weak}`],
  ['PUBLISHABLE_KEY', 'sb_publishable_weakness'],
  ['SECRET_KEY', weak],
  ['SECRET_KEY', `sb_secret_${'a'.repeat(43)}`],
  ['SECRET_KEY', 'sb_secret_weakness'],
  ['SERVER_SECRET', 'weakness'],
  ['SERVER_SECRET', 'ab'.repeat(40)],
  ['SIGNING_KEYS', 'weakness'],
  ['SIGNING_KEYS', '{}'],
  ['SIGNING_KEYS', '[]'],
  ['SIGNING_KEYS', '[{"kty":"oct","k":"weakness","kid":"1","alg":"HS256"}]'],
  ['SIGNING_KEYS', '[{"kty":"EC","crv":"P-256","x":"weakness","y":"weakness","d":"weakness","kid":"1"}]'],
]
const paths = [
  '/rest/v1/tags',
  '/auth/v1/token?grant_type=password',
  '/auth/v1/.well-known/jwks.json',
  '/auth/v1/health',
]

describe('a binding that is missing or weak: 503 that names it, and not its value', () => {
  for (const [name, value] of faults) {
    test(`${name}: ${typeof value === 'string' && value.length > 30 ? `${value.slice(0, 30)}…` : String(value)}`, async () => {
      const app = createApp(backend)
      const bindings = { ...good, [name]: value }
      for (const path of paths) {
        const method = path.includes('token') ? 'POST' : 'GET'
        const response = await app.fetch(new Request(`http://selvage.test${path}`, { method }), bindings)
        const text = await response.text()
        expect([response.status, response.headers.get('content-type')], text).toEqual([
          503,
          'application/problem+json; charset=utf-8',
        ])
        expect(JSON.parse(text)).toMatchObject({ code: 'UNAVAILABLE_CONFIGURATION', status: 503 })
        expect(text).toContain(name)
        expect(text).not.toContain('weakness')
        expect(response.headers.get('retry-after')).not.toBeNull()
        // What kind of URL is wanted may be said.
        const example = text.replaceAll(/libsql/gi, '')
        expect(leakIn({ headers: response.headers, text: example })).toBeNull()
      }
    })
  }

  test('mended bindings are served by the same isolate', async () => {
    const app = createApp(backend)
    const url = 'http://selvage.test/auth/v1/health'
    expect((await app.fetch(new Request(url), { ...good, SERVER_SECRET: '' })).status).toBe(503)
    expect((await app.fetch(new Request(url), good)).status).toBe(200)
  })
})

test('CORS and preflight need no binding', async () => {
  const response = await createApp(backend).fetch(
    new Request('http://selvage.test/rest/v1/tags', { method: 'OPTIONS' }),
    {},
  )
  expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
})
