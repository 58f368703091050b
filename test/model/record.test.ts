import { eq, gt, sql } from 'drizzle-orm'
import { integer, type SQLiteTable, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { describe, expect, test } from 'vitest'
import { type AfterHook, backend, exists, type ResourceOptions, resource } from '../../src/index.ts'
import { linkModel } from '../../src/model/model.ts'

/** What a resource keeps of its writes, checked when the Worker starts. */

const shelves = sqliteTable('shelves', { id: integer().primaryKey(), room: text() })
const books = sqliteTable('books', {
  id: integer().primaryKey(),
  title: text(),
  secret: text(),
  shelf_id: integer(),
})

const link = (options: ResourceOptions<typeof books>) =>
  linkModel(
    backend({
      name: 'Books',
      roles: { reader: [] },
      defaultRole: 'reader',
      resources: [resource(books, options)],
    }),
  )

const linkAfter = (after: AfterHook) => link({ fields: { secret: { recorded: false } }, after })

describe('an event is over the row', () => {
  test.each<readonly [string, AfterHook, string]>([
    [
      'a column of another table',
      ({ emit }) => emit('book.made', { place: shelves.room }),
      "books: place of event 'book.made' is 'room', which is no column of it",
    ],
    [
      'an expression over another table',
      ({ emit }) => emit('book.made', { place: sql`upper(${shelves.room})` }),
      "books: place of event 'book.made' names 'room' of shelves, a table that it does not query: use a column of books, or a subquery",
    ],
    [
      'a condition over another table',
      ({ emit }) => emit('book.made', {}, eq(shelves.room, 'a')),
      "books: the condition of event 'book.made' names 'room' of shelves, a table that it does not query: use a column of books, or a subquery",
    ],
    [
      'a secret',
      ({ emit }) => emit('book.made', { hint: books.secret }),
      "books: hint of event 'book.made' is 'secret', which is never recorded",
    ],
    [
      'a secret in an expression',
      ({ emit }) => emit('book.made', { hint: sql`substr(${books.secret}, 1, 2)` }),
      "books: hint of event 'book.made' is 'secret', which is never recorded",
    ],
    [
      'neither a column nor an expression',
      ({ emit }) => emit('book.made', { title: 'a' as unknown as typeof books.title }),
      "books: title of event 'book.made' is neither a column nor an expression",
    ],
    [
      'whether a column of another table changed',
      ({ changed, emit }) => emit('book.made', {}, changed(shelves.room)),
      "books: after asks whether 'room' changed, of which nothing is recorded",
    ],
    ['no name', ({ emit }) => emit('', {}), 'books: after emits an event without a name'],
    [
      'what is known later',
      (async () => undefined) as unknown as AfterHook,
      'books: after must not be async: it runs when the Worker starts',
    ],
  ])('not so: %s', (_, after, says) => {
    expect(() => linkAfter(after)).toThrow(new TypeError(says))
  })

  test('and may look into other tables', () => {
    const model = linkAfter(({ operation, changed, emit }) => {
      if (operation !== 'update') return
      emit(
        'book.moved',
        { id: books.id, room: sql`(select ${shelves.room} from ${shelves})` },
        changed(books.title),
      )
      emit('book.placed', {}, exists(shelves, gt(shelves.id, books.shelf_id)))
      emit('book.lost', {}, false)
    })
    const { events, comparesChanges } = model.resources.get('books')?.records ?? {}
    expect(events?.update.map(({ event }) => event)).toEqual(['book.moved', 'book.placed'])
    expect([events?.create, events?.delete, comparesChanges]).toEqual([[], [], true])
  })
})

test('the hook runs once for each operation, and never again', () => {
  const seen: string[] = []
  linkAfter(({ operation }) => void seen.push(operation))
  expect(seen).toEqual(['create', 'update', 'delete'])
})

test('records are found by the key: it is recorded', () => {
  expect(() => link({ fields: { id: { recorded: false } } })).toThrow(
    new TypeError("books: 'id' is of the key, by which its records are found"),
  )
})

test.each(['selvage_audit', 'auth_users', 'AUTH_sessions', 'Selvage_outbox'])('%s is no resource', (name) => {
  const table: SQLiteTable = sqliteTable(name, { id: integer().primaryKey() })
  const declaration = { name: 'Own', roles: { reader: [] }, defaultRole: 'reader' }
  const resources = [resource(table, { name: 'mine' })]
  expect(() => linkModel(backend({ ...declaration, resources }))).toThrow(
    new TypeError(`mine: ${name} is no table of the backend: auth_ and selvage_ begin others`),
  )
})
