import { PatternRouter } from 'hono/router/pattern-router'
import { expect, test } from 'vitest'
import { hono, routerByArea } from '../../../src/base/http/hono.ts'

const patterns: readonly (readonly [method: string, path: string])[] = [
  ['ALL', '/*'],
  ['ALL', '/dev/*'],
  ['GET', '/'],
  ['ALL', '/rest/*'],
  ['GET', '/docs'],
  ['GET', '/rest/v1'],
  ['GET', '/rest/v1/'],
  ['GET', '/rest/v1/:resource'],
  ['POST', '/rest/v1/:resource'],
  ['GET', '/rest/v1/:resource/:key'],
  ['GET', '/:any/about'],
  ['GET', '/late?'],
  ['ALL', '/auth/v1/factors/recovery-codes'],
  ['ALL', '/auth/v1/factors/:id'],
  ['ALL', '/auth/v1/*'],
]

const asked = [
  ...[
    '/',
    '',
    '//',
    '/docs',
    '/docs/',
    '/docsx',
    '/doc',
    '/rest',
    '/rest/',
    '/restx',
    '/rest/v1',
    '/rest/v1/',
  ],
  ...['/rest/v1/orders', '/rest/v1/orders/', '/rest/v1/orders/1', '/rest/v1/orders/1/2', '/rest//v1/orders'],
  ...[
    '/dev',
    '/dev/inbox',
    '/rest/about',
    '/nothing/about',
    '/nothing',
    '/late',
    '/constructor',
    '/__proto__',
  ],
  ...[
    '/auth/v1/factors/recovery-codes',
    '/auth/v1/factors/1',
    '/auth/v1/',
    '/auth/v2',
    '/%61uth/v1/x',
    '/:any',
  ],
]

test.each(asked)('%s is matched as by one list of all patterns', (path) => {
  const [ours, theirs] = [routerByArea<string>(), new PatternRouter<string>()]
  for (const [method, pattern] of patterns) {
    ours.add(method, pattern, pattern)
    theirs.add(method, pattern, pattern)
  }
  for (const method of ['GET', 'POST', 'DELETE'])
    expect(ours.match(method, path)).toEqual(theirs.match(method, path))
})

test('what is added after a request is found by the next one', () => {
  const router = routerByArea<string>()
  router.add('GET', '/docs', 'docs')
  router.match('GET', '/docs')
  router.add('GET', '/*', 'all')
  router.add('GET', '/late', 'late')
  const found = (path: string) => router.match('GET', path)[0].map(([name]) => name)
  expect([found('/docs'), found('/late'), found('/other')]).toEqual([
    ['docs', 'all'],
    ['all', 'late'],
    ['all'],
  ])
})

test('the parameters of a part that is mounted', async () => {
  const part = hono().get('/:name/:key', (context) => context.json(context.req.param()))
  const answer = await hono().route('/part', part).request('/part/orders/7')
  expect(await answer.json()).toEqual({ name: 'orders', key: '7' })
})
