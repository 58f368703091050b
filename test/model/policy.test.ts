import { eq, gt, sql } from 'drizzle-orm'
import { alias, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { describe, expect, test } from 'vitest'
import { and, backend, exists, type Policy, resource } from '../../src/index.ts'
import { linkModel } from '../../src/model/model.ts'

const books = sqliteTable('books', {
  id: integer().primaryKey(),
  title: text().notNull(),
  sequel_id: integer(),
})
const inner = alias(books, 'b')

const link = (read: Policy) => () =>
  linkModel(
    backend({
      name: 'Books',
      roles: { reader: [] },
      defaultRole: 'reader',
      resources: [resource(books, { read })],
    }),
  )

describe('a policy over other rows of its own table', () => {
  test.each<readonly [string, Policy]>([
    ['by an alias', () => exists(inner, eq(inner.sequel_id, books.id))],
    ['by two of them', () => exists(inner, exists(alias(books, 'c'), eq(inner.sequel_id, books.id)))],
  ])('%s', (_, policy) => {
    expect(link(policy)).not.toThrow()
  })

  test.each<readonly [string, Policy]>([
    ['without one', () => exists(books, eq(books.sequel_id, books.id))],
    ['without one, after one', () => and(exists(inner, true), exists(books, true))],
    ['without one, before one', () => and(exists(books, true), exists(inner, true)) ?? true],
  ])('%s is refused', (_, policy) => {
    expect(link(policy)).toThrow('books: its policy queries books itself: give the inner one another name')
  })
})

test.each(['_t0', '_T12', '_f0'])('an alias %s is one of the statement', (name) => {
  const taken = alias(books, name)
  expect(link(() => exists(taken, eq(taken.id, books.id)))).toThrow(`its policy uses the name '${name}'`)
})

describe('a value that SQLite has not', () => {
  test.each<readonly [string, Policy]>([
    ['a date', () => sql`${books.title} = ${new Date(0)}`],
    ['an object', () => sql`${books.title} = ${{ a: 1 }}`],
    ['a symbol', () => gt(books.id, Symbol('a') as unknown as number)],
  ])('%s', (_, policy) => {
    expect(link(policy)).toThrow(/^books: its policy has a value that SQLite has not/)
  })

  test('texts, numbers, truth values and nothing are values', () => {
    expect(link(() => sql`${books.title} in (${'a'}, ${1}, ${true}, ${null}, ${2n})`)).not.toThrow()
  })
})
