import { eq } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { backend, everyone, resource, role } from '../../../src/index.ts'
import { type Answer, type Isolate, type KeptWorld, newDataCentre, startKept } from './world.ts'

const files = sqliteTable('files', { id: integer().primaryKey(), text: text().notNull() })
const notes = sqliteTable('notes', {
  id: integer().primaryKey(),
  owner: text().notNull(),
  text: text().notNull(),
})
const news = sqliteTable('news', { id: integer().primaryKey(), text: text().notNull() })

type Rights = Parameters<KeptWorld['token']>[3]

const cache = { maxAge: 10, staleWhileRevalidate: 10, staleIfError: 600 }
let world: KeptWorld
beforeAll(async () => {
  newDataCentre()
  world = await startKept(
    backend({
      name: 'Revoked',
      roles: { member: [], staff: ['member'] },
      defaultRole: 'member',
      resources: [
        resource(files, { read: role('staff'), create: role('staff'), cache }),
        resource(notes, {
          read: ({ caller }) => caller.signedIn && eq(notes.owner, caller.id),
          create: ({ caller }) => caller.signedIn && eq(notes.owner, caller.id),
          cache,
        }),
        resource(news, { read: everyone, cache }),
      ],
    }),
  )
}, 60_000)
afterAll(() => world.stop())
afterEach(() => {
  vi.restoreAllMocks()
  ahead = 0
})

const revoke = (session: string) =>
  world.run([`update auth_sessions set revoked_at = 1 where id = '${session}'`])
/** The clock goes on, from there. */
const { now } = Date
let ahead = 0
function pass(seconds: number): void {
  ahead += seconds * 1_000
  vi.spyOn(Date, 'now').mockImplementation(() => now() + ahead)
}

/** Somebody goes on to write and read, so that all that is kept is filled anew. */
async function goOn(ask: Isolate, path: string, as: string, row: Readonly<Record<string, unknown>>) {
  for (let id = 0; id < 5; id += 1) {
    pass(6)
    expect((await ask(path, { method: 'POST', as, body: { ...row, id, text: 'new' } })).status).toBe(201)
    expect((await ask(path, { as })).text).toContain('new')
  }
}

const told = ({ status, text }: Answer) => [status, text.includes('new')]

test('what others of the role fill anew is nothing to one whose session is over for longer than maxAge', async () => {
  const out = await world.signIn('out', 'staff', 'out-1')
  const stays = await world.signIn('stays', 'staff', 'stays-1')
  const ask = world.isolate()
  expect((await ask('/rest/v1/files', { as: out })).text).toBe('[]')
  await revoke('out-1')
  await goOn(ask, '/rest/v1/files', stays, {})
  expect(told(await ask('/rest/v1/files', { as: out }))).toEqual([401, false])
})

test('nor is what another session of the same user fills, to one that was ended', async () => {
  const stolen = await world.signIn('ada', 'member', 'ada-stolen')
  const own = await world.signIn('ada', 'member', 'ada-own')
  const ask = world.isolate()
  expect((await ask('/rest/v1/notes', { as: stolen })).status).toBe(200)
  await revoke('ada-stolen')
  await goOn(ask, '/rest/v1/notes', own, { owner: 'ada' })
  expect(told(await ask('/rest/v1/notes', { as: stolen }))).toEqual([401, false])
})

test('nor is what a session reads after its second factor, to its token of before', async () => {
  const pending = await world.signIn('mfa', 'member', 'mfa-1')
  await world.run([
    `update auth_users set least_aal = 2 where id = 'mfa'`,
    `update auth_sessions set aal = 2 where id = 'mfa-1'`,
  ])
  const raised = await world.token('mfa', 'member', 'mfa-1', { aal: 2 })
  const ask = world.isolate()
  const row = { id: 100, owner: 'mfa', text: 'new' }
  expect((await ask('/rest/v1/notes', { method: 'POST', as: raised, body: row })).status).toBe(201)
  const kept = async () => (await ask('/rest/v1/notes', { as: raised })).headers.get('cache-status')
  await kept()
  expect(await kept()).toContain('hit')
  expect(told(await ask('/rest/v1/notes', { as: pending }))).toEqual([401, false])
})

test('nor is it to a role that was lost, though the session goes on in another one', async () => {
  const before = await world.signIn('eve', 'staff', 'eve-1')
  const boss = await world.signIn('boss', 'staff', 'boss-1')
  const ask = world.isolate()
  expect((await ask('/rest/v1/files', { as: before })).status).toBe(200)
  await world.run(["update auth_users set role = 'member' where id = 'eve'"])
  const after = await world.token('eve', 'member', 'eve-1')
  for (let step = 0; step < 5; step += 1) {
    pass(6)
    expect((await ask('/rest/v1/notes', { as: after })).status).toBe(200)
    expect((await ask('/rest/v1/files', { as: boss })).status).toBe(200)
  }
  expect((await ask('/rest/v1/files', { as: before })).status).toBe(401)
})

test.each<readonly [string, string, Rights, Rights]>([
  ['rights that were lost', 'update auth_users set authority = 1', { roles: ['staff'] }, { authority: 1 }],
  ['no second factor', 'update auth_users set least_aal = 2', { roles: ['staff'] }, { aal: 2 }],
])(
  'nor is it to a token with %s, though a newer one of its session is in use',
  async (what, change, old, newer) => {
    const before = await world.signIn(what, 'member', `${what}-1`, old)
    const boss = await world.signIn('chief', 'staff', `chief of ${what}`)
    const ask = world.isolate()
    expect((await ask('/rest/v1/files', { as: before })).status).toBe(200)
    await world.run([`${change} where id = '${what}'`])
    const after = await world.token(what, 'member', `${what}-1`, newer)
    for (let step = 0; step < 5; step += 1) {
      pass(6)
      expect((await ask('/rest/v1/notes', { as: after })).status).toBe(200)
      expect((await ask('/rest/v1/files', { as: boss })).status).toBe(200)
    }
    expect((await ask('/rest/v1/files', { as: before })).status).toBe(401)
  },
)

test('one trip says that a session stands; of what everybody is told, none has to', async () => {
  const one = await world.signIn('one', 'staff', 'one-1')
  const other = await world.signIn('other', 'staff', 'other-1')
  const ask = world.isolate()
  const trips = async (path: string, as?: string) =>
    /trips;desc="(\d+)"/.exec(
      (await ask(path, as === undefined ? {} : { as })).headers.get('server-timing') ?? '',
    )?.[1]
  expect([await trips('/rest/v1/files?limit=9', one), await trips('/rest/v1/files?limit=9', one)]).toEqual([
    '1',
    '0',
  ])
  expect([
    await trips('/rest/v1/files?limit=9', other),
    await trips('/rest/v1/files?limit=9', other),
  ]).toEqual(['1', '0'])
  expect([await trips('/rest/v1/news'), await trips('/rest/v1/news', one)]).toEqual(['1', '0'])
})
