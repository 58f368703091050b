import { eq, exists, sql } from 'drizzle-orm'
import { integer, QueryBuilder, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { backend, everyone, resource } from '../../../src/index.ts'
import { type KeptWorld, newDataCentre, startKept } from './world.ts'

const cache = { maxAge: 60 }
const clubs = sqliteTable('clubs', { id: integer().primaryKey(), handle: text().notNull().unique() })
const games = sqliteTable('games', {
  id: integer().primaryKey(),
  club: text()
    .notNull()
    .references(() => clubs.handle, { onUpdate: 'cascade' }),
})
/** No resource: nobody writes it by the Worker, and nothing counts how often it changes. */
const seats = sqliteTable('seats', { id: integer().primaryKey(), club_id: integer().notNull() })
const halls = sqliteTable('halls', { id: integer().primaryKey(), club_id: integer().notNull() })
const clocks = sqliteTable('clocks', { id: integer().primaryKey(), at: text().notNull() })

let world: KeptWorld
beforeAll(async () => {
  newDataCentre()
  world = await startKept(
    backend({
      name: 'Clubs',
      roles: { member: [] },
      defaultRole: 'member',
      resources: [
        resource(clubs, { read: everyone, update: everyone }),
        resource(games, { read: everyone, cache }),
        resource(halls, {
          read: () =>
            exists(
              new QueryBuilder().select({ one: sql`1` }).from(seats).where(eq(seats.club_id, halls.club_id)),
            ),
          cache,
        }),
        resource(clocks, { read: () => sql`${clocks.at} < datetime(${'NOW'})`, cache }),
      ],
    }),
  )
  await world.run([
    'create table seats (id integer primary key, club_id integer not null)',
    "insert into clubs values (1, 'old')",
    "insert into games values (1, 'old')",
    'insert into halls values (1, 1)',
  ])
}, 60_000)
afterAll(() => world.stop())

test('what follows a change of what it refers to is seen', async () => {
  const ask = world.isolate()
  expect((await ask('/rest/v1/games?select=club')).text).toBe('[{"club":"old"}]')
  const changed = await ask('/rest/v1/clubs?id=eq.1', { method: 'PATCH', body: { handle: 'new' } })
  expect(changed.status).toBe(204)
  expect((await ask('/rest/v1/games?select=club')).text).toBe('[{"club":"new"}]')
})

test.each(['halls', 'clocks'])('%s: what depends on more than is watched is not kept', async (name) => {
  const ask = world.isolate()
  expect((await ask(`/rest/v1/${name}`)).headers.get('cache-status')).toBeNull()
})
