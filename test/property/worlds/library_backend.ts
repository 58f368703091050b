import { eq, gt, isNull, lte, sql } from 'drizzle-orm'
import {
  type AnySQLiteColumn,
  check,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  unique,
} from 'drizzle-orm/sqlite-core'
import {
  and,
  backend,
  everyone,
  exists,
  or,
  type PolicyCaller,
  resource,
  role,
  type Seed,
  timestamps,
} from '../../../src/index.ts'

/**
 * What the other two backends have not: rows of a table in the middle that are hidden while both of its ends are
 * seen, a foreign key and a search column that are hidden fields, rows that are expired or deleted for everyone. And
 * one of each rule of writing, in few tables with few rows, so that random writes meet each other.
 */
export const publishers = sqliteTable('publishers', {
  id: integer().primaryKey(),
  name: text().notNull().unique(),
})

export const authors = sqliteTable(
  'authors',
  {
    id: integer().primaryKey(),
    name: text().notNull(),
    rating: real(),
    code: text().unique(),
    registered_by: text(),
    ...timestamps(),
  },
  (table) => [check('authors_rating_check', sql`${table.rating} between 0 and 10`)],
)

export const books = sqliteTable(
  'books',
  {
    id: integer().primaryKey(),
    title: text().notNull(),
    blurb: text(),
    publisher_id: integer().references(() => publishers.id, { onDelete: 'set null' }),
    details: text({ mode: 'json' }).$type<unknown>(),
    secret: integer({ mode: 'boolean' }).notNull().default(false),
    lent_until: integer({ mode: 'timestamp' }),
    isbn: text().unique(),
    copies: integer().notNull().default(1),
    sequel_of: integer().references((): AnySQLiteColumn => books.id),
    ...timestamps(),
  },
  (table) => [check('books_copies_check', sql`${table.copies} >= 0`)],
)

export const authorships = sqliteTable(
  'authorships',
  {
    author_id: integer()
      .notNull()
      .references(() => authors.id, { onDelete: 'cascade' }),
    book_id: integer()
      .notNull()
      .references(() => books.id),
    share: integer(),
    secret: integer({ mode: 'boolean' }).notNull().default(false),
    editor_id: text(),
    withdrawn_at: integer({ mode: 'timestamp_ms' }),
  },
  (table) => [
    primaryKey({ columns: [table.author_id, table.book_id] }),
    unique('authorships_book_id_share_unique').on(table.book_id, table.share),
  ],
)

/** What anybody hands in, and only librarians see. */
export const suggestions = sqliteTable(
  'suggestions',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    book_id: integer().references(() => books.id, { onDelete: 'cascade' }),
    body: text().notNull(),
    tone: text().default(sql`(lower('CALM'))`),
    channel: text().$defaultFn(() => 'web'),
  },
  (table) => [check('suggestions_body_check', sql`length(${table.body}) < 20`)],
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
    resource(publishers, {
      read: everyone,
      create: role('librarian'),
      update: role('librarian'),
      delete: role('librarian'),
    }),
    resource(authors, {
      read: everyone,
      create: ({ caller }) => or(caller.has('librarian'), isRegistrar(caller)),
      // Praise is not for oneself to give.
      update: {
        from: ({ caller }) => or(caller.has('librarian'), isRegistrar(caller)),
        to: ({ caller }) =>
          or(
            caller.has('librarian'),
            and(isRegistrar(caller), or(isNull(authors.rating), lte(authors.rating, 5))),
          ),
      },
      delete: ({ caller }) => or(caller.has('librarian'), isRegistrar(caller)),
      owner: authors.registered_by,
      fields: { registered_by: { write: role('librarian') } },
      audit: true,
    }),
    resource(books, {
      read: ({ caller }) => or(caller.has('librarian'), eq(books.secret, false)),
      create: ({ caller }) => or(caller.has('librarian'), caller.signedIn && lte(books.copies, 5)),
      update: {
        from: ({ caller }) => or(caller.has('librarian'), caller.signedIn && gt(books.copies, 0)),
        to: ({ caller }) =>
          or(caller.has('librarian'), caller.signedIn && and(lte(books.copies, 5), eq(books.secret, false))),
      },
      delete: ({ caller }) => or(caller.has('librarian'), caller.signedIn && eq(books.copies, 0)),
      fields: {
        publisher_id: { read: role('librarian') },
        // Whoever may not read it can give it.
        blurb: { read: role('librarian'), write: role('reader') },
      },
      embeds: { prior: books.sequel_of },
      search: [books.title, books.blurb],
      expires: books.lent_until,
      audit: true,
    }),
    resource(authorships, {
      read: ({ caller }) =>
        or(
          caller.has('librarian'),
          eq(authorships.secret, false),
          caller.signedIn && eq(authorships.editor_id, caller.id),
        ),
      create: ({ caller }) =>
        or(
          caller.has('librarian'),
          caller.signedIn && exists(authors, and(eq(authors.id, authorships.author_id), isRegistrar(caller))),
        ),
      update: {
        from: ({ caller }) => or(caller.has('librarian'), isEditor(caller)),
        to: ({ caller }) => or(caller.has('librarian'), caller.signedIn && eq(authorships.secret, false)),
      },
      delete: ({ caller }) => or(caller.has('librarian'), isEditor(caller)),
      owner: authorships.editor_id,
      fields: { editor_id: { read: role('librarian') } },
      softDelete: authorships.withdrawn_at,
      audit: true,
    }),
    resource(suggestions, {
      read: role('librarian'),
      create: everyone,
      update: role('librarian'),
      delete: role('librarian'),
      unfiltered: true,
      audit: true,
    }),
  ],
})

function isRegistrar(caller: PolicyCaller) {
  return caller.signedIn && eq(authors.registered_by, caller.id)
}

function isEditor(caller: PolicyCaller) {
  return caller.signedIn && eq(authorships.editor_id, caller.id)
}

/** For ever, until long ago, or for long to come. */
function lentUntil(id: number): Date | null {
  if (id === 2 || id === 7) return new Date(id * 1_000)
  return id % 3 === 0 ? new Date(Date.UTC(2999, id)) : null
}

const made = { created_at: new Date(1_700_000_000_000), updated_at: new Date(1_700_000_000_000) }
const range = (length: number) => Array.from({ length }, (_, n) => n + 1)

export const librarySeed: Seed = {
  users: [reader, librarian],
  rows: [
    { table: publishers, values: range(3).map((id) => ({ id, name: `House ${id}` })) },
    {
      table: authors,
      values: range(6).map((id) => ({
        id,
        name: `Author ${id % 4}`,
        rating: id % 3 === 0 ? null : id / 3,
        code: id % 2 === 0 ? `c${id}` : null,
        registered_by: id % 3 === 1 ? reader.id : null,
        ...made,
      })),
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
        isbn: id % 3 === 0 ? null : `i${id}`,
        copies: id % 4,
        sequel_of: id % 3 === 2 ? id - 1 : null,
        ...made,
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
    { table: suggestions, values: range(3).map((id) => ({ id, book_id: id, body: `Take ${id}` })) },
  ],
}
