import { alias, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { describe, expect, test } from 'vitest'
import type { ResourceDeclaration } from '../../src/declare/resource.ts'
import { backend, everyone, resource } from '../../src/index.ts'
import { audienceOf, isVisible } from '../../src/model/caller/audience.ts'
import { anonymous, service } from '../../src/model/caller/caller.ts'
import { linkModel } from '../../src/model/model.ts'

const linked = (declaration: ResourceDeclaration) =>
  linkModel(
    backend({ name: 'Notes', roles: { writer: [] }, defaultRole: 'writer', resources: [declaration] }),
  )

const books = sqliteTable('books', { id: integer().primaryKey() })

const notes = sqliteTable('notes', {
  id: integer().primaryKey(),
  text: text(),
  days: integer(),
  ends_at: integer({ mode: 'timestamp' }),
  gone_at: integer({ mode: 'timestamp_ms' }),
  given_at: integer({ mode: 'timestamp_ms' }).notNull(),
  made_at: integer({ mode: 'timestamp_ms' }).$defaultFn(() => new Date()),
  changed_at: integer({ mode: 'timestamp_ms' }).$onUpdateFn(() => new Date()),
})
const mistakes: readonly (readonly [mistake: string, resource: () => ResourceDeclaration, says: string])[] = [
  [
    'an end in another table',
    () => resource(books, { expires: notes.ends_at }),
    "books: expires names 'ends_at' of notes, not of books",
  ],
  [
    'an end in an alias of its own table',
    () => resource(notes, { expires: alias(notes, 'n').ends_at }),
    "notes: expires names 'ends_at' of n, not of notes",
  ],
  [
    'an end that is a number',
    () => resource(notes, { name: 'memos', expires: notes.days }),
    "memos: expires names 'days', which is no instant: use integer({ mode: 'timestamp_ms' })",
  ],
  [
    'a soft delete in another table',
    () => resource(books, { softDelete: notes.gone_at }),
    "books: softDelete names 'gone_at' of notes, not of books",
  ],
  [
    'a soft delete that is a text',
    () => resource(notes, { softDelete: notes.text }),
    "notes: softDelete names 'text', which is no instant: use integer({ mode: 'timestamp_ms' })",
  ],
  [
    'a soft delete that is never null',
    () => resource(notes, { softDelete: notes.given_at }),
    "notes: softDelete names 'given_at', which is never null: each row would be deleted from the start",
  ],
  [
    'a soft delete in the primary key',
    () => {
      const table = sqliteTable('marks', { page: integer(), at: integer({ mode: 'timestamp' }) }, (own) => [
        primaryKey({ columns: [own.page, own.at] }),
      ])
      return resource(table, { softDelete: table.at })
    },
    "marks: softDelete names 'at', which is never null: each row would be deleted from the start",
  ],
  [
    'a soft delete with a default',
    () => resource(notes, { softDelete: notes.made_at }),
    "notes: softDelete names 'made_at', which fills itself: a default would delete each new row",
  ],
  [
    'a soft delete that each change sets',
    () => resource(notes, { softDelete: notes.changed_at }),
    "notes: softDelete names 'changed_at', which fills itself: a default would delete each new row",
  ],
  [
    'a soft delete that is the end, too',
    () => resource(notes, { expires: notes.gone_at, softDelete: notes.gone_at }),
    "notes: softDelete names 'gone_at', which `expires` names, too: take a column for each",
  ],
  [
    'a rule for who sees when a row was deleted',
    () => resource(notes, { softDelete: notes.gone_at, fields: { gone_at: { read: everyone } } }),
    "notes: softDelete names 'gone_at', which fields.gone_at has a rule for: no request can name it",
  ],
]

describe('a life of rows is refused at start-up for', () => {
  for (const [mistake, declaration, says] of mistakes) {
    test(mistake, () => {
      expect(() => linked(declaration())).toThrow(new TypeError(says))
    })
  }
})

test('the column of a soft delete is no field, and the one of an end is', () => {
  const model = linked(resource(notes, { expires: notes.ends_at, softDelete: notes.gone_at }))
  const fields = model.resources.get('notes')?.fields
  expect([fields?.has('ends_at'), fields?.has('gone_at')]).toEqual([true, false])
})

test('a rule of life makes no resource visible, and hides none', () => {
  const life = { expires: notes.ends_at, softDelete: notes.gone_at }
  const seen = (declaration: ResourceDeclaration) => {
    const model = linked(declaration)
    const notes = model.resources.get('notes')
    return [anonymous, service].map(
      (caller) => notes !== undefined && isVisible(notes, audienceOf(model.roles, caller)),
    )
  }
  expect(seen(resource(notes, life))).toEqual([false, true])
  expect(seen(resource(notes, { ...life, read: everyone }))).toEqual([true, true])
})
