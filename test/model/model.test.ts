import { eq, inArray, sql } from 'drizzle-orm'
import {
  type AnySQLiteColumn,
  alias,
  integer,
  primaryKey,
  QueryBuilder,
  sqliteTable,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core'
import { describe, expect, test } from 'vitest'
import { type BackendDeclaration, backend, everyone, exists, or, resource, role } from '../../src/index.ts'
import { linkModel } from '../../src/model/model.ts'

const shelves = sqliteTable('shelves', { id: integer().primaryKey(), room: text() })
const books = sqliteTable('books', {
  id: integer().primaryKey(),
  title: text(),
  pages: integer(),
  shelf_id: integer().references(() => shelves.id),
  sequel_id: integer().references((): AnySQLiteColumn => books.id),
})
const loans = sqliteTable('loans', { id: integer().primaryKey(), book_id: integer(), reader_id: text() })

/** A backend of these resources, which is right in all else. */
const withResources = (...resources: BackendDeclaration['resources']): BackendDeclaration =>
  backend({ name: 'Library', roles: { reader: [], keeper: ['reader'] }, defaultRole: 'reader', resources })

const withRoles = (roles: BackendDeclaration['roles'], defaultRole = 'reader'): BackendDeclaration =>
  backend({ name: 'Library', roles, defaultRole, resources: [] })

type Mistakes = readonly (readonly [mistake: string, declaration: () => BackendDeclaration, says: string])[]

const tables: Mistakes = [
  [
    'two resources of one name',
    () => withResources(resource(books, {}), resource(loans, { name: 'books' })),
    "two resources are named 'books': give one of them another `name`",
  ],
  [
    'no primary key',
    () => withResources(resource(sqliteTable('log', { line: text() }), { name: 'lines' })),
    'lines: log has no primary key, and items, pages and cursors need one',
  ],
  [
    'a rule for a field that is none',
    () => withResources(resource(books, { fields: { subtitle: { read: everyone } } as never })),
    'books: fields.subtitle is not a column of books',
  ],
  [
    'a rule for a field by the name of the column, where the property has another',
    () => {
      const renamed = sqliteTable('renamed', { key: integer('id').primaryKey() })
      return withResources(resource(renamed, { fields: { id: { read: everyone } } as never }))
    },
    'renamed: fields.id is not a column of renamed',
  ],
  [
    'search in another table',
    () => withResources(resource(books, { search: [books.title, shelves.room] })),
    "books: search names 'room' of shelves, not of books",
  ],
  [
    'search in another table that has such a column',
    () => withResources(resource(books, { search: [alias(books, 'b').title] })),
    "books: search names 'title' of b, not of books",
  ],
  [
    'search in numbers',
    () => withResources(resource(books, { search: [books.pages] })),
    "books: search names 'pages', which is not a text column",
  ],
  [
    'a primary key of columns of another table',
    () => {
      const marks = sqliteTable('marks', { page: integer() }, () => [
        primaryKey({ columns: [shelves.id, shelves.room] as never }),
      ])
      return withResources(resource(marks, {}))
    },
    "marks: its primary key names 'id', which is not a column of marks",
  ],
  [
    'a unique constraint over another table',
    () => {
      const marks = sqliteTable('marks', { id: integer().primaryKey() }, () => [unique().on(shelves.room)])
      return withResources(resource(marks, {}))
    },
    "marks: a unique constraint names 'room', which is not a column of marks",
  ],
  [
    'a unique index over another table',
    () => {
      const marks = sqliteTable('marks', { id: integer().primaryKey() }, () => [
        uniqueIndex('marks_room').on(shelves.room),
      ])
      return withResources(resource(marks, {}))
    },
    "marks: a unique index names 'room', which is not a column of marks",
  ],
]

const shelvesResource = resource(shelves, {})
const embeds: Mistakes = [
  [
    'an embed along a column that is no key',
    () => withResources(resource(books, { embeds: { place: books.title } }), shelvesResource),
    'books: embeds.place names books.title, which is no foreign key between books and another resource',
  ],
  [
    'an embed along a column of another table that is no key',
    () => withResources(resource(books, { embeds: () => ({ loans: loans.book_id }) }), resource(loans, {})),
    'books: embeds.loans names loans.book_id, which is no foreign key between books and another resource',
  ],
  [
    'an embed along a key to a table that is no resource',
    () => withResources(resource(books, { embeds: { shelf: books.shelf_id } })),
    'books: embeds.shelf names books.shelf_id, which is no foreign key between books and another resource',
  ],
  [
    'an embed along a key between two others',
    () =>
      withResources(
        resource(books, {}),
        shelvesResource,
        resource(loans, { embeds: { shelf: books.shelf_id } }),
      ),
    'loans: embeds.shelf names books.shelf_id, which is no foreign key between loans and another resource',
  ],
  [
    'an embed with the name of a column',
    () => withResources(resource(books, { embeds: { title: books.shelf_id } }), shelvesResource),
    'books: embeds.title has the name of a column',
  ],
]

const roles: Mistakes = [
  [
    'a role that includes an unknown one',
    () => withRoles({ reader: ['guest'] }),
    "role 'guest' is not declared in roles of 'Library'",
  ],
  [
    'a default role that is not declared',
    () => withRoles({ reader: [] }, 'guest'),
    "defaultRole 'guest' is not declared in roles",
  ],
  [
    'a default role by a name of JavaScript’s own',
    () => withRoles({ reader: [] }, 'constructor'),
    "defaultRole 'constructor' is not declared in roles",
  ],
  [
    'the role of strangers',
    () => withRoles({ reader: [], anon: [] }),
    "role 'anon' is always there and must not be declared",
  ],
  [
    'the role of the secret key',
    () => withRoles({ reader: [], service_role: ['reader'] }),
    "role 'service_role' is always there and must not be declared",
  ],
  [
    'a policy that asks for an unknown role',
    () => withResources(resource(books, { read: ({ caller }) => caller.signedIn && caller.has('editor') })),
    "role 'editor' is not declared: the backend has reader, keeper",
  ],
  [
    'a rule of a field that asks for an unknown role',
    () =>
      withResources(resource(books, { read: everyone, fields: { pages: { read: role('keeper', 'anon') } } })),
    "role 'anon' is not declared: the backend has reader, keeper",
  ],
]

const scopes: Mistakes = [
  [
    'a policy with a column of a table that it does not query',
    () =>
      withResources(resource(books, { name: 'works', read: ({ caller }) => eq(loans.reader_id, caller.id) })),
    "works: its policy names 'reader_id' of loans, a table that it does not query: use a column of books, or a subquery",
  ],
  [
    'such a column in a subquery of a third table',
    () => withResources(resource(books, { read: () => exists(loans, eq(loans.book_id, shelves.id)) })),
    "books: its policy names 'id' of shelves, a table that it does not query: use a column of books, or a subquery",
  ],
  [
    'such a column in what one role alone may read',
    () => withResources(resource(books, { read: ({ caller }) => caller.has('keeper') && eq(loans.id, 1) })),
    "books: its policy names 'id' of loans, a table that it does not query: use a column of books, or a subquery",
  ],
  [
    'a policy that queries its own table',
    () => withResources(resource(books, { read: () => exists(books, eq(books.sequel_id, books.id)) })),
    "books: its policy queries books itself: give the inner one another name with alias(books, '…')",
  ],
  [
    'a policy that queries its own table in SQL',
    () => withResources(resource(books, { read: () => sql`exists (select 1 from ${books})` })),
    "books: its policy queries books itself: give the inner one another name with alias(books, '…')",
  ],
  [
    'a policy that takes the name of a row of a statement',
    () => withResources(resource(books, { read: () => exists(alias(loans, '_t0'), true) })),
    "books: its policy uses the name '_t0', which statements use themselves",
  ],
  [
    'a policy with a placeholder for what no caller has',
    () =>
      withResources(resource(books, { read: () => exists(loans, eq(loans.id, sql.placeholder('tenant'))) })),
    "books: its policy has a placeholder 'tenant', for which there is no value: use caller.id or caller.email",
  ],
]

describe('a declaration is refused at start-up for', () => {
  for (const [mistake, declaration, says] of [...tables, ...embeds, ...roles, ...scopes]) {
    test(mistake, () => {
      expect(() => linkModel(declaration())).toThrow(new TypeError(says))
    })
  }
})

test('what is close to a mistake and none is linked', () => {
  const onShelf = new QueryBuilder().select({ id: shelves.id }).from(shelves)
  const model = linkModel({
    ...withResources(
      resource(books, {
        read: ({ caller }) => or(eq(books.title, caller.id), inArray(books.shelf_id, onShelf)),
        fields: { pages: { read: role('keeper') } },
        embeds: () => ({ shelf: books.shelf_id, next: books.sequel_id }),
        search: [books.title],
      }),
      resource(shelves, { name: 'places', embeds: { contents: books.shelf_id } }),
      resource(loans, { read: () => exists(books, eq(books.id, loans.book_id)) }),
    ),
    roles: { reader: ['keeper'], keeper: ['reader'] },
  })
  expect([...model.resources.keys()]).toEqual(['books', 'places', 'loans'])
  expect([...(model.roles.includes.get('keeper') ?? [])].sort()).toEqual(['keeper', 'reader'])
  expect(model.resources.get('books')?.embeds.get('shelf')).toMatchObject({ kind: 'many-to-one' })
  expect(model.resources.get('places')?.embeds.get('contents')).toMatchObject({ kind: 'one-to-many' })
})
