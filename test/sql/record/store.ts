import { count, eq, sql } from 'drizzle-orm'
import { blob, integer, numeric, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { and, backend, everyone, nobody, resource, role } from '../../../src/index.ts'

/** A backend whose writes leave everything that they can. */

export const parts = sqliteTable(
  'parts',
  { thing_id: integer().notNull(), number: integer().notNull(), name: text() },
  (table) => [primaryKey({ columns: [table.thing_id, table.number] })],
)

export const things = sqliteTable('things', {
  /** The database numbers them. */
  id: integer().primaryKey(),
  code: text().unique(),
  flag: integer({ mode: 'boolean' }),
  ratio: real(),
  big: integer(),
  at: integer({ mode: 'timestamp_ms' }),
  document: text({ mode: 'json' }).$type<unknown>(),
  bytes: blob(),
  digits: blob({ mode: 'bigint' }),
  exact: numeric(),
  'a "b\\c.d': text(),
  secret: text(),
  /** Nobody reads it, and the operator may. */
  internal: text(),
})

/** More columns than SQLite's json_object takes at once. */
export const wide = sqliteTable('wide', {
  id: integer().primaryKey(),
  ...Object.fromEntries(Array.from({ length: 80 }, (_, n) => [`column_${n}`, integer().default(n)])),
})

const plain = sqliteTable('plain', { id: integer().primaryKey(), name: text() })

const all = { read: everyone, create: everyone, update: everyone, delete: everyone }

export default backend({
  name: 'Store',
  roles: { member: [] },
  defaultRole: 'member',
  resources: [
    resource(things, {
      ...all,
      create: ({ caller }) => caller.has('member') || eq(things.code, 'open'),
      update: { from: role('member'), to: ({ caller }) => caller.has('member') },
      fields: { secret: { recorded: false }, internal: { read: nobody } },
      audit: true,
      outbox: true,
      after({ operation, changed, emit }) {
        if (operation === 'delete') return
        const half = sql`${things.ratio} / 2`
        const pieces = sql`(select ${count()} from ${parts} where ${eq(parts.thing_id, things.id)})`
        const { code, at } = things
        emit('thing.coded', { code, at, half, pieces }, and(changed(code), eq(things.flag, true)))
        emit('thing.never', { code }, false)
      },
    }),
    resource(parts, { ...all, audit: true }),
    resource(wide, { ...all, audit: true }),
    resource(plain, all),
  ],
})
