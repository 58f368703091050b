import { describe, expect, test } from 'vitest'
import { ada, grace, seedId } from '../../../../src/backend/seed.ts'
import { send } from '../../../harness/request.ts'
import { type Scenario, scenarios } from '../../../harness/scenario.ts'
import { signUp } from '../../auth/someone.ts'
import { asked, counted, query } from '../../records.ts'
import { representation } from '../../written.ts'

/** Whose an Idempotency-Key is, how long it is one, and what it looks like. */

const orders = '/rest/v1/orders'
const order = (id: string, more: object = {}) => ({ id: `key-${id}`, note: 'key', ...more })
const keyed = (key: string, more: object = {}) => ({ 'idempotency-key': key, ...more })
const product = seedId('product', 4)

test('a key that is running: another request must wait', async () => {
  const request = { as: 'ada', url: orders, headers: keyed('running'), body: order('running') }
  await send({ as: 'ada', url: `${orders}?limit=1` })
  const slow = send({ ...request, fault: { delayMilliseconds: 600 } })
  await new Promise((resolve) => setTimeout(resolve, 200))
  const early = await send(request)
  expect([early.status, early.trips, early.headers.get('retry-after')]).toEqual([409, 0, '1'])
  expect(JSON.parse(early.text)).toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' })
  const others = await send({ ...request, as: 'grace', body: order('running-grace', { user_id: grace.id }) })
  expect([(await slow).status, others.status]).toEqual([201, 201])
  expect((await send(request)).headers.get('idempotency-replayed')).toBe('true')
})

test('keys of two callers have nothing to do with each other', async () => {
  const [mine, hers] = ['ada', 'grace'].map((as) => ({
    as,
    url: `${orders}?select=user_id`,
    headers: keyed('shared', representation),
    body: { note: 'shared key' },
  }))
  if (mine === undefined || hers === undefined) throw new RangeError('two callers')
  expect((await asked(201, mine)).json).toEqual([{ user_id: ada.id }])
  expect((await asked(201, hers)).json).toEqual([{ user_id: grace.id }])
  expect((await asked(201, mine)).headers.get('idempotency-replayed')).toBe('true')
})

test('who has another role now is not answered what the other one was', async () => {
  const { user, access_token, refresh_token } = await signUp()
  const signed = (token: string) => ({ authorization: `Bearer ${token}` })
  const request = { as: 'anon', url: orders, body: { note: 'before' } }
  await asked(201, { ...request, headers: keyed('role', signed(access_token)) })
  expect(await query("update auth_users set role = 'staff' where id = ? returning role", user.id)).toEqual([
    ['staff'],
  ])
  const old = await send({ ...request, headers: keyed('role', signed(access_token)) })
  expect([old.status, old.headers.has('idempotency-replayed')], old.text).toEqual([401, false])
  const url = '/auth/v1/token?grant_type=refresh_token'
  const { json } = await asked(200, { as: 'anon', url, body: { refresh_token } })
  const token = (json as { access_token: string }).access_token
  const staff = await asked(422, { ...request, headers: keyed('role', signed(token)) })
  expect(staff.json).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
})

test('who is signed out is not answered at all', async () => {
  const { access_token } = await signUp()
  const authorization = `Bearer ${access_token}`
  const call = { url: '/rest/v1/rpc/checkout', body: { lines: [{ product_id: product, quantity: 1 }] } }
  const requests = [
    {
      as: 'anon',
      url: orders,
      headers: keyed('out-1', { authorization, ...representation }),
      body: { note: 'out' },
    },
    { as: 'anon', ...call, headers: keyed('out-2', { authorization }) },
  ]
  for (const request of requests) expect((await send(request)).status).toBeLessThan(300)
  await asked(204, { as: 'anon', method: 'POST', url: '/auth/v1/logout', headers: { authorization } })
  for (const request of requests) {
    const answer = await asked(401, request)
    expect([answer.json, answer.trips, answer.headers.has('idempotency-replayed')]).toMatchObject([
      { code: 'PGRST303' },
      1,
      false,
    ])
  }
})

describe('a key ends', () => {
  const expire = (...keys: readonly string[]) =>
    query(
      'update selvage_idempotency set expires_at = 1 where key in (select value from json_each(?))',
      JSON.stringify(keys),
    )

  test('and what is sent under it then is done anew', async () => {
    const request = { as: 'ada', url: orders, headers: keyed('expired'), body: { note: 'expired' } }
    const first = await asked(201, request)
    await expire('expired')
    const second = await asked(201, request)
    expect(second.headers.has('idempotency-replayed')).toBe(false)
    expect(second.headers.get('location')).not.toBe(first.headers.get('location'))
    await expire('expired')
    await asked(201, { ...request, body: { note: 'another' } })
  })

  test('after a day, and others go with it', async () => {
    const keys = Array.from({ length: 12 }, (_, n) => `purged-${n}`)
    for (const key of keys)
      await asked(201, { as: 'ada', url: orders, headers: keyed(key), body: { note: 'purged' } })
    await expire(...keys)
    // Other files of this database claim keys, too, and each claim forgets ten.
    const left = () => counted("selvage_idempotency where key like 'purged-%'")
    const claim = (key: string) =>
      asked(201, { as: 'grace', url: orders, headers: keyed(key), body: { note: 'purges' } })
    await claim('purges')
    expect(await left()).toBeLessThan(3)
    await claim('purges-more')
    expect(await left()).toBe(0)
    const [[expires] = []] = await query("select expires_at from selvage_idempotency where key = 'purges'")
    expect(Math.abs(Number(expires) - Date.now() - 86_400_000)).toBeLessThan(60_000)
  })
})

const key = (name: string, value: string, status: number): Scenario => ({
  name,
  as: 'ada',
  url: orders,
  headers: { 'idempotency-key': value },
  body: { note: 'key' },
  status,
  ...(status === 400 ? { contains: ['IDEMPOTENCY_KEY_INVALID'], trips: 0 } : { trips: 1 }),
})

scenarios('a key is', [
  key('bare', 'bare-key_1', 201),
  key('or in quotes', '"in-quotes"', 201),
  key('not empty', '', 400),
  key('not empty in quotes', '""', 400),
  key('of 255 characters', 'k'.repeat(255), 201),
  key('and not of 256', 'k'.repeat(256), 400),
  key('of no blanks', 'a b', 400),
  key('one', 'a, b', 400),
  { ...key('not looked at in a GET', 'a b', 200), method: 'GET', body: undefined, url: `${orders}?limit=1` },
])
