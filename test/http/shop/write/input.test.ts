import { expect, test } from 'vitest'
import { ada } from '../../../../src/backend/seed.ts'
import { send } from '../../../harness/request.ts'
import { type Scenario, scenarios } from '../../../harness/scenario.ts'
import { made, representation, stored } from '../../written.ts'
import { json, orders } from './refused_body.ts'

/** Bodies and headers that are broken, or meant to break something: nothing of it is written, nothing is a 500. */

const deep = 100_000

scenarios('no JSON', [
  json('nothing', ''),
  json('truncated', '{"note":"a'),
  json('two of them', '{} {}'),
  json('a byte order mark', '\ufeff{}'),
  json('a trailing comma', '{"note":"a",}'),
  json('single quotes', "{'note':'a'}"),
  json('NaN', '{"note":NaN}'),
  json('100,000 levels', `{"note":${'['.repeat(deep)}${']'.repeat(deep)}}`),
  json('100,000 levels that end nowhere', '['.repeat(deep)),
  json('a number', '7'),
  json('a text', '"note"'),
  json('null', 'null'),
  json('rows that are none', '[{"note":"a"},null]'),
  json('a list in a list', '[[{"note":"a"}]]'),
])

scenarios('values that no column holds', [
  json('NUL', '{"note":"a\\u0000b"}', '22021'),
  json('half of a pair', '{"note":"\\ud800"}', '22021'),
  json('NUL in a name', '{"no\\u0000te":"a"}', '22021'),
  json('a number beyond doubles', '{"note":1e999}', '22003'),
  json('an object for a text', '{"note":{"a":1}}', '22P02'),
])

scenarios('names', [
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'Note',
    'note ',
    'rowid',
    '"note"',
    'note")--',
  ].flatMap((name): readonly Scenario[] => [
    json(
      `${name} in a body`,
      JSON.stringify({ note: 'a' }).replace('note', JSON.stringify(name).slice(1, -1)),
      'PGRST204',
    ),
    {
      ...json(`${name} in columns`, '{"note":"a"}', 'PGRST204'),
      url: `${orders}?columns=${encodeURIComponent(JSON.stringify(name))}`,
    },
    {
      name: `${name} in on_conflict`,
      as: 'ada',
      url: `${orders}?on_conflict=${encodeURIComponent(JSON.stringify(name))}`,
      body: {},
      headers: { prefer: 'resolution=merge-duplicates' },
      status: 400,
      contains: ['PGRST204'],
      trips: 0,
    },
  ]),
])

scenarios('parameters that no write has', [
  ...['limit=1', 'offset=1', 'cursor=x'].flatMap((parameter): readonly Scenario[] =>
    (['POST', 'PATCH', 'DELETE'] as const).map((method) => ({
      name: `${method} ?${parameter}`,
      as: 'ada',
      method,
      url: `${orders}?${parameter}`,
      ...(method !== 'DELETE' && { body: {} }),
      status: 400,
      contains: ['PGRST100'],
      trips: 0,
    })),
  ),
  {
    name: 'a filter of what is made',
    as: 'ada',
    url: `${orders}?id=eq.x`,
    body: {},
    status: 400,
    contains: ['PGRST100'],
    trips: 0,
  },
  {
    name: 'on_conflict of a change',
    as: 'ada',
    method: 'PATCH',
    url: `${orders}?id=eq.x&on_conflict=id`,
    body: {},
    status: 400,
    contains: ['PGRST100'],
    trips: 0,
  },
  {
    name: 'columns twice',
    as: 'ada',
    url: `${orders}?columns=note&columns=id`,
    body: {},
    status: 400,
    contains: ['PGRST100'],
    trips: 0,
  },
  {
    name: 'another schema',
    as: 'ada',
    url: orders,
    body: {},
    headers: { 'content-profile': 'auth' },
    status: 406,
    contains: ['PGRST106'],
    trips: 0,
  },
])

scenarios('methods', [
  ...['PUT', 'MKCOL', 'PURGE'].map(
    (method): Scenario => ({
      name: `${method} of a list`,
      as: 'ada',
      method,
      url: orders,
      body: {},
      status: 405,
      contains: ['PGRST117'],
      headersContain: { allow: 'GET, HEAD, POST, PATCH, DELETE, OPTIONS' },
      trips: 0,
    }),
  ),
  ...['POST', 'MKCOL'].map(
    (method): Scenario => ({
      name: `${method} of an item`,
      as: 'ada',
      method,
      url: `${orders}/x`,
      body: {},
      status: 405,
      contains: ['PGRST117'],
      headersContain: { allow: 'GET, HEAD, PATCH, PUT, DELETE, OPTIONS' },
      trips: 0,
    }),
  ),
  ...['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'].map(
    (header): Scenario => ({
      name: `a GET stays a GET with ${header}`,
      as: 'ada',
      method: 'GET',
      url: `${orders}?note=eq.nowhere`,
      headers: { [header]: 'DELETE' },
      status: 200,
      json: [],
      trips: 1,
    }),
  ),
  ...[orders, `${orders}/x`].map(
    (url): Scenario => ({
      name: `OPTIONS ${url} says what a browser may send`,
      as: 'nobody',
      method: 'OPTIONS',
      url,
      headers: { origin: 'https://x.example', 'access-control-request-method': 'PATCH' },
      status: 204,
      headersContain: { 'access-control-allow-methods': 'PATCH' },
      trips: 0,
    }),
  ),
])

test('nothing of SQL in a value is SQL', async () => {
  const note = `'); drop table orders; --" $1 ? :a @b json_each(`
  const { id } = await made('ada', 'orders', { note })
  const select = `${orders}?select=note&id=eq.${id}`
  const answer = await send({
    as: 'ada',
    method: 'PATCH',
    url: select,
    body: { note: `${note}2` },
    headers: representation,
  })
  expect(JSON.parse(answer.text)).toEqual([{ note: `${note}2` }])
  expect(await stored(`orders?select=note&id=eq.${id}`)).toEqual([{ note: `${note}2` }])
})

test('two spellings of one text are no way round a unique constraint', async () => {
  const name = 'cafe\u0301 of this test'
  const answer = await send({
    as: 'service',
    url: '/rest/v1/tags',
    body: [{ name }, { name: name.normalize('NFC') }],
  })
  expect([answer.status, answer.trips]).toEqual([400, 0])
  expect(answer.text).toContain('normalisation form C')
  const key = await send({
    as: 'ada',
    method: 'PUT',
    url: `${orders}/${encodeURIComponent('e\u0301')}`,
    body: { note: 'x' },
  })
  expect([key.status, key.trips]).toEqual([400, 0])
})

test('a key that is a name of JavaScript is a key', async () => {
  for (const id of ['__proto__', 'constructor', 'a/b,c%']) {
    const url = `${orders}/${encodeURIComponent(id)}?select=id,user_id`
    const answer = await send({ as: 'ada', method: 'PUT', url, body: { note: 'x' }, headers: representation })
    expect([answer.status, JSON.parse(answer.text)]).toEqual([201, { id, user_id: ada.id }])
    expect((await send({ as: 'ada', method: 'DELETE', url })).status).toBe(204)
  }
})
