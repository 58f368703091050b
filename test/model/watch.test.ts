import { exists, sql } from 'drizzle-orm'
import { type AnySQLiteColumn, integer, QueryBuilder, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'
import { backend, type ResourceOptions, resource } from '../../src/index.ts'
import { linkModel } from '../../src/model/model.ts'

const id = () => text().primaryKey()
const shelves = sqliteTable('shelves', {
  id: id(),
  above: text().references((): AnySQLiteColumn => shelves.id, { onDelete: 'set null' }),
})
const books = sqliteTable('books', {
  id: id(),
  shelf: text().references(() => shelves.id, { onDelete: 'cascade' }),
})
const loans = sqliteTable('loans', {
  id: id(),
  book: text().references(() => books.id, { onDelete: 'cascade', onUpdate: 'cascade' }),
  shelf: text().references(() => shelves.id, { onDelete: 'restrict', onUpdate: 'no action' }),
})
const bans = sqliteTable('bans', { id: id(), count: integer() })
const cache = { maxAge: 60 }

function watchOf(options: Readonly<Record<string, ResourceOptions<never>>>) {
  const tables = { shelves, books, loans, bans }
  const resources = Object.entries(tables).map(([name, table]) => resource(table, options[name] ?? {}))
  return linkModel(backend({ name: 'Books', roles: { reader: [] }, defaultRole: 'reader', resources })).watch
}

test('rows that go or change because others do count as written, along any number of keys', () => {
  const watch = watchOf({ shelves: { cache }, books: { cache }, loans: { cache } })
  expect(watch.tables).toEqual(new Set(['shelves', 'books', 'loans']))
  expect(watch.touchedBy('shelves', true)).toEqual(['shelves', 'books', 'loans'])
  expect(watch.touchedBy('shelves', false)).toEqual(['shelves'])
  expect(watch.touchedBy('books', true)).toEqual(['books', 'loans'])
  expect(watch.touchedBy('books', false)).toEqual(['books', 'loans'])
  expect(watch.touchedBy('loans', true)).toEqual(['loans'])
})

test('only of tables that something kept depends on, those of a policy of any caller too', () => {
  const banned = new QueryBuilder().select({ one: sql`1` }).from(bans)
  const watch = watchOf({ loans: { cache, read: ({ caller }) => !caller.aal2 || exists(banned) } })
  expect(watch.tables).toEqual(new Set(['loans', 'bans']))
  expect(watch.touchedBy('shelves', true)).toEqual(['loans'])
  expect(watch.touchedBy('bans', false)).toEqual(['bans'])
})

test('nothing, where nothing is kept', () => {
  const watch = watchOf({})
  expect(watch.tables.size).toBe(0)
  expect(watch.touchedBy('shelves', true)).toEqual([])
})
