import type { Row, Who } from '../oracle/world.ts'
import { type AllRules, everyRow, type Judge } from '../oracle/write/rules.ts'

const isLibrarian = (who: Who) => who.kind === 'user' && who.role === 'librarian'
const isReader = (who: Who) => who.kind === 'user' && ['reader', 'librarian'].includes(who.role)
const byLibrarian = (who: Who) => (isLibrarian(who) ? everyRow : null)

/** Librarians everything; who is signed in, rows of which something holds. */
const bySignedIn =
  (judge: (row: Row, id: string, data: Parameters<Judge>[1]) => boolean) =>
  (who: Who): Judge | null => {
    if (isLibrarian(who)) return everyRow
    return who.kind === 'user' ? (row, data) => judge(row, who.id, data) : null
  }

/** What is not known does not hold. */
const atMost = (value: Row[string] | undefined, most: number) =>
  value !== null && value !== undefined && Number(value) <= most

const times = { atCreation: ['created_at'], version: 'updated_at' }

/** What `library_backend.ts` says of writing, by hand. */
export const libraryRules: AllRules = {
  publishers: {
    creates: byLibrarian,
    changesFrom: byLibrarian,
    changesTo: byLibrarian,
    deletes: byLibrarian,
    audited: false,
    notNull: ['id', 'name'],
    numbered: 'highest',
    uniques: [['name']],
    holds: () => true,
    parents: [],
  },
  authors: {
    creates: bySignedIn((row, id) => row.registered_by === id),
    changesFrom: bySignedIn((row, id) => row.registered_by === id),
    changesTo: bySignedIn(
      (row, id) => row.registered_by === id && (row.rating === null || atMost(row.rating, 5)),
    ),
    deletes: bySignedIn((row, id) => row.registered_by === id),
    writes: { registered_by: isLibrarian },
    owner: 'registered_by',
    ...times,
    audited: true,
    notNull: ['id', 'name', 'created_at', 'updated_at'],
    numbered: 'highest',
    uniques: [['code']],
    holds: ({ rating }) => rating === null || (Number(rating) >= 0 && Number(rating) <= 10),
    parents: [],
  },
  books: {
    creates: bySignedIn((row) => atMost(row.copies, 5)),
    changesFrom: bySignedIn((row) => Number(row.copies) > 0),
    changesTo: bySignedIn((row) => atMost(row.copies, 5) && row.secret === 0n),
    deletes: bySignedIn((row) => row.copies === 0n),
    writes: { blurb: isReader },
    ...times,
    defaults: { secret: 0n, copies: 1n },
    audited: true,
    notNull: ['id', 'title', 'secret', 'copies', 'created_at', 'updated_at'],
    numbered: 'highest',
    uniques: [['isbn']],
    holds: ({ copies }) => Number(copies) >= 0,
    parents: [
      { column: 'publisher_id', to: 'publishers', onDelete: 'set null' },
      { column: 'sequel_of', to: 'books', onDelete: 'no action' },
    ],
  },
  authorships: {
    creates: bySignedIn((row, id, data) =>
      (data.get('authors') ?? []).some(
        (author) => author.id === row.author_id && author.registered_by === id,
      ),
    ),
    changesFrom: bySignedIn((row, id) => row.editor_id === id),
    changesTo: bySignedIn((row) => row.secret === 0n),
    deletes: bySignedIn((row, id) => row.editor_id === id),
    owner: 'editor_id',
    defaults: { secret: 0n },
    audited: true,
    notNull: ['author_id', 'book_id', 'secret'],
    uniques: [['book_id', 'share']],
    holds: () => true,
    parents: [
      { column: 'author_id', to: 'authors', onDelete: 'cascade' },
      { column: 'book_id', to: 'books', onDelete: 'no action' },
    ],
    softDelete: 'withdrawn_at',
  },
  suggestions: {
    creates: () => everyRow,
    changesFrom: byLibrarian,
    changesTo: byLibrarian,
    deletes: byLibrarian,
    defaults: { tone: 'calm', channel: 'web' },
    audited: true,
    notNull: ['id', 'body'],
    numbered: 'growing',
    uniques: [],
    holds: ({ body }) => [...String(body)].length < 20,
    parents: [{ column: 'book_id', to: 'books', onDelete: 'cascade' }],
    unfiltered: true,
  },
}
