import { eq } from 'drizzle-orm'
import { integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { backend, everyone, or, resource, role, type Seed } from '../../../src/index.ts'

/**
 * What the other two backends have not: rows of a table in the middle that are hidden while both of its ends are
 * seen, a foreign key and a search column that are hidden fields, rows that are expired or deleted for everyone.
 */
export const publishers = sqliteTable('publishers', { id: integer().primaryKey(), name: text().notNull() })

export const authors = sqliteTable('authors', {
  id: integer().primaryKey(),
  name: text().notNull(),
  rating: real(),
})

export const books = sqliteTable('books', {
  id: integer().primaryKey(),
  title: text().notNull(),
  blurb: text(),
  publisher_id: integer().references(() => publishers.id),
  details: text({ mode: 'json' }).$type<unknown>(),
  secret: integer({ mode: 'boolean' }).notNull().default(false),
  lent_until: integer({ mode: 'timestamp' }),
})

export const authorships = sqliteTable(
  'authorships',
  {
    author_id: integer()
      .notNull()
      .references(() => authors.id),
    book_id: integer()
      .notNull()
      .references(() => books.id),
    share: integer(),
    secret: integer({ mode: 'boolean' }).notNull().default(false),
    editor_id: text(),
    withdrawn_at: integer({ mode: 'timestamp_ms' }),
  },
  (table) => [primaryKey({ columns: [table.author_id, table.book_id] })],
)

export const reader = { id: 'reader-1', email: 'reader@example.com', role: 'reader', password: null }
export const librarian = {
  id: 'librarian-1',
  email: 'librarian@example.com',
  role: 'librarian',
  password: null,
}

export const library = backend({
  name: 'Library',
  roles: { reader: [], librarian: ['reader'] },
  defaultRole: 'reader',
  resources: [
    resource(publishers, { read: everyone }),
    resource(authors, { read: everyone }),
    resource(books, {
      read: ({ caller }) => or(caller.has('librarian'), eq(books.secret, false)),
      fields: { publisher_id: { read: role('librarian') }, blurb: { read: role('librarian') } },
      search: [books.title, books.blurb],
      expires: books.lent_until,
    }),
    resource(authorships, {
      read: ({ caller }) =>
        or(
          caller.has('librarian'),
          eq(authorships.secret, false),
          caller.signedIn && eq(authorships.editor_id, caller.id),
        ),
      fields: { editor_id: { read: role('librarian') } },
      softDelete: authorships.withdrawn_at,
    }),
  ],
})

/** For ever, until long ago, or for long to come. */
function lentUntil(id: number): Date | null {
  if (id === 2 || id === 7) return new Date(id * 1_000)
  return id % 3 === 0 ? new Date(Date.UTC(2999, id)) : null
}

const range = (length: number) => Array.from({ length }, (_, n) => n + 1)

export const librarySeed: Seed = {
  users: [reader, librarian],
  rows: [
    { table: publishers, values: range(3).map((id) => ({ id, name: `House ${id}` })) },
    {
      table: authors,
      values: range(6).map((id) => ({ id, name: `Author ${id % 4}`, rating: id % 3 === 0 ? null : id / 3 })),
    },
    {
      table: books,
      values: range(9).map((id) => ({
        id,
        title: `The ${['red', 'green', 'blue'][id % 3]} book`,
        blurb: id % 2 === 0 ? null : `All about number ${id}`,
        publisher_id: id % 4 === 0 ? null : (id % 3) + 1,
        details: id % 5 === 0 ? null : { pages: id * 100, tags: id % 2 === 0 ? ['a', 'b'] : [], out: id > 5 },
        secret: id % 4 === 1,
        lent_until: lentUntil(id),
      })),
    },
    {
      table: authorships,
      values: range(6).flatMap((author_id) =>
        range(9)
          .filter((book_id) => (author_id * book_id) % 5 < 2)
          .map((book_id) => ({
            author_id,
            book_id,
            share: book_id % 3 === 0 ? null : author_id,
            secret: (author_id + book_id) % 3 === 0,
            editor_id: book_id % 2 === 0 ? reader.id : null,
            withdrawn_at: author_id % 4 === 3 ? new Date(book_id) : null,
          })),
      ),
    },
  ],
}
