import { describe, expect, test } from 'vitest'
import { seedId } from '../../../src/backend/seed.ts'
import { send } from '../../harness/request.ts'
import { type Scenario, scenarios } from '../../harness/scenario.ts'

const twoTags = '/rest/v1/tags?select=name&order=id&limit=2'
const categories = '/rest/v1/categories?select=name,parent_id&order=id'

const accepting = (accept: string, type: string, text: string, url = categories): Scenario => ({
  name: accept,
  as: 'anon',
  url,
  headers: { accept },
  status: 200,
  text,
  headersContain: { 'content-type': type },
  trips: 1,
})
const root = `${categories}&name=eq.Home`
const refusing = (accept: string, code: string, url: string, trips: number, details: string): Scenario => ({
  name: `${accept}: ${code}`,
  as: 'anon',
  url,
  headers: { accept },
  status: 406,
  contains: [`"code":"${code}"`, details],
  headersContain: { 'content-type': 'application/problem+json' },
  trips,
})

scenarios('media types', [
  accepting('application/vnd.pgrst.array+json;nulls=stripped', 'nulls=stripped', '[{"name":"Home"}]', root),
  accepting(
    'application/vnd.pgrst.object+json;nulls=stripped',
    'object+json;nulls=stripped',
    '{"name":"Home"}',
    root,
  ),
  accepting('application/vnd.pgrst.object', 'object+json', '{"name":"Home","parent_id":null}', root),
  accepting('application/vnd.pgrst.array', 'application/json', '[{"name":"Home","parent_id":null}]', root),
  accepting(
    'text/html, application/json;q=0.9, */*;q=0.1',
    'application/json',
    '[{"name":"Home","parent_id":null}]',
    root,
  ),
  accepting('application/json;q=0.1, text/csv;q=0.5', 'text/csv', 'name,parent_id\nHome,', root),
  accepting('', 'application/json', '[{"name":"Home","parent_id":null}]', root),
  accepting(
    'text/csv',
    'text/csv',
    'name\n100%\nO\'Neill\n"a,b"\ncafé\ncrème brûlée\ngift\nnew\nsale\ntag 10\ntag 9\nvegan',
    '/rest/v1/tags?select=name&order=name',
  ),
  accepting('text/csv ', 'text/csv', 'name\n', '/rest/v1/tags?select=name&name=eq.none'),
  refusing(
    'application/vnd.pgrst.object+json',
    'PGRST116',
    `${categories}&name=eq.none`,
    1,
    'contains 0 rows',
  ),
  refusing('application/vnd.pgrst.object+json', 'PGRST116', `${categories}&limit=2`, 1, 'contains 2 rows'),
  refusing('application/xml', 'PGRST107', categories, 0, 'application/xml'),
  refusing('application/vnd.pgrst.plan+json', 'PGRST107', categories, 0, 'Accept one of'),
  refusing('application/json;q=0', 'PGRST107', categories, 0, 'Accept one of'),
])

const knife = `/rest/v1/categories/${seedId('category', 4)}?select=name`

scenarios('methods', [
  {
    name: 'PUT of a list',
    as: 'service',
    method: 'PUT',
    url: '/rest/v1/tags',
    body: {},
    status: 405,
    contains: ['"code":"PGRST117"'],
    headersContain: { allow: 'GET, HEAD, POST, PATCH, DELETE, OPTIONS' },
    trips: 0,
  },
  {
    name: 'POST to an item',
    as: 'service',
    method: 'POST',
    url: '/rest/v1/tags/1',
    body: {},
    status: 405,
    contains: ['"code":"PGRST117"'],
    headersContain: { allow: 'GET, HEAD, PATCH, PUT, DELETE, OPTIONS' },
    trips: 0,
  },
  {
    name: 'X-HTTP-Method-Override overrides nothing',
    as: 'service',
    url: twoTags,
    headers: { 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE' },
    status: 200,
    json: [{ name: 'new' }, { name: 'sale' }],
    trips: 1,
  },
  {
    name: 'GET where only POST is served',
    as: 'anon',
    url: '/auth/v1/token?grant_type=password',
    status: 405,
    headersContain: { allow: 'POST' },
    trips: 0,
  },
  {
    name: 'HEAD of an item',
    as: 'anon',
    method: 'HEAD',
    url: knife,
    status: 200,
    text: '',
    headersContain: { etag: '"', 'content-type': 'application/json' },
    trips: 1,
  },
  {
    name: 'HEAD of what is not there',
    as: 'anon',
    method: 'HEAD',
    url: `/rest/v1/categories/${seedId('category', 99)}`,
    status: 404,
    text: '',
    trips: 1,
  },
  {
    name: 'another schema',
    as: 'anon',
    url: twoTags,
    headers: { 'accept-profile': 'auth' },
    status: 406,
    contains: ['"code":"PGRST106"'],
    trips: 0,
  },
])

describe('validators', () => {
  for (const url of [twoTags, knife]) {
    test(`${url}: an unchanged answer is not sent again`, async () => {
      const first = await send({ as: 'anon', url })
      const etag = first.headers.get('etag') ?? ''
      expect([first.status, /^"(?:\d+\.)?[\w-]{22}(\.0-\d+\/\*)?"$/.test(etag)]).toEqual([200, true])
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const again = await send({ as: 'anon', url, headers: { 'if-none-match': known } })
        expect([again.status, again.text, again.headers.get('etag'), again.trips]).toEqual([304, '', etag, 1])
      }
      const other = await send({ as: 'anon', url, headers: { 'if-none-match': '"other"' } })
      expect([other.status, other.text]).toEqual([200, first.text])
    })
  }

  test('the tag of one caller says nothing to another, who sees other rows', async () => {
    const url = '/rest/v1/products?select=id&order=id.desc&limit=1'
    const [stranger, staff] = [await send({ as: 'anon', url }), await send({ as: 'grace', url })]
    expect(stranger.headers.get('etag')).not.toBe(staff.headers.get('etag'))
    expect(stranger.headers.get('vary')).toContain('Authorization')
    expect(stranger.headers.get('cache-control')).toContain('private')
  })
})

describe('errors', () => {
  test("are RFC 9457 documents with PostgREST's members", async () => {
    const answer = await send({ as: 'anon', url: '/rest/v1/tags?nope=eq.1' })
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(JSON.parse(answer.text)).toEqual({
      type: 'about:blank#42703',
      title: 'Undefined column',
      status: 400,
      code: '42703',
      message: 'column tags.nope does not exist',
      details: null,
      hint: expect.stringContaining('Columns: id, name'),
      error_code: '42703',
      msg: 'column tags.nope does not exist',
    })
  })

  test('every answer says where its time went', async () => {
    const answer = await send({ as: 'anon', url: twoTags })
    const timing = answer.headers.get('server-timing') ?? ''
    for (const stage of ['parse', 'plan', 'db', 'present'])
      expect(timing).toMatch(new RegExp(`\\b${stage};dur=\\d`))
    expect(timing).toContain('trips;desc="1"')
  })
})
