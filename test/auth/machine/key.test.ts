import { eq } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callerOfKey, newKey } from '../../../src/auth/machine/key.ts'
import { backend, or, permission, procedure, resource, role } from '../../../src/index.ts'
import { type Answer, type Isolate, type KeptWorld, startKept } from '../../engine/keep/world.ts'

const orders = sqliteTable('orders', { id: integer().primaryKey(), owner: text().notNull() })
const bills = sqliteTable('bills', {
  id: integer().primaryKey(),
  order_id: integer().references(() => orders.id),
})
let world: KeptWorld
let ask: Isolate
beforeAll(async () => {
  world = await startKept(
    backend({
      name: 'Machines',
      roles: { member: [], clerk: [], auditor: [] },
      permissions: { clerk: ['orders.refund'] },
      defaultRole: 'member',
      resources: [
        resource(orders, {
          read: ({ caller }) => or(caller.has('clerk'), eq(orders.owner, caller.id)),
          create: role('clerk'),
        }),
        resource(bills, { read: role('clerk', 'auditor'), create: role('clerk') }),
      ],
      procedures: {
        refund: procedure({ policy: permission('orders.refund'), handler: ({ caller }) => caller.id }),
        count: procedure({ policy: permission('orders.refund'), readOnly: true, handler: () => 1 }),
      },
    }),
  )
  await world.run([
    "insert into orders values (1, 'ada'), (2, 'eve')",
    'insert into bills values (1, 1), (2, 2)',
  ])
  ask = world.isolate()
}, 60_000)
afterAll(() => world.stop())

interface Made {
  readonly id: string
  readonly api_key: string
  readonly user_id: string
}
const trips = ({ headers }: Answer) => /trips;desc="(\d+)"/.exec(headers.get('server-timing') ?? '')?.[1]
const admin = (method: string, path = '', body?: unknown) =>
  ask(`/auth/v1/admin/api-keys${path}`, { method, as: 'service', ...(body !== undefined && { body }) })
async function make(given: object): Promise<Made> {
  const answer = await admin('POST', '', { name: 'ci', roles: ['clerk'], ...given })
  expect([answer.status, trips(answer)]).toEqual([201, '1'])
  return JSON.parse(answer.text)
}
const withKey = (key: string, path: string, more: Parameters<Isolate>[1] = {}) =>
  ask(path, { ...more, headers: { apikey: key, ...more.headers } })
const told = ({ status, text: body }: Answer) => [
  status,
  status === 200 ? JSON.parse(body) : JSON.parse(body).code,
]
const all = [{ id: 1 }, { id: 2 }]

describe('a key', () => {
  test('is a caller with its roles, in either header, at one trip', async () => {
    const { api_key, user_id } = await make({ roles: ['auditor', 'clerk'] })
    for (const headers of [
      { apikey: api_key },
      { authorization: `Bearer ${api_key}` },
      { apikey: api_key, authorization: `Bearer ${api_key}` },
    ]) {
      const answer = await ask('/rest/v1/orders?select=id', { headers })
      expect([...told(answer), trips(answer)]).toEqual([200, all, '1'])
    }
    const alone = new Request('http://selvage.test/rest/v1/orders')
    expect(alone.headers.has('apikey')).toBe(false)
    expect(told(await withKey(api_key, '/rest/v1/rpc/refund', { method: 'POST', body: {} }))).toEqual([
      200,
      user_id,
    ])
    expect(
      (await withKey(api_key, '/rest/v1/orders', { method: 'POST', body: { id: 9, owner: 'x' } })).status,
    ).toBe(201)
    await world.run(['delete from orders where id = 9'])
  })

  test('of fewer roles may do less', async () => {
    const { api_key } = await make({ roles: ['auditor'] })
    expect(told(await withKey(api_key, '/rest/v1/orders?select=id'))).toEqual([200, []])
    expect(told(await withKey(api_key, '/rest/v1/bills?select=id'))).toEqual([200, all])
    expect((await withKey(api_key, '/rest/v1/rpc/refund', { method: 'POST', body: {} })).status).toBe(404)
  })

  test('that is confined finds nothing else: not by name, by embed, by filter, nor in the reference', async () => {
    const { api_key } = await make({ resources: ['orders', 'rpc/count'] })
    expect(told(await withKey(api_key, '/rest/v1/orders?select=id'))).toEqual([200, all])
    expect((await withKey(api_key, '/rest/v1/rpc/count')).status).toBe(200)
    const unknown = await withKey(api_key, '/rest/v1/nothing')
    for (const [path, more] of [
      ['/rest/v1/bills', {}],
      ['/rest/v1/bills', { method: 'POST', body: { id: 3 } }],
      ['/rest/v1/orders?select=id,bills(id)', {}],
      ['/rest/v1/orders?select=id&bills=not.is.null', {}],
      ['/rest/v1/rpc/refund', { method: 'POST', body: {} }],
    ] as const) {
      const { status, text: body } = await withKey(api_key, path, more)
      expect([400, 404]).toContain(status)
      expect(body).not.toMatch(/order_id|denied|policy/)
    }
    expect((await withKey(api_key, '/rest/v1/bills')).text.replaceAll('bills', 'nothing')).toBe(unknown.text)
    const described = (await withKey(api_key, '/openapi.json')).text
    expect(described).toContain('/rest/v1/orders')
    expect(described).not.toMatch(/bills|refund/)
  })

  test('is refused on the next trip after it was revoked, and when it has run out', async () => {
    const [one, short] = [await make({}), await make({ expires_in_days: 1 / 86_400 })]
    expect((await withKey(one.api_key, '/rest/v1/orders')).status).toBe(200)
    const revoked = await admin('DELETE', `/${one.id}`)
    expect([revoked.status, trips(revoked)]).toEqual([204, '1'])
    expect((await admin('DELETE', `/${one.id}`)).status).toBe(404)
    const answer = await withKey(one.api_key, '/rest/v1/orders')
    expect([answer.status, trips(answer)]).toEqual([401, '1'])
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    expect((await withKey(short.api_key, '/rest/v1/orders')).status).toBe(401)
  })

  test('is for data: nothing of sign-in and of the operator is there for it', async () => {
    const { api_key } = await make({})
    const bearer = { headers: { apikey: api_key, authorization: `Bearer ${api_key}` } }
    for (const [method, path] of [
      ['GET', '/user'],
      ['GET', '/user/sessions'],
      ['POST', '/logout'],
      ['POST', '/signup'],
      ['GET', '/admin/users'],
      ['GET', '/admin/api-keys'],
    ] as const) {
      const answer = await ask(`/auth/v1${path}`, { method, ...bearer })
      expect([path, answer.status, trips(answer)]).toEqual([path, 401, '0'])
    }
    const listed = await ask('/auth/v1/admin/users', { as: 'service' })
    expect(JSON.parse(listed.text).users).toEqual([])
  })

  test('beside a token of a user counts for nothing: the token decides', async () => {
    const { api_key } = await make({})
    const token = await world.signIn('ada', 'member', 'ada-1')
    const answer = await ask('/rest/v1/orders?select=id', {
      headers: { apikey: api_key, authorization: `Bearer ${token}` },
    })
    expect(told(answer)).toEqual([200, [{ id: 1 }]])
  })
})

describe('rotation', () => {
  test('gives another key with the same rights; the old one is good for a while', async () => {
    const old = await make({ resources: ['orders'] })
    const answer = await admin('POST', `/${old.id}/rotate`, { overlap_hours: 1 / 3_600 })
    expect([answer.status, trips(answer)]).toEqual([201, '2'])
    const made: Made = JSON.parse(answer.text)
    expect(made).toMatchObject({ user_id: old.user_id, roles: ['clerk'], resources: ['orders'] })
    for (const { api_key } of [old, made])
      expect(told(await withKey(api_key, '/rest/v1/orders?select=id'))).toEqual([200, all])
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    expect((await withKey(old.api_key, '/rest/v1/orders')).status).toBe(401)
    expect((await withKey(made.api_key, '/rest/v1/orders')).status).toBe(200)
    expect((await withKey(made.api_key, '/rest/v1/bills')).status).toBe(404)
  })

  test('of twenty at once one wins', async () => {
    const { id, user_id } = await make({})
    const answers = await Promise.all(Array.from({ length: 20 }, () => admin('POST', `/${id}/rotate`, {})))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(409)])
    const { api_keys } = JSON.parse((await admin('GET', '?per_page=1000')).text)
    const ofMachine = api_keys.filter((key: Made) => key.user_id === user_id)
    expect(ofMachine).toHaveLength(2)
    expect(ofMachine[1]).toMatchObject({ id, replaced_by: ofMachine[0].id })
  })

  test('of what is over, or none: 404', async () => {
    const { id } = await make({})
    await admin('DELETE', `/${id}`)
    expect((await admin('POST', `/${id}/rotate`, {})).status).toBe(404)
    expect((await admin('POST', '/none/rotate', {})).status).toBe(404)
  })
})

test('the list has no key, and says when each was last used, once a minute', async () => {
  const { id, api_key } = await make({ name: 'nightly' })
  const look = async () => {
    const answer = await admin('GET', '?per_page=1000')
    expect([answer.status, trips(answer), answer.text.includes('sb_api_')]).toEqual([200, '1', false])
    return JSON.parse(answer.text).api_keys.find((key: Made) => key.id === id)
  }
  expect(await look()).toMatchObject({
    name: 'nightly',
    hint: api_key.slice(-4),
    last_used_at: null,
    expires_at: null,
  })
  await withKey(api_key, '/rest/v1/orders')
  const { last_used_at } = await look()
  expect(Date.now() - Date.parse(last_used_at)).toBeLessThan(5_000)
  await withKey(api_key, '/rest/v1/orders')
  expect((await look()).last_used_at).toBe(last_used_at)
})

describe('a text that this server did not make: 401, and no trip', () => {
  const secret = 'x'.repeat(43)
  const facts = { id: 'i', userId: 'u', roles: ['clerk'], authority: 0, resources: null } as const
  const ours = newKey(facts, secret).text
  const [form, payload = '', mac = ''] = ours.split('.')
  const richer = Buffer.from(JSON.stringify(['i', 'u', 0, ['clerk', 'admin'], null, 'r'])).toString(
    'base64url',
  )
  const wrong = [
    newKey(facts, 'y'.repeat(43)).text,
    `${form}.${richer}.${mac}`,
    `${form}.${payload}.`,
    `${form}.${payload}`,
    `${form}.`,
    `${form}..`,
    `${ours}.x`,
    `${ours}=`,
    `${form}.${payload.slice(0, -1)}.${mac}`,
    `${form}.${payload}.${mac}${'x'.repeat(5_000)}`,
  ]

  test('is read by nobody', () => {
    expect(callerOfKey(ours, secret)).toMatchObject({ id: 'u', sessionId: 'i', role: 'clerk' })
    for (const text of wrong) expect(callerOfKey(text, secret)).toBeNull()
  })
  test('is answered alike', async () => {
    const bodies = new Set<string>()
    for (const text of [...wrong, ours]) {
      const answer = await withKey(text, '/rest/v1/orders')
      expect([answer.status, trips(answer)]).toEqual([401, '0'])
      bodies.add(answer.text.replace(/"instance":"[^"]*"/, ''))
      expect(answer.text).not.toContain(payload)
    }
    expect(bodies.size).toBe(1)
  })
})

test('wrong terms are refused', async () => {
  const rights = [{ roles: ['root'] }, { roles: [] }, { resources: ['none'] }, { resources: ['rpc/none'] }]
  for (const given of [...rights, { name: '' }, { expires_in_days: -1 }])
    expect(told(await admin('POST', '', { name: 'ci', roles: ['clerk'], ...given }))[0]).toBe(400)
})
