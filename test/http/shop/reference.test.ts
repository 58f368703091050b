import { expect, test } from 'vitest'
import { grace } from '../../../src/backend/seed.ts'
import { send } from '../../harness/request.ts'
import { scenarios } from '../../harness/scenario.ts'

const json = { 'content-type': 'application/json' }
const page = {
  'content-type': 'text/html',
  'content-security-policy': "default-src 'none'; style-src 'sha256-",
}

scenarios('/', [
  {
    name: 'JSON says what this is',
    as: 'nobody',
    url: '/',
    status: 200,
    json: {
      name: 'Selvage shop',
      description: 'A shop: products in a tree of categories, orders, reviews and tags.',
      links: {
        docs: 'http://selvage.test/docs',
        openapi: 'http://selvage.test/openapi.json',
        health: 'http://selvage.test/health',
      },
    },
    lacks: ['hono', 'drizzle', 'sqld', 'cloudflare', 'sb_'],
    headersContain: { ...json, vary: 'Accept' },
    headersLack: ['server', 'x-powered-by'],
    trips: 0,
  },
  {
    name: 'a page for a browser',
    as: 'nobody',
    url: '/',
    headers: { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' },
    status: 200,
    contains: ['<h1>Selvage shop</h1>', 'href="/docs"', 'href="/openapi.json"', 'href="/health"'],
    lacks: ['<script'],
    headersContain: page,
    trips: 0,
  },
])

scenarios('/health', [
  {
    name: 'reaches the database',
    as: 'nobody',
    url: '/health',
    status: 200,
    json: { status: 'ok' },
    headersContain: { ...json, 'cache-control': 'no-store' },
    trips: 1,
  },
  {
    name: 'says when it does not',
    as: 'nobody',
    url: '/health',
    fault: { drop: true },
    status: 503,
    contains: ['"code":"UNAVAILABLE_DATABASE"'],
    lacks: ['127.0.0.1', 'select'],
    headersContain: {
      'content-type': 'application/problem+json',
      'retry-after': '5',
      'cache-control': 'no-store',
    },
    trips: 1,
  },
])

const staffOnly = ['cost_cents']
const signedInOnly = [...staffOnly, '/rest/v1/orders', 'order_items', 'display_name']

scenarios('the reference is the one of the caller', [
  ...['/openapi.json', '/docs'].flatMap((url) => [
    { name: `${url}: nobody is anonymous`, as: 'nobody', url, status: 200, lacks: signedInOnly, trips: 0 },
    { name: `${url}: anonymous`, as: 'anon', url, status: 200, lacks: signedInOnly, trips: 0 },
    {
      name: `${url}: a customer`,
      as: 'ada',
      url,
      status: 200,
      contains: ['/rest/v1/orders'],
      lacks: staffOnly,
      trips: 1,
    },
    { name: `${url}: staff`, as: 'grace', url, status: 200, contains: staffOnly, trips: 1 },
    { name: `${url}: an admin`, as: 'linus', url, status: 200, contains: staffOnly, trips: 1 },
    { name: `${url}: a secret key`, as: 'service', url, status: 200, contains: staffOnly, trips: 0 },
    {
      name: `${url}: a wrong key`,
      as: 'nobody',
      url,
      headers: { apikey: 'sb_publishable_wrong' },
      status: 401,
      contains: ['"code":"PGRST302"'],
      trips: 0,
    },
    {
      name: `${url}: a token that is none`,
      as: 'anon',
      url,
      headers: { authorization: 'Bearer a.b.c' },
      status: 401,
      contains: ['"code":"PGRST301"'],
      trips: 0,
    },
    {
      name: `${url}: a token without a key`,
      as: 'nobody',
      url,
      headers: { authorization: 'Bearer a.b.c' },
      status: 401,
      trips: 0,
    },
  ]),
  ...['/rest/v1/', '/rest/v1'].flatMap((url) => [
    { name: `${url}: as PostgREST`, as: 'anon', url, status: 200, contains: ['"openapi":"3.1'], trips: 0 },
    { name: `${url}: staff`, as: 'grace', url, status: 200, contains: staffOnly, trips: 1 },
    { name: `${url}: nobody`, as: 'nobody', url, status: 401, contains: ['"code":"PGRST302"'], trips: 0 },
  ]),
])

const documents: readonly (readonly [url: string, headers: Readonly<Record<string, string>>])[] = [
  ['/openapi.json', json],
  ['/docs', page],
]

test.each(documents)('%s has an ETag, and 304 for who has it', async (url, headers) => {
  const first = await send({ as: 'anon', url })
  const etag = first.headers.get('etag') ?? ''
  expect(etag).toMatch(/^"[\w-]{22}"$/)
  for (const [name, value] of Object.entries(headers)) expect(first.headers.get(name)).toContain(value)
  expect(first.headers.get('vary')).toBe('Authorization, apikey')
  expect(first.headers.get('cache-control')).toBe('private, no-cache')
  for (const known of [etag, `W/${etag}`, `"x", ${etag}`]) {
    const again = await send({ as: 'anon', url, headers: { 'if-none-match': known } })
    expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag])
  }
  const staff = await send({ as: 'grace', url, headers: { 'if-none-match': etag } })
  expect(staff.status).toBe(200)
})

scenarios(
  'methods',
  ['/', '/health', '/docs', '/openapi.json', '/rest/v1/'].flatMap((url) => [
    // A batch is posted where the document is read.
    ...['POST', 'PUT', 'PATCH', 'DELETE'].slice(url === '/rest/v1/' ? 1 : 0).map((method) => ({
      name: `${method} ${url}`,
      as: 'anon',
      method,
      url,
      status: 405,
      contains: ['"code":"PGRST117"'],
      headersContain: { allow: url === '/rest/v1/' ? 'GET, HEAD, POST, OPTIONS' : 'GET, HEAD, OPTIONS' },
      trips: 0,
    })),
    {
      name: `HEAD ${url}`,
      as: 'anon',
      method: 'HEAD',
      url,
      status: 200,
      text: '',
      trips: url === '/health' ? 1 : 0,
    },
  ]),
)

test('a session that is over does not get the reference of its role', async () => {
  const { email, password } = grace
  const url = '/auth/v1/token?grant_type=password'
  const signedIn = await send({ as: 'anon', url, body: { email, password } })
  const { access_token: token } = JSON.parse(signedIn.text) as { access_token: string }
  const headers = { authorization: `Bearer ${token}` }
  const before = await send({ as: 'anon', url: '/openapi.json', headers })
  expect([before.status, before.trips]).toEqual([200, 1])
  await send({ as: 'anon', method: 'POST', url: '/auth/v1/logout?scope=local', headers })
  for (const path of ['/openapi.json', '/docs', '/rest/v1/']) {
    const after = await send({ as: 'anon', url: path, headers })
    expect([after.status, after.trips]).toEqual([401, 1])
    expect(after.text).toContain('"code":"PGRST303"')
    expect(after.text).not.toContain('cost_cents')
  }
})

test.each(['nobody', 'ada', 'grace', 'service'])('the curl lines of the page for %s work', async (as) => {
  const { text } = await send({ as, url: '/docs' })
  const urls = [...text.matchAll(/curl &#39;http:\/\/selvage\.test(.*?)&#39;/g)].map(([, url]) =>
    (url ?? '').replaceAll('&#38;', '&').replaceAll('&#62;', '>').replaceAll('&#34;', '"'),
  )
  expect(urls.length).toBeGreaterThan(10)
  for (const url of urls) {
    const answer = await send({ as: as === 'nobody' ? 'anon' : as, url })
    expect(answer.status, `${url}: ${answer.text}`).toBe(200)
  }
})
