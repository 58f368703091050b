import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { backend, procedure, resource, role } from '../../../src/index.ts'
import { type KeptWorld, newDataCentre, startKept } from './world.ts'

const seats = sqliteTable('seats', { id: integer().primaryKey(), text: text().notNull() })
let world: KeptWorld
let token: string
beforeAll(async () => {
  world = await startKept(
    backend({
      name: 'Seats',
      roles: { member: [] },
      defaultRole: 'member',
      resources: [resource(seats, { read: role('member'), create: role('member'), cache: { maxAge: 60 } })],
      procedures: {
        take: procedure({
          policy: role('member'),
          handler: ({ db }) => db.insert(seats).values({ text: 'blind' }),
        }),
        takeNext: procedure({
          policy: role('member'),
          handler: async ({ db }) => {
            const [rows] = await db.read(db.select({ id: seats.id }).from(seats))
            db.insert(seats).values({ text: `after ${rows?.length}` })
          },
        }),
      },
    }),
  )
  token = await world.signIn('ada', 'member', 'ada-1')
}, 60_000)
afterAll(() => world.stop())
beforeEach(() => world.run(['delete from seats', 'update selvage_versions set version = version + 1']))

/** An isolate of a data centre of its own. */
async function elsewhere() {
  newDataCentre()
  const ask = world.isolate()
  await ask('/rest/v1/seats', { as: token })
  return ask
}

test.each(['/rest/v1/rpc/take', '/rest/v1/rpc/takeNext', '/rest/v1/seats'])(
  '%s: what was done where nobody heard of it is seen by who is told so at the second try',
  async (path) => {
    const [here, there] = [await elsewhere(), await elsewhere()]
    for (let round = 0; round < 2; round += 1)
      expect((await there('/rest/v1/seats', { as: token })).text).toBe('[]')
    const body = path === '/rest/v1/seats' ? { text: 'row' } : {}
    const once = {
      method: 'POST',
      as: token,
      body,
      headers: { 'idempotency-key': `key-${path.length}-0123456789` },
    }
    const first = await here(path, once)
    expect(first.status).toBeLessThan(300)
    const again = await there(path, once)
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([first.status, 'true'])
    expect(again.headers.get('selvage-bookmark')).not.toBeNull()
    expect(JSON.parse((await there('/rest/v1/seats', { as: token })).text)).toHaveLength(1)
  },
)
